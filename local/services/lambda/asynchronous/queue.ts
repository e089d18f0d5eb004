/**
 * Asynchronous invocations: accepted at once, run when there is a place, tried again after 1 and 2 minutes, and given to
 * the dead letter queue or a destination in the end. The requestId stays the same over all attempts.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
 */

import type { Activity } from '../../../kernel/activity.js';
import type { Clock } from '../../../kernel/clock.js';
import { asynchronous } from '../limits.js';
import type { Invoker, Throttled } from '../runtime/invoker.js';
import type { RunResult } from '../runtime/runner.js';
import type { LambdaState, PendingEvent } from '../state.js';
import type { Deliveries } from './destinations.js';

export interface EventQueue {
  /** Takes an event and returns before it runs. */
  add(event: Pick<PendingEvent, 'functionName' | 'payload' | 'qualifier' | 'requestId'>): void;
  /** Takes up events that a snapshot brought back. */
  resume(): void;
  close(): void;
}

export interface QueueOptions {
  readonly state: LambdaState;
  readonly clock: Clock;
  readonly invoker: Invoker;
  readonly deliveries: Deliveries;
  readonly activity: Activity;
}

export function createEventQueue(options: QueueOptions): EventQueue {
  return new Queue(options);
}

class Queue implements EventQueue {
  private readonly options: QueueOptions;
  private readonly timers = new Map<string, () => void>();
  private closed = false;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  add(event: Pick<PendingEvent, 'functionName' | 'payload' | 'qualifier' | 'requestId'>): void {
    const acceptedAtMs = this.options.clock.now();
    const pending = { ...event, acceptedAtMs, attempts: 0, dueAtMs: acceptedAtMs };
    this.options.state.pending[event.requestId] = pending;
    this.begin(pending);
  }

  resume(): void {
    for (const event of Object.values(this.options.state.pending)) this.schedule(event);
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.timers.values()) cancel();
  }

  private schedule(event: PendingEvent): void {
    const cancel = this.options.clock.after(event.dueAtMs - this.options.clock.now(), () =>
      this.begin(event),
    );
    this.timers.set(event.requestId, cancel);
  }

  private begin(event: PendingEvent): void {
    this.timers.delete(event.requestId);
    void this.options.activity.track(this.attempt(event));
  }

  private async attempt(event: PendingEvent): Promise<void> {
    if (this.closed) return;
    const record = this.options.state.functions[event.functionName];
    if (!record) return this.remove(event);
    if (this.options.clock.now() - event.acceptedAtMs > maximumAgeMs(record.eventInvoke))
      return await this.giveUp(event, 'EventAgeExceeded', undefined);
    const result = await this.invoke(event);
    if (this.closed) return;
    if (result === undefined) return await this.giveUp(event, 'RetriesExhausted', undefined);
    if ('throttled' in result) return await this.wait(event, record.reservedConcurrency === 0);
    event.attempts += 1;
    if (result.functionError) return await this.retry(event, result);
    this.remove(event);
    await this.options.deliveries.succeeded(event, result);
  }

  private async invoke(event: PendingEvent): Promise<RunResult | Throttled | undefined> {
    const { functionName: name, qualifier, payload, requestId } = event;
    // The version or its code has gone since the event was accepted.
    return await this.options.invoker.invoke({ name, qualifier, payload, requestId }).catch(() => undefined);
  }

  private async wait(event: PendingEvent, isSwitchedOff: boolean): Promise<void> {
    if (isSwitchedOff) return await this.giveUp(event, 'RetriesExhausted', undefined);
    void this.options.invoker.whenFree(event.functionName).then(() => this.begin(event));
  }

  private async retry(event: PendingEvent, result: RunResult): Promise<void> {
    const settings = this.options.state.functions[event.functionName]?.eventInvoke;
    const allowed = settings?.maximumRetryAttempts ?? asynchronous.retryAttempts.default;
    if (event.attempts > allowed) return await this.giveUp(event, 'RetriesExhausted', result);
    const delayMs = asynchronous.retryDelaysMs[event.attempts - 1] ?? 0;
    event.dueAtMs = this.options.clock.now() + delayMs;
    this.schedule(event);
  }

  private async giveUp(
    event: PendingEvent,
    condition: 'EventAgeExceeded' | 'RetriesExhausted',
    result: RunResult | undefined,
  ): Promise<void> {
    this.remove(event);
    await this.options.deliveries.failed(event, condition, result);
  }

  private remove(event: PendingEvent): void {
    delete this.options.state.pending[event.requestId];
  }
}

const maximumAgeMs = (settings: { maximumEventAgeInSeconds?: number | undefined } | undefined): number =>
  (settings?.maximumEventAgeInSeconds ?? asynchronous.eventAgeSeconds.default) * 1000;
