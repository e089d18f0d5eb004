import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldReport, hasTwin, type NodeRecord } from '../../../core/fleet/node-records.js';
import { type NodeReport, nodeReportSchema, reportPartitionKey } from '../../../core/fleet/node-reports.js';
import { epochMs } from '../../../core/time.js';

function report(incarnation: string, sequence: number, change: Partial<NodeReport> = {}): NodeReport {
  return {
    form: 1,
    cluster: 'treasure-hunt/staging',
    node: 'node-1',
    incarnation,
    sequence,
    labels: {},
    capacity: 100,
    load: 0.5,
    queueDepth: 0,
    inFlight: 50,
    health: 'ready',
    profiles: {},
    droppedReports: 0,
    ...change,
  };
}

/** Folds reports that arrive one second apart. */
function fold(reports: readonly NodeReport[], record?: NodeRecord): NodeRecord {
  const last = reports.reduce<NodeRecord | undefined>((current, item, index) => {
    const folded = foldReport(current, item, epochMs(1_000_000 + index * 1000));
    return folded.kind === 'changed' ? folded.record : current;
  }, record);
  if (!last) throw new Error('needs a report');
  return last;
}

describe('foldReport', () => {
  it('begins a record with the first report', () => {
    expect(foldReport(undefined, report('a', 1), epochMs(1_000_500))).toEqual({
      kind: 'changed',
      record: {
        cluster: 'treasure-hunt/staging',
        node: 'node-1',
        incarnation: 'a',
        sequence: 1,
        labels: {},
        capacity: 100,
        load: 0.5,
        queueDepth: 0,
        inFlight: 50,
        health: 'ready',
        profiles: {},
        droppedReports: 0,
        arrivedAtMs: 1_000_500,
        since: 1_000_500,
        expiresAtSeconds: 4601,
        retired: [],
      },
    });
  });

  it('keeps the newer report when an older one arrives late', () => {
    const record = fold([report('a', 2, { load: 0.9 })]);
    expect(foldReport(record, report('a', 1, { load: 0.1 }), epochMs(2_000_000))).toEqual({ kind: 'stale' });
  });

  it('ignores a report that arrives twice', () => {
    const record = fold([report('a', 1)]);
    expect(foldReport(record, report('a', 1), epochMs(2_000_000))).toEqual({ kind: 'stale' });
  });

  it('lets a new life replace the old one, whatever its sequence', () => {
    const record = fold([report('a', 90), report('b', 1)]);
    expect(record).toMatchObject({ incarnation: 'b', sequence: 1, since: 1_001_000, retired: ['a'] });
  });

  it('never goes back to an earlier life', () => {
    const record = fold([report('a', 1), report('b', 1), report('a', 2, { load: 0.9 })]);
    expect(record).toMatchObject({ incarnation: 'b', load: 0.5 });
    expect(hasTwin(record)).toBe(false);
  });

  it('says so when two processes take turns under one name', () => {
    const turns = [1, 2, 3].flatMap((turn) => [report('a', turn), report('b', turn)]);
    const record = fold([...turns, report('a', 4)]);
    expect(record.incarnation).toBe('b');
    expect(record.twin).toMatchObject({ incarnation: 'a', reports: 3 });
    expect(hasTwin(record)).toBe(true);
  });

  it('counts a report of the second process once, however often it is delivered', () => {
    const record = fold([report('a', 1), report('b', 1), report('a', 2)]);
    expect(record.twin).toMatchObject({ reports: 1, lastArrivedAtMs: 1_002_000 });
    expect(foldReport(record, report('a', 2), epochMs(1_002_000))).toEqual({ kind: 'stale' });
  });

  it('goes back to the life that goes on, once the one that replaced it has been silent for a minute', () => {
    const record = fold([report('a', 1), report('b', 1), report('a', 2)]);
    const back = foldReport(record, report('a', 3, { load: 0.9 }), epochMs(1_001_000 + 60_000));
    expect(back).toMatchObject({
      kind: 'changed',
      record: { incarnation: 'a', sequence: 3, load: 0.9, retired: ['b'] },
    });
    expect(back.kind === 'changed' && 'twin' in back.record).toBe(false);
  });

  it('takes a batch that is delivered again for what it is, though a restart lies within', () => {
    const batch = [report('a', 1), report('a', 2), report('a', 3), report('b', 1)];
    const record = fold(batch);
    expect(fold(batch, record)).toEqual(record);
  });

  it('never moves the arrival back, though a batch is delivered out of order', () => {
    const record = fold([report('a', 1)]);
    expect(foldReport(record, report('a', 2), epochMs(999_000))).toMatchObject({
      record: { sequence: 2, arrivedAtMs: 1_000_000 },
    });
  });

  it('forgets the second process once it has been silent for a minute', () => {
    const turns = [1, 2, 3, 4].flatMap((turn) => [report('a', turn), report('b', turn)]);
    const record = fold(turns);
    const later = foldReport(record, report('b', 5), epochMs(1_000_000 + 7_000 + 60_000));
    expect(hasTwin(record)).toBe(true);
    expect(later).toMatchObject({ kind: 'changed', record: { incarnation: 'b' } });
    expect(later.kind === 'changed' && hasTwin(later.record)).toBe(false);
  });
});

describe('foldReport keeps since when a label is held', () => {
  const holds = (label?: string) => ({
    profiles: {
      rules: { ...(label && { label }), source: 'cloud' as const, schemaVersion: 1, counters: {} },
    },
  });
  const heldOf = (record: NodeRecord) => record.profiles['rules']?.held;

  it('from the first report of a stretch', () => {
    const record = fold([
      report('a', 1, holds('v1')),
      report('a', 2, holds('v1')),
      report('a', 3, holds('v1')),
    ]);
    expect(heldOf(record)).toEqual({ label: 'v1', sinceMs: 1_000_000 });
  });

  it('anew with each other label, also one that was held before', () => {
    const record = fold([
      report('a', 1, holds('v1')),
      report('a', 2, holds('v2')),
      report('a', 3, holds('v1')),
    ]);
    expect(heldOf(record)).toEqual({ label: 'v1', sinceMs: 1_002_000 });
  });

  it('through a restart that comes back with the same label, at once or after a while without one', () => {
    const record = fold([report('a', 1, holds('v1')), report('b', 1, holds()), report('b', 2, holds('v1'))]);
    expect(record.since).toBe(1_001_000);
    expect(heldOf(record)).toEqual({ label: 'v1', sinceMs: 1_000_000 });
  });

  it('through a second process that takes over', () => {
    const record = fold([report('a', 1, holds('v1')), report('b', 1, holds('v1'))]);
    const back = foldReport(record, report('a', 2, holds('v1')), epochMs(1_001_000 + 60_000));
    expect(back.kind === 'changed' && heldOf(back.record)).toEqual({ label: 'v1', sinceMs: 1_000_000 });
  });

  it('not of a label that was held before this was kept', () => {
    const record = fold([report('a', 1, holds('v1'))]);
    const older = { ...record, profiles: holds('v1').profiles };
    expect(heldOf(fold([report('a', 2, holds('v1'))], older))).toBeUndefined();
    expect(heldOf(fold([report('a', 2, holds('v2'))], older))).toEqual({ label: 'v2', sinceMs: 1_000_000 });
  });

  it('whatever a node holds in whatever lives: since its first report of the last stretch', () => {
    const lives = fc.array(fc.record({ life: fc.boolean(), label: fc.constantFrom(undefined, 'v1', 'v2') }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(lives, (steps) => {
        let life = 0;
        const reports = steps.map(({ life: isNew, label }, index) => {
          if (isNew) life += 1;
          return report(`life-${life}`, index + 1, holds(label));
        });
        const labels = steps.map(({ label }) => label);
        const last = labels.findLast((label) => label !== undefined);
        const broken = labels.findLastIndex((label) => label !== undefined && label !== last);
        const first = labels.findIndex((label, index) => index > broken && label === last);
        const wanted = last === undefined ? undefined : { label: last, sinceMs: 1_000_000 + 1000 * first };
        expect(heldOf(fold(reports))).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });
});

describe('foldReport, whatever arrives', () => {
  const arrivals = fc.array(
    fc.record({ incarnation: fc.constantFrom('a', 'b', 'c'), sequence: fc.integer({ min: 1, max: 20 }) }),
    { minLength: 1, maxLength: 40 },
  );

  it('shows only ever growing sequences within one life, and no life twice', () => {
    fc.assert(
      fc.property(arrivals, (items) => {
        let record: NodeRecord | undefined;
        const lives: string[] = [];
        items.forEach((item, index) => {
          const folded = foldReport(record, report(item.incarnation, item.sequence), epochMs(1000 * index));
          if (folded.kind === 'stale') return;
          const next = folded.record;
          if (record?.incarnation === next.incarnation)
            expect(next.sequence).toBeGreaterThanOrEqual(record.sequence);
          else lives.push(next.incarnation);
          expect(next.arrivedAtMs).toBeGreaterThanOrEqual(record?.arrivedAtMs ?? 0);
          record = next;
        });
        expect(new Set(lives).size).toBe(lives.length);
      }),
    );
  });

  it('is not changed by any report of the life it shows coming again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sequences) => {
        const record = fold(sequences.map((sequence) => report('a', sequence)));
        for (const sequence of sequences) {
          expect(foldReport(record, report('a', sequence), epochMs(9_000_000)).kind).toBe('stale');
        }
        expect(record.sequence).toBe(Math.max(...sequences));
      }),
    );
  });
});

describe('nodeReportSchema', () => {
  it('takes a full report', () => {
    const profiles = {
      gameplay: {
        label: 'v3-0a1b2c3d',
        source: 'cloud' as const,
        refused: { label: 'v4-ffffffff', reason: 'coolDownMs is missing' },
        schemaVersion: 2,
        counters: { 'v3-0a1b2c3d': { requests: 10, errors: 1, slow: 0 } },
      },
    };
    const full = report('a', 1, { endpoint: 'http://10.0.0.7:8080', labels: { zone: 'a' }, profiles });
    expect(nodeReportSchema.parse(JSON.parse(JSON.stringify(full)))).toEqual(full);
    expect(reportPartitionKey(full)).toBe('treasure-hunt/staging/node-1');
  });

  it('takes the work of 1,024 partitions', () => {
    const work = Object.fromEntries(Array.from({ length: 1_024 }, (_, at) => [at * 60, at]));
    expect(nodeReportSchema.parse(report('a', 1, { work })).work).toEqual(work);
  });

  it('cuts rates that nobody has: a node that says too much is not lost', () => {
    const said = report('a', 1, {
      unitsPerSecond: 1.2e9,
      work: { 7: 5e9, 8: 3 },
      hotKeys: [{ key: 'k', partition: 7, unitsPerSecond: 2e9 }],
    });
    expect(nodeReportSchema.parse(said)).toEqual({
      ...said,
      unitsPerSecond: 1e9,
      work: { 7: 1e9, 8: 3 },
      hotKeys: [{ key: 'k', partition: 7, unitsPerSecond: 1e9 }],
    });
  });

  it('drops what it does not know: nodes of tomorrow report to the stacks of today', () => {
    const limits = { source: 'disk' as const, schemaVersion: 1, counters: {} };
    const today = report('a', 1, { profiles: { limits } });
    const tomorrow = { ...today, mood: 'good', profiles: { limits: { ...limits, tint: 'blue' } } };
    expect(nodeReportSchema.parse(tomorrow)).toEqual(today);
  });

  it.each([
    ['a load that is no number', { load: Number.NaN }],
    ['a negative load', { load: -0.1 }],
    ['an endless load', { load: Number.POSITIVE_INFINITY }],
    ['a capacity of nothing', { capacity: 0 }],
    ['half a request in flight', { inFlight: 1.5 }],
    ['a negative queue', { queueDepth: -1 }],
    ['sequence 0', { sequence: 0 }],
    ['no node', { node: '' }],
    ['an unknown health', { health: 'fine' }],
    ['an interval of nothing', { reportIntervalMs: 0 }],
    ['another form', { form: 2 }],
    ['work of a partition that is no number', { work: { a: 1 } }],
    ['work of a partition beyond all', { work: { 100000: 1 } }],
    ['negative work', { work: { 7: -1 } }],
    ['endless work', { work: { 7: Number.POSITIVE_INFINITY } }],
    ['work that is text', { work: { 7: '1' } }],
    ['work that is no map', { work: [1] }],
    ['no work at all', { work: null }],
    ['too many partitions', { work: Object.fromEntries(Array.from({ length: 1_025 }, (_, at) => [at, 1])) }],
  ])('refuses %s', (_, change) => {
    expect(nodeReportSchema.safeParse({ ...report('a', 1), ...change }).success).toBe(false);
  });
});
