import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeRecord, ProfileRecord } from '../../../core/fleet/node-records.js';
import { movedAt, whyWrite } from '../../../core/fleet/write-pace.js';
import { type EpochSeconds, epochMs } from '../../../core/time.js';

const startMs = Date.UTC(2026, 0, 1);
const [secondMs, minuteMs] = [1_000, 60_000];
const quiet = { nodes: 1_000, movedAtMs: undefined };

const gameplay: ProfileRecord = {
  label: 'v1-00000000',
  source: 'cloud',
  schemaVersion: 1,
  counters: { 'v1-00000000': { requests: 10, errors: 0, slow: 0 } },
  held: { label: 'v1-00000000', sinceMs: epochMs(startMs - 60 * minuteMs) },
};

const base: NodeRecord = {
  cluster: 'app/staging',
  node: 'n-1',
  incarnation: 'life-1',
  sequence: 1,
  endpoint: 'http://10.0.0.7',
  labels: { zone: 'a', cohort: 'x' },
  capacity: 100,
  load: 0.5,
  queueDepth: 0,
  inFlight: 3,
  health: 'ready',
  profiles: { gameplay },
  droppedReports: 0,
  unitsPerSecond: 200,
  ownership: { letGo: 3, begun: 3 },
  work: { 7: 50, 8: 0.5 },
  arrivedAtMs: epochMs(startMs),
  since: epochMs(startMs - minuteMs),
  expiresAtSeconds: (startMs / 1000 + 3600) as EpochSeconds,
  retired: [],
};

const without = <Key extends keyof NodeRecord>(key: Key) => {
  const { [key]: _gone, ...rest } = base;
  return rest as NodeRecord;
};
const written = (record: NodeRecord = base) => ({ record, asOfMs: record.arrivedAtMs });
const why = (change: Partial<NodeRecord>) => whyWrite(written(), { ...base, ...change }, quiet);
const profile = (change: Partial<ProfileRecord>) => ({ profiles: { gameplay: { ...gameplay, ...change } } });
const twin = (reports: number, incarnation = 'life-0') => ({
  twin: { incarnation, reports, lastArrivedAtMs: epochMs(startMs) },
});

describe('a record is written', () => {
  it('when there is none', () => {
    expect(whyWrite(undefined, base, quiet)).toBe('new');
  });

  it.each([
    ['life', { incarnation: 'life-2' }],
    ['health', { health: 'degraded' }],
    ['profiles', profile({ label: 'v2-00000000' })],
    ['profiles', profile({ source: 'disk' })],
    ['profiles', profile({ schemaVersion: 2 })],
    ['profiles', profile({ lastError: 'AccessDenied' })],
    ['profiles', profile({ secretsError: 'AccessDenied' })],
    ['profiles', profile({ override: { paths: ['hints'] } })],
    ['profiles', profile({ refused: { label: 'v2-00000000', reason: 'no' } })],
    ['profiles', { profiles: {} }],
    ['profiles', { profiles: { gameplay, limits: gameplay } }],
    ['profiles', { profiles: { limits: gameplay } }],
    ['declared', { endpoint: 'http://10.0.0.8' }],
    ['declared', { capacity: 101 }],
    ['declared', { labels: { zone: 'b', cohort: 'x' } }],
    ['declared', { labels: { zone: 'a' } }],
    ['declared', { reportIntervalMs: 10_000 }],
    ['ownership', { ownership: { letGo: 4, begun: 3 } }],
    ['ownership', { ownership: { letGo: 3, begun: 4 } }],
    ['twin', twin(1)],
    ['pace', { unitsPerSecond: 221 }],
    ['pace', { unitsPerSecond: 179 }],
    ['load', { load: 0.56 }],
    ['load', { load: 0.44 }],
    ['queue', { queueDepth: 10 }],
    ['work', { work: { 7: 60.5, 8: 0.5 } }],
    ['work', { work: { 7: 39.5, 8: 0.5 } }],
    ['work', { work: { 8: 0.5 } }],
    ['work', { work: { 7: 50, 8: 0.5, 9: 10.5 } }],
  ] as const)('at once when it changes: %s (%j)', (reason, change) => {
    expect(why(change as Partial<NodeRecord>)).toBe(reason);
  });

  it.each(['ownership', 'unitsPerSecond', 'endpoint', 'work'] as const)('when it says %s no more', (key) => {
    const reason = { ownership: 'ownership', unitsPerSecond: 'pace', endpoint: 'declared', work: 'work' }[
      key
    ];
    expect(whyWrite(written(), without(key), quiet)).toBe(reason);
    expect(whyWrite(written(without(key)), base, quiet)).toBe(reason);
  });

  it('when it refuses the same version for another reason', () => {
    const refusing = (reason: string) => ({
      ...base,
      ...profile({ refused: { label: 'v2-00000000', reason } }),
    });
    expect(whyWrite(written(refusing('a')), refusing('b'), quiet)).toBe('profiles');
    expect(whyWrite(written(refusing('a')), refusing('a'), quiet)).toBeUndefined();
  });

  it('for each report of a second process, until there is no doubt', () => {
    const from = (before: Partial<NodeRecord>, after: Partial<NodeRecord>) =>
      whyWrite(written({ ...base, ...before }), { ...base, ...after }, quiet);
    expect(from(twin(1), twin(2))).toBe('twin');
    expect(from(twin(2), twin(3))).toBe('twin');
    expect(from(twin(3), twin(4))).toBeUndefined();
    expect(from(twin(3), twin(3, 'life-00'))).toBe('twin');
    expect(from(twin(3), {})).toBe('twin');
  });
});

describe('a record is not written', () => {
  it.each([
    ['counters', profile({ counters: { 'v1-00000000': { requests: 9_999, errors: 900, slow: 90 } } })],
    ['sequence', { sequence: 2, arrivedAtMs: epochMs(startMs + 5 * secondMs) }],
    ['work in flight', { inFlight: 60 }],
    ['shed work', { shed: 5, misdirected: 4, droppedReports: 1 }],
    ['load within half of the dead band', { load: 0.549 }],
    ['a pace that is a tenth off', { unitsPerSecond: 219 }],
    ['a queue that comes and goes', { queueDepth: 9 }],
    ['work that is a twentieth off', { work: { 7: 59.5, 8: 9.5, 10: 9 } }],
    ['hot keys', { hotKeys: [{ key: 'k', partition: 7, unitsPerSecond: 4 }] }],
  ] as const)('for %s', (_name, change) => {
    expect(why(change as Partial<NodeRecord>)).toBeUndefined();
  });

  it('for a queue of one on a small node', () => {
    const small = { ...base, capacity: 4 };
    expect(whyWrite(written(small), { ...small, queueDepth: 1 }, quiet)).toBeUndefined();
    expect(whyWrite(written(small), { ...small, queueDepth: 2 }, quiet)).toBe('queue');
  });

  it('judges work by the capacity that is declared, while none is measured', () => {
    const unmeasured = without('unitsPerSecond');
    const change = (rate: number) =>
      whyWrite(written(unmeasured), { ...unmeasured, work: { 7: rate, 8: 0.5 } }, quiet);
    expect(change(54.9)).toBeUndefined();
    expect(change(55.1)).toBe('work');
  });
});

describe('the heartbeat', () => {
  /** Seconds after which a record that says nothing new is written. */
  function heartbeatSeconds(
    around: Parameters<typeof whyWrite>[2],
    change: Partial<NodeRecord> = {},
  ): number {
    const record = { ...base, ...change };
    for (let seconds = 1; seconds <= 1_000; seconds += 1) {
      const later = { ...record, arrivedAtMs: epochMs(startMs + seconds * secondMs) };
      if (whyWrite(written(record), later, around) === 'heartbeat') return seconds;
    }
    throw new Error('never written');
  }
  const fleet = (nodes: number) => ({ nodes, movedAtMs: undefined });
  /** Over many nodes. */
  const beats = (around: Parameters<typeof whyWrite>[2]) =>
    Array.from({ length: 200 }, (_, index) => heartbeatSeconds(around, { node: `n-${index}` }));

  it.each([
    [1, 24, 30],
    [100, 24, 30],
    [500, 120, 150],
    [1_000, 240, 300],
    [40_000, 240, 300],
  ])('of a fleet of %i comes after %i to %i s, each node’s at its own', (nodes, least, most) => {
    const found = beats(fleet(nodes));
    expect(Math.min(...found)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...found)).toBeLessThanOrEqual(most);
    expect(new Set(found).size).toBeGreaterThan(5);
  });

  it('costs a steady thousand less than a twentieth of a write per report, with a liveness of eight units every two seconds', () => {
    const perSecond =
      beats(fleet(1_000)).reduce((sum, seconds) => sum + 1 / Math.ceil(seconds / 5) / 5, 0) * 5;
    expect(1_000 / 5 / (perSecond + 8 / 2)).toBeGreaterThan(20);
  });

  it('is fast for a quarter of an hour after a node of the cluster went over to another version', () => {
    const movedAtMs = (agoMs: number) => ({ nodes: 1_000, movedAtMs: epochMs(startMs - agoMs) });
    expect(Math.max(...beats(movedAtMs(14 * minuteMs)))).toBeLessThanOrEqual(30);
    expect(Math.min(...beats(movedAtMs(15 * minuteMs)))).toBeGreaterThan(200);
  });

  it('is fast for a node with a second process', () => {
    expect(heartbeatSeconds(fleet(1_000), twin(5))).toBeLessThanOrEqual(30);
  });

  it('takes every report for a minute and a half after a node took a version', () => {
    const took = (agoMs: number) =>
      heartbeatSeconds(
        fleet(1_000),
        profile({ held: { label: 'v1-00000000', sinceMs: epochMs(startMs - agoMs) } }),
      );
    expect(took(0)).toBe(4);
    expect(took(85 * secondMs)).toBe(4);
    expect(took(89 * secondMs)).toBeGreaterThan(200);
  });

  it('is never passed by, whatever else is said', () => {
    const change = fc.record({
      load: fc.double({ min: 0, max: 2, noNaN: true }),
      queueDepth: fc.nat(50),
      agoMs: fc.nat(400_000),
      nodes: fc.nat(5_000),
    });
    fc.assert(
      fc.property(change, ({ load, queueDepth, agoMs, nodes }) => {
        const later = { ...base, load, queueDepth, arrivedAtMs: epochMs(startMs + agoMs) };
        const found = whyWrite(written(), later, fleet(nodes));
        if (Math.abs(load - 0.5) > 0.05) expect(found).toBe('load');
        else if (queueDepth >= 10) expect(found).toBe('queue');
        else if (agoMs >= 300_000) expect(found).toBe('heartbeat');
        else if (agoMs < 24_000) expect(found).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a node', () => {
  it('has gone over when it counted under another label in the same life', () => {
    const counted = (labels: readonly string[], sinceMs = startMs) =>
      profile({
        held: { label: labels.at(-1) ?? '', sinceMs: epochMs(sinceMs) },
        counters: Object.fromEntries(labels.map((label) => [label, { requests: 0, errors: 0, slow: 0 }])),
      });
    expect(movedAt({ ...base, ...counted(['v1']) })).toBeUndefined();
    expect(movedAt({ ...base, ...counted(['v1', 'v2']) })).toBe(startMs);
    const both = {
      profiles: {
        ...counted(['v1', 'v2']).profiles,
        limits: counted(['v1', 'v2'], startMs + 5).profiles.gameplay,
      },
    };
    expect(movedAt({ ...base, ...both })).toBe(startMs + 5);
    expect(movedAt({ ...base, profiles: {} })).toBeUndefined();
  });
});
