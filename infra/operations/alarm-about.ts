/** What an alarm is made of. */

import type { ClusterAddress } from '../../core/addresses.js';

/** Where functions count (functions/measures.ts). */
export const namespace = 'Veltrix';

export interface AlarmAbout {
  /** Unique. */
  readonly name: string;
  /** Whose alone it is: the environment's own topic is told, where it has one. */
  readonly cluster?: ClusterAddress;
  /** The anchor of its section in docs/runbook.md; its name when absent. */
  readonly section?: string;
  /** What it means for the service, in one or two sentences. */
  readonly impact: string;
  readonly metric: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: 'Sum' | 'Maximum';
  };
  /** Raised when the metric reaches it; absent for the first one. */
  readonly threshold?: number;
  /** So many bad minutes among those watched; absent for the first bad one. */
  readonly minutes?: { readonly watched: number; readonly bad: number };
  /** True where the sign is that nothing is counted: a minute without is a bad one, and there is no threshold. */
  readonly absence?: boolean;
  /** True for a state that is worth hearing the end of; what happened once has none. */
  readonly lasts?: boolean;
}

/** Where functions count, by the kind of function (functions/measures.ts). */
export const counted = (service: string, name: string) => ({
  namespace,
  name,
  dimensions: { service },
  statistic: 'Sum' as const,
});

/** What functions say of one environment (functions/gauges.ts). */
export const gauged = (cluster: string, name: string, statistic: 'Sum' | 'Maximum') => ({
  namespace,
  name,
  dimensions: { cluster },
  statistic,
});

/** What Lambda itself counts of a function. */
export const lambda = (FunctionName: string, name: string, statistic: 'Sum' | 'Maximum') => ({
  namespace: 'AWS/Lambda',
  name,
  dimensions: { FunctionName },
  statistic,
});

/** What Kinesis counts of a stream. */
export const kinesis = (StreamName: string, name: string, statistic: 'Sum' | 'Maximum') => ({
  namespace: 'AWS/Kinesis',
  name,
  dimensions: { StreamName },
  statistic,
});

/** What DynamoDB counts of a table. */
export const dynamodb = (TableName: string, name: string) => ({
  namespace: 'AWS/DynamoDB',
  name,
  dimensions: { TableName },
  statistic: 'Sum' as const,
});
