/** What functions count: CloudWatch metrics through the log (embedded metric format), so counting costs no call. */

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Where all of Veltrix's metrics stand. */
export const metricNamespace = 'Veltrix';

export interface Measures<Name extends string = string> {
  /** Adds to a count of this invocation; a count of zero is left out. */
  count(name: Name, times: number): void;
  /** Emits what was counted. Once, at the end of an invocation, however it ends. */
  flush(): void;
}

/** Counts under `service`, the function's kind, and never by node: a metric costs by its dimensions. */
export function createMeasures<Name extends string>(service: string): Measures<Name> {
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: service });
  return {
    count: (name, times) => {
      if (times > 0) metrics.addMetric(name, MetricUnit.Count, times);
    },
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
