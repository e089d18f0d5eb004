/** A node, or a cluster of them, measured by a real SDK: what a reader would export, by name. */

import { DataPointType, type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { openTelemetry } from '../../../client/telemetry/open-telemetry.js';
import type { Whose } from '../../../client/telemetry/telemetry.js';

class AskedReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

export interface Point {
  /** Without those that every point carries. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram how many, and their sum. */
  readonly value: number | { readonly count: number; readonly sum: number };
}

export function measured() {
  const reader = new AskedReader();
  const provider = new MeterProvider({ readers: [reader] });
  const telemetry = (whose: Whose) => openTelemetry(provider.getMeter('veltrix'), whose);
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'metrics could not be collected');
    return resourceMetrics;
  };
  const metrics = async () => (await collect()).scopeMetrics.flatMap(({ metrics: all }) => all);
  /** Points of one metric; none while it was not measured. */
  const points = async (name: string): Promise<Point[]> => {
    const found = (await metrics()).find(({ descriptor }) => descriptor.name === name);
    return (found?.dataPoints ?? []).map(({ attributes, value }) => ({
      attributes: withoutOwn(attributes),
      value: found?.dataPointType === DataPointType.HISTOGRAM ? told(value as Histogram) : Number(value),
    }));
  };
  return { telemetry, collect, metrics, points };
}

const told = ({ count, sum = 0 }: Histogram) => ({ count, sum });

function withoutOwn(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const own = ['veltrix.application', 'veltrix.environment', 'veltrix.node'];
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !own.includes(name)));
}
