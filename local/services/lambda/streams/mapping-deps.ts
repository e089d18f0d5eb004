/** What the parts of one event source mapping work with. */

import type { Activity } from '../../../kernel/activity.js';
import type { Aws, Identity } from '../../../kernel/aws.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Metrics } from '../output/metrics.js';
import type { Invoker } from '../runtime/invoker.js';
import type { MappingRecord } from '../state.js';

export interface MappingDeps {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly invoker: Invoker;
  readonly metrics: Metrics;
  readonly activity: Activity;
  readonly mapping: MappingRecord;
  /** The function's role, which a record names as the one who invokes. */
  readonly roleArn: () => string;
  readonly onTrouble: (text: string) => void;
}

export interface ReadableShard {
  readonly id: string;
  /** The mapping read this shard before, in this process or an earlier one. */
  readonly resumed: boolean;
}
