/** Tells OpenTelemetry what a node measures. Without an SDK that was registered before, all of it does nothing. */

import type {
  Attributes,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  Observable,
} from '@opentelemetry/api';
import { type MetricName, type MetricNameOf, metrics } from './metrics.js';
import { observe } from './observe.js';
import type { Telemetry, Whose } from './telemetry.js';
import { timedAssignments, timedReports, timedSessions } from './timed-ports.js';

/** Seconds; as OpenTelemetry's conventions advise for requests. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function openTelemetry(meter: Meter, whose: Whose): Telemetry {
  const own = ownAttributes(whose);
  const seconds = (name: MetricNameOf<'histogram'>) => histogram(meter, name);
  const poll = seconds('veltrix.config.poll.duration');
  const report = seconds('veltrix.report.duration');
  const read = seconds('veltrix.router.read.duration');
  const request = seconds('veltrix.router.request.duration');
  const changes = counter(meter, 'veltrix.config.changes');
  /** Notes calls in seconds; a failure by its word, as the conventions want it. */
  const timing = (into: Histogram, about: Attributes) => ({
    monotonicMs: whose.monotonicMs,
    note: (durationMs: number, failure: string | undefined) =>
      into.record(durationMs / 1000, { ...about, ...(failure !== undefined && { 'error.type': failure }) }),
  });
  return {
    sessions: (profile, sessions) =>
      timedSessions(sessions, timing(poll, { ...own, 'veltrix.profile': profile })),
    reports: (reports) => timedReports(reports, timing(report, own)),
    assignments: (reader) => timedAssignments(reader, timing(read, own)),
    changed: (profile) => changes.add(1, { ...own, 'veltrix.profile': profile }),
    routed: ({ how, isSelf, durationMs }) =>
      timing(request, { ...own, 'veltrix.router.self': isSelf }).note(
        durationMs,
        how === 'answered' ? undefined : how,
      ),
    observe: (look) => watch(meter, (tell) => observe(look(), tell), own),
  };
}

type Tell = (name: MetricName, value: number, attributes?: Attributes) => void;

/** Observes everything at once: one look for all of it. */
function watch(meter: Meter, ask: (tell: Tell) => void, own: Attributes): () => void {
  const instruments = new Map<MetricName, Observable>();
  for (const name of Object.keys(metrics) as MetricName[]) {
    const instrument = observable(meter, name);
    if (instrument) instruments.set(name, instrument);
  }
  const all = [...instruments.values()];
  const callback = (result: BatchObservableResult) =>
    ask((name, value, attributes) => {
      const instrument = instruments.get(name);
      if (instrument) result.observe(instrument, value, { ...own, ...attributes });
    });
  meter.addBatchObservableCallback(callback, all);
  return () => meter.removeBatchObservableCallback(callback, all);
}

function observable(meter: Meter, name: MetricName): Observable | undefined {
  const { kind, unit, description } = metrics[name];
  if (kind === 'gauge') return meter.createObservableGauge(name, { unit, description });
  if (kind === 'updown') return meter.createObservableUpDownCounter(name, { unit, description });
  // This one is counted when it happens.
  if (kind === 'histogram' || name === 'veltrix.config.changes') return undefined;
  return meter.createObservableCounter(name, { unit, description });
}

function histogram(meter: Meter, name: MetricNameOf<'histogram'>): Histogram {
  const { unit, description } = metrics[name];
  return meter.createHistogram(name, {
    unit,
    description,
    advice: { explicitBucketBoundaries: boundaries },
  });
}

function counter(meter: Meter, name: MetricNameOf<'counter'>): Counter {
  const { unit, description } = metrics[name];
  return meter.createCounter(name, { unit, description });
}

const ownAttributes = ({ application, environment, node }: Whose): Attributes => ({
  'veltrix.application': application,
  'veltrix.environment': environment,
  'veltrix.node': node,
});
