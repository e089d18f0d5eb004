/**
 * Functions' metrics as Prometheus text: Lambda's own, and those that functions print in the embedded metric format.
 * CloudWatch keeps statistics per period; here a series is counted from the start. A metric of unit Count is a counter
 * (`…_total`), any other a summary (`…_summary_sum`, `…_summary_count`); each shows its last value as a gauge as well.
 * Source of the format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
 */
import * as z from 'zod';
import { metricSeries } from '../limits.js';

export interface Metrics {
  /** Takes the metrics out of a log line, when it is one in the embedded metric format. */
  absorb(line: string): void;
  add(sample: Sample): void;
  /** Prometheus text exposition format 0.0.4. */
  render(): string;
}

/** What CloudWatch would take: values of one metric, all at one time. */
export interface Sample {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const directive = z.object({
  Namespace: z.string(),
  Dimensions: z.array(z.array(z.string())).default([[]]),
  Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default('None') })),
});
const embedded = z.looseObject({ _aws: z.object({ CloudWatchMetrics: z.array(directive) }) });
type Embedded = z.output<typeof embedded>;

interface Series {
  readonly labels: string;
  sum: number;
  count: number;
  last: number;
}

interface Family {
  readonly counter: boolean;
  readonly series: Map<string, Series>;
}

export function createMetrics(onSample: (sample: Sample) => void = () => {}): Metrics {
  const families = new Map<string, Family>();
  let seriesCount = 0;
  let dropped = 0;

  const seriesOf = (sample: Sample): Series | undefined => {
    const family = familyOf(families, sample);
    const labels = labelsOf(sample.dimensions);
    const known = family.series.get(labels);
    if (known) return known;
    if (seriesCount >= metricSeries) return undefined;
    seriesCount += 1;
    const series = { labels, sum: 0, count: 0, last: 0 };
    family.series.set(labels, series);
    return series;
  };
  const add = (sample: Sample): void => {
    onSample(sample);
    const series = seriesOf(sample);
    if (!series) {
      dropped += 1;
      return;
    }
    for (const value of sample.values) {
      series.sum += value;
      series.count += 1;
      series.last = value;
    }
  };
  return {
    add,
    absorb(line) {
      if (!line.includes('"CloudWatchMetrics"')) return;
      for (const sample of samplesOf(line)) add(sample);
    },
    render: () =>
      [...families].flatMap(([name, family]) => renderFamily(name, family)).join('') +
      `# TYPE local_metric_samples_dropped_total counter\nlocal_metric_samples_dropped_total ${dropped}\n`,
  };
}

/** What a line says; nothing when it is not in the format. A prefix as `console.log` writes it is passed over. */
export function samplesOf(line: string): Sample[] {
  const parsed = embedded.safeParse(parseJson(line.slice(Math.max(0, line.indexOf('{')))));
  if (!parsed.success) return [];
  return parsed.data._aws.CloudWatchMetrics.flatMap((entry) =>
    entry.Dimensions.flatMap((names) =>
      entry.Metrics.map((metric) => ({
        namespace: entry.Namespace,
        name: metric.Name,
        unit: metric.Unit,
        dimensions: dimensionsOf(parsed.data, names),
        values: numbersOf(parsed.data[metric.Name]),
      })),
    ),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const dimensionsOf = (document: Embedded, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, String(document[name] ?? '')]));

const numbersOf = (value: unknown): number[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is number => typeof item === 'number');

function familyOf(families: Map<string, Family>, sample: Sample): Family {
  const name = sanitize(`${sample.namespace}_${sample.name}`);
  const family = families.get(name) ?? { counter: sample.unit === 'Count', series: new Map() };
  families.set(name, family);
  return family;
}

/** A name that Prometheus takes: letters, digits and underscores, no digit first; `CamelCase` becomes `camel_case`. */
export function sanitize(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const clean = snake.replace(/[^a-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(clean) ? clean : `_${clean}`;
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function labelsOf(dimensions: Readonly<Record<string, string>>): string {
  const labels = Object.entries(dimensions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${sanitize(name)}="${escapeLabel(value)}"`);
  return labels.length === 0 ? '' : `{${labels.join(',')}}`;
}

function renderFamily(name: string, family: Family): string[] {
  const series = [...family.series.values()];
  const block = (type: string, metric: string, value: (one: Series) => number) => [
    type ? `# TYPE ${metric} ${type}\n` : '',
    ...series.map((one) => `${metric}${one.labels} ${value(one)}\n`),
  ];
  const totals = family.counter
    ? block('counter', `${name}_total`, (one) => one.sum)
    : [
        `# TYPE ${name}_summary summary\n`,
        ...series.flatMap((one) => [
          `${name}_summary_sum${one.labels} ${one.sum}\n`,
          `${name}_summary_count${one.labels} ${one.count}\n`,
        ]),
      ];
  return [...totals, ...block('gauge', name, (one) => one.last)];
}
