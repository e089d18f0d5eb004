/** What Lambda's operations work with. */
import type { Aws, Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import type { EventQueue } from './asynchronous/queue.js';
import type { Metrics } from './output/metrics.js';
import type { CodeStore } from './runtime/code.js';
import type { Invoker } from './runtime/invoker.js';
import type { LambdaState } from './state.js';
import type { Mappings } from './streams/mappings.js';

export interface LambdaContext {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly state: LambdaState;
  readonly code: CodeStore;
  readonly invoker: Invoker;
  readonly queue: EventQueue;
  readonly mappings: Mappings;
  readonly metrics: Metrics;
}
