/**
 * The partitions of this life of this node: the fold of core/ownership, driven by the reads of the table and the node's monotonic
 * clock, and what user code is told of it. Nothing here decides who owns what.
 */

import type { GrantTable, Life } from '../../core/assignment/table/table.js';
import type { Claim } from '../../core/ownership/claims.js';
import { isSameLife } from '../../core/ownership/grants.js';
import {
  admitsUntilMs,
  claimOf,
  createOwnership,
  dueAtMs,
  epochAt,
  type Notice,
  type Ownership,
  type OwnershipEvent,
} from '../../core/ownership/ownership.js';
import { step } from '../../core/ownership/step.js';
import type { NodeClock } from '../clock.js';
import type { SafeLog } from '../safe-log.js';
import { createListeners } from './listeners.js';
import type { Assigned, Revoked } from './router.js';
import { Tenure } from './tenure.js';

/** More than these taken at once run to the end of their time, one step for all: to end each by itself takes a step each. */
const endedEachMax = 1_024;

/** A lease that ran out for a moment is no reason to give work to others. */
const claimsLapsedForMs = 15_000;

export interface HoldingsDeps {
  readonly self: Life;
  readonly clock: NodeClock;
  readonly log: SafeLog;
  /** Others wait for what this life has to say of its partitions. */
  readonly onLetGo: () => void;
  /** Anything may have changed. */
  readonly onChanged: () => void;
}

/** Without the member that `Holdings` adds itself: the time. */
type Untimed<Event> = Event extends OwnershipEvent ? Omit<Event, 'nowMs'> : never;

export class Holdings {
  readonly #deps: HoldingsDeps;
  readonly #assigned;
  readonly #revoked;
  readonly #tenures = new Map<number, Tenure>();
  readonly #events: Untimed<OwnershipEvent>[] = [];
  #ownership: Ownership;
  /** What reports say; undefined: to be said anew. */
  #claim: Claim | undefined;
  #isAsked = false;
  #isTaking = false;
  #cancel: () => void = () => undefined;

  constructor(deps: HoldingsDeps) {
    this.#deps = deps;
    this.#ownership = createOwnership(deps.self);
    this.#assigned = createListeners<Assigned>('a listener of onAssigned', deps.log);
    this.#revoked = createListeners<Revoked>('a listener of onRevoked', deps.log);
  }

  /** True where it has read a table, and too long ago to serve anything by it. */
  get hasLapsed(): boolean {
    const { generation } = this.#ownership;
    return generation > 0 && this.#deps.clock.monotonicMs() >= admitsUntilMs(this.#ownership);
  }

  /** Of the table that it goes by; 0 before the first. */
  get generation(): number {
    return this.#ownership.generation;
  }

  /** Partitions that it serves, has served under a lease that ran out, or is finishing. */
  get count(): number {
    let count = 0;
    for (const { kind } of this.#ownership.holdings.values()) if (kind !== 'waiting') count += 1;
    return count;
  }

  /** True while it has been granted a partition that somebody else may still serve. */
  get isWaiting(): boolean {
    if (this.#ownership.phase !== 'running') return false;
    for (const { kind } of this.#ownership.holdings.values()) if (kind === 'waiting') return true;
    return false;
  }

  /**
   * What the next report says. Time passes first: a process that was paused says nothing of before. What it said stays true, and it
   * says more only when somebody may wait for that: else every generation would be news of every node, and a write of each record.
   * Nothing, where it serves nothing since its lease ran out long ago: then others get what it has.
   */
  claim(): Claim | undefined {
    this.#take({ kind: 'tick' });
    if (this.#hasLongLapsed()) return undefined;
    this.#claim ??= claimOf(this.#ownership);
    return this.#claim;
  }

  /** Its last word, that it lets go for good, is said in any case. */
  #hasLongLapsed(): boolean {
    const untilMs = admitsUntilMs(this.#ownership) + claimsLapsedForMs;
    return this.#ownership.phase !== 'stopped' && this.#deps.clock.monotonicMs() >= untilMs;
  }

  /** For user code, which may work on under the answer where `serve` does not see it. */
  epochFor(partition: number): number | undefined {
    this.#isAsked = true;
    return this.epochOf(partition);
  }

  epochOf(partition: number): number | undefined {
    return epochAt(this.#ownership, partition, this.#deps.clock.monotonicMs());
  }

  /** Admits exclusive work; undefined when the partition is not served here now. */
  admit(partition: number) {
    const epoch = this.epochOf(partition);
    const tenure = this.#tenures.get(partition);
    return epoch !== undefined && tenure?.epoch === epoch ? { epoch, ...tenure.admit() } : undefined;
  }

  read(read: { readonly startedMs: number; readonly table: GrantTable }): void {
    this.#take({ kind: 'read', ...read });
  }

  confirmed(read: { readonly startedMs: number; readonly generation: number }): void {
    this.#take({ kind: 'confirmed', ...read });
  }

  /** Begins nothing more, and serves what it has until the table moves it. */
  drain(): void {
    this.#take({ kind: 'drain' });
  }

  /** Lets go of everything, for good. */
  stop(): void {
    this.#take({ kind: 'stop' });
  }

  close(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  onAssigned(listener: (assigned: Assigned) => void): () => void {
    // What it does under an epoch is not seen here either.
    this.#isAsked = true;
    return this.#assigned.add(listener, this.#served([...this.#tenures.values()]));
  }

  onRevoked(listener: (revoked: Revoked) => void | Promise<void>): () => void {
    return this.#revoked.add(listener);
  }

  /** Those of the tenures that still last, as they are asked for. */
  *#served(tenures: readonly Tenure[]): Iterable<Assigned> {
    for (const { partition, epoch } of tenures)
      if (this.epochOf(partition) === epoch) yield { partition, epoch };
  }

  /** A listener may bring about the next event: it is taken when all have been told of this one. */
  #take(event: Untimed<OwnershipEvent>): void {
    this.#events.push(event);
    if (this.#isTaking) return;
    this.#isTaking = true;
    for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#step(next);
    this.#isTaking = false;
    this.#deps.onChanged();
  }

  #step(event: Untimed<OwnershipEvent>): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const { holdings: before, generation } = this.#ownership;
    const hadLapsed = this.hasLapsed;
    const { ownership, notices } = step(this.#ownership, { ...event, nowMs });
    this.#ownership = ownership;
    const isNewer = event.kind === 'read' && ownership.generation > generation;
    if (!isSame(before, ownership.holdings) || event.kind === 'stop') this.#claim = undefined;
    if (hadLapsed && !this.hasLapsed) this.#claim = undefined;
    if (isNewer && isAwaited(this.#deps.self, event.table)) this.#claim = undefined;
    for (const notice of notices) this.#tell(notice, nowMs);
    this.#wake(nowMs);
    if ([...before.keys()].some((partition) => !ownership.holdings.has(partition))) this.#deps.onLetGo();
  }

  #tell(notice: Notice, nowMs: number): void {
    const { partition, epoch } = notice;
    switch (notice.kind) {
      case 'assigned':
        this.#tenures.set(partition, new Tenure({ partition, epoch }));
        void this.#assigned.tell({ partition, epoch });
        return;
      case 'revoked':
        this.#revoke(partition, notice.untilMs - nowMs);
        return;
      case 'expired':
        this.#tenures.get(partition)?.expire();
        this.#tenures.delete(partition);
        return;
    }
  }

  #revoke(partition: number, finishWithinMs: number): void {
    const tenure = this.#tenures.get(partition);
    if (!tenure) return;
    const { epoch, signal } = tenure;
    const heard = this.#revoked.tell({ partition, epoch, finishWithinMs, signal });
    tenure.revoke(heard, () => this.#finish(tenure));
  }

  /**
   * The partition may go to its next owner before the time is over. Not where user code got to know epochs and has no listener:
   * then nobody knows what it still does.
   */
  #finish(tenure: Tenure): void {
    const { partition, epoch } = tenure;
    if (this.#isAsked && this.#revoked.size === 0) return;
    if (this.#tenures.get(partition) !== tenure || this.#ownership.holdings.size > endedEachMax) return;
    this.#tenures.delete(partition);
    this.#take({ kind: 'finished', partition, epoch });
  }

  #wake(nowMs: number): void {
    this.#cancel();
    const dueMs = dueAtMs(this.#ownership, nowMs);
    this.#cancel =
      dueMs === undefined
        ? () => undefined
        : this.#deps.clock.setTimer(() => this.#take({ kind: 'tick' }), dueMs - nowMs);
  }
}

/** The fold keeps a holding that did not change as it is. */
const isSame = (before: Ownership['holdings'], after: Ownership['holdings']): boolean =>
  before.size === after.size && [...after].every(([partition, holding]) => before.get(partition) === holding);

/** Somebody begins when this life has said that it let go: also of what it was granted and never knew. */
const isAwaited = (self: Life, { slots }: GrantTable): boolean =>
  slots.some(({ waitsFor }) => waitsFor.some((life) => isSameLife(life, self)));
