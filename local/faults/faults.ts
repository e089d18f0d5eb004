/**
 * Services that are sick because somebody wants to see what happens then. A fault strikes every call to its service, over the
 * wire and from other services; what a service does by itself, such as a rollout that is under way, goes on.
 */

import type { ServiceName } from '../kernel/aws.js';
import { type Clock, realClock, sleep } from '../kernel/clock.js';
import { Dropped, faultError } from './errors.js';

/**
 * `fail`: its own error. `throttle`: its own refusal. `deny`: the caller may not. `delay`: answered, later. `drop`: the connection ends
 * without an answer.
 */
export const faultKinds = ['fail', 'throttle', 'deny', 'delay', 'drop'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultRequest {
  readonly services: readonly ServiceName[];
  readonly kind: FaultKind;
  /** Of `delay`, on the machine's clock, as everything is that takes time inside a call. Default: a second. */
  readonly delayMs?: number | undefined;
  /** `outside`: calls of functions and of other services go through, as if this machine had lost its way to AWS. Default: all. */
  readonly strikes?: 'all' | 'outside' | undefined;
  /** It ends by itself, on the local AWS's clock. Default: when it is told to. */
  readonly forMs?: number | undefined;
}

/** One service's fault. */
export interface Fault {
  readonly service: ServiceName;
  readonly kind: FaultKind;
  readonly delayMs?: number;
  readonly strikes: 'all' | 'outside';
  readonly sinceMs: number;
  readonly untilMs?: number;
  /** Calls it struck. */
  readonly struck: number;
}

type Standing = Omit<Fault, 'struck'> & { struck: number };

const defaultDelayMs = 1_000;

export class Faults {
  private readonly clock: Clock;
  private readonly standing = new Map<ServiceName, Standing>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Begins a fault of each service, in place of the one it had. */
  begin(request: FaultRequest): readonly Fault[] {
    const { services, kind, delayMs = defaultDelayMs, strikes = 'all', forMs } = request;
    const sinceMs = this.clock.now();
    for (const service of services)
      this.standing.set(service, {
        service,
        kind,
        ...(kind === 'delay' && { delayMs }),
        strikes,
        sinceMs,
        ...(forMs !== undefined && { untilMs: sinceMs + forMs }),
        struck: 0,
      });
    return this.list();
  }

  /** Ends the faults of these services; of all when none are named. @returns those that ended. */
  end(services: readonly ServiceName[] = [...this.standing.keys()]): readonly Fault[] {
    const ended = this.list().filter(({ service }) => services.includes(service));
    for (const service of services) this.standing.delete(service);
    return ended;
  }

  /** Those that stand now. */
  list(): readonly Fault[] {
    return [...this.standing.keys()].flatMap((service) => {
      const fault = this.of(service);
      return fault ? [{ ...fault }] : [];
    });
  }

  /** Lets a call pass, now or later. @throws AwsError that the service is to answer, or Dropped when it answers nothing. */
  async strike(service: ServiceName, { isOutside }: { readonly isOutside: boolean }): Promise<void> {
    const fault = this.of(service);
    if (!fault || (fault.strikes === 'outside' && !isOutside)) return;
    fault.struck += 1;
    if (fault.kind === 'delay') return await sleep(realClock, fault.delayMs ?? defaultDelayMs);
    throw fault.kind === 'drop' ? new Dropped(service) : faultError(service, fault.kind);
  }

  private of(service: ServiceName): Standing | undefined {
    const fault = this.standing.get(service);
    const isOver = fault?.untilMs !== undefined && fault.untilMs <= this.clock.now();
    if (isOver) this.standing.delete(service);
    return isOver ? undefined : fault;
  }
}
