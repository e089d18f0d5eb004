/** What EventBridge's operations work with. */
import type { Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import type { DeliveryOptions } from './delivery.js';
import type { Scheduler } from './scheduler.js';
import type { EventsState } from './state.js';

export interface EventsContext {
  readonly clock: Clock;
  readonly identity: Identity;
  readonly state: EventsState;
  readonly scheduler: Scheduler;
  readonly delivery: DeliveryOptions;
}
