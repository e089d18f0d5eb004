/** What functions measure of a cluster: CloudWatch metrics through the log, under one dimension, so that each is one metric a cluster. */

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { metricNamespace } from './measures.js';

export interface Gauges<Name extends string = string> {
  /** Emits the values at once; what has none is left out. */
  emit(cluster: string, values: Readonly<Record<Name, number | undefined>>): void;
}

export function createGauges<Name extends string>(service: string): Gauges<Name> {
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: service });
  metrics.clearDefaultDimensions();
  return {
    emit(cluster, values) {
      for (const [name, value] of Object.entries<number | undefined>(values))
        if (value !== undefined) metrics.addMetric(name, MetricUnit.NoUnit, value);
      if (!metrics.hasStoredMetrics()) return;
      metrics.addDimension('cluster', cluster);
      metrics.publishStoredMetrics();
    },
  };
}
