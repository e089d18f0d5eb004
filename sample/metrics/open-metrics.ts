/**
 * Metrics of OpenTelemetry as OpenMetrics 1.0 text (https://prometheus.io/docs/specs/om/open_metrics_spec/), by the names that
 * OpenTelemetry gives them there (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): what a
 * Collector or Prometheus' own OTLP receiver would store is stored under the same names.
 */

import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

export function openMetrics({ scopeMetrics }: ResourceMetrics): string {
  const families = scopeMetrics.flatMap(({ metrics }) => metrics.map(family));
  return `${families.join('')}# EOF\n`;
}

function family(metric: MetricData): string {
  const type = typeOf(metric);
  const unit = unitOf(metric);
  const name = [metric.descriptor.name.replaceAll(/\W/g, '_'), ...unit].join('_');
  const about = [
    `# TYPE ${name} ${type}`,
    ...unit.map((word) => `# UNIT ${name} ${word}`),
    `# HELP ${name} ${escaped(metric.descriptor.description)}`,
  ];
  return [...about, ...samples(name, metric)].map((line) => `${line}\n`).join('');
}

type Type = 'counter' | 'gauge' | 'histogram';

function typeOf({ dataPointType, descriptor, ...metric }: MetricData): Type {
  if (dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  if (dataPointType === DataPointType.GAUGE) return 'gauge';
  if (dataPointType === DataPointType.SUM)
    return 'isMonotonic' in metric && metric.isMonotonic ? 'counter' : 'gauge';
  throw new Error(`${descriptor.name} is an exponential histogram, which this text cannot hold`);
}

/** The word that ends the name; what is counted, in braces, is no unit. */
function unitOf({ descriptor: { unit }, dataPointType }: MetricData): readonly string[] {
  if (unit === 's') return ['seconds'];
  return unit === '1' && dataPointType === DataPointType.GAUGE ? ['ratio'] : [];
}

function samples(name: string, metric: MetricData): readonly string[] {
  if (metric.dataPointType === DataPointType.HISTOGRAM)
    return metric.dataPoints.flatMap((point) => histogramSamples(name, point));
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return [];
  const suffix = typeOf(metric) === 'counter' ? '_total' : '';
  return metric.dataPoints.map(({ attributes, value }) => `${name}${suffix}${labels(attributes)} ${value}`);
}

function histogramSamples(name: string, { attributes, value }: DataPoint<Histogram>): readonly string[] {
  const { counts, boundaries } = value.buckets;
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    return `${name}_bucket${labels({ ...attributes, le: String(boundaries[index] ?? '+Inf') })} ${below}`;
  });
  return [
    ...buckets,
    `${name}_sum${labels(attributes)} ${value.sum ?? 0}`,
    `${name}_count${labels(attributes)} ${value.count}`,
  ];
}

function labels(attributes: DataPoint<number>['attributes']): string {
  const pairs = Object.entries(attributes).map(
    ([name, value]) => `${name.replaceAll(/\W/g, '_')}="${escaped(String(value))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
