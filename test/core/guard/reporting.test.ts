import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GuardReport,
  guardReportSchema,
  guardSummarySchema,
  summaryOf,
} from '../../../core/guard/report.js';
import { type BlindLook, reportBlindLook, reportLook } from '../../../core/guard/reporting.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import { plusMs } from '../../../core/time.js';
import { fresh, old, seen, startMs, times, Watch, watched } from './fleet.js';

const harmful = { a: fresh(1_510, 20), b: fresh(1_510, 21), c: old(13_950, 3), d: old(13_950, 3) };
const settings = guardSettingsSchema.parse({});

const blind = (change: Partial<BlindLook> = {}): BlindLook => ({
  why: 'the table could not be read',
  lookedAtMs: 5_000,
  settings,
  isLastLook: false,
  hasPrevious: true,
  ...change,
});

describe('the report of a look', () => {
  it('has the verdict, both arms and the evidence', () => {
    const { last } = watched([harmful]);
    const report = reportLook(last, undefined);
    expect(report).toMatchObject({
      verdict: 'unhealthy',
      action: 'rollback',
      summary: 'new 41 errors in 3,020 requests, old 6 in 27,900: 63× worse; evidence 380 (needs 100)',
      looks: 1,
      lookedAtMs: 1_767_225_661_000,
      nodes: { tested: 2, previous: 2 },
    });
    expect(report).not.toHaveProperty('blind');
    const slow = report.signals.find(({ signal, test }) => signal === 'slow' && test === 'peers');
    expect(slow?.figures).toEqual({
      tested: { requests: 3_020, bad: 0 },
      previous: { requests: 27_900, bad: 0 },
      evidence: 1,
      neededEvidence: 100,
    });
  });

  it('counts looks, blind ones included, and forgets the blindness', () => {
    const { last } = watched([harmful]);
    const report = reportLook(last, reportBlindLook(blind(), reportLook(last, undefined)));
    expect(report.looks).toBe(3);
    expect(report).not.toHaveProperty('blind');
  });

  it('survives its own schema and JSON, whatever the fleet does', () => {
    const work = fc.record({ requests: fc.nat(100_000), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(work, work, work, work), { minLength: 1, maxLength: 6 }), (steps) => {
        const done = steps.map(([a, b, c, d]) => ({
          a: fresh(a.requests, Math.floor(a.requests * a.share), Math.floor(a.requests * b.share)),
          b: fresh(b.requests, Math.floor(b.requests * b.share)),
          c: old(c.requests, Math.floor(c.requests * c.share)),
          d: old(d.requests, 0, Math.floor(d.requests * d.share)),
        }));
        const report = reportLook(watched(done).last, undefined);
        expect(guardReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
      }),
      { numRuns: 200 },
    );
  });

  it('counts nodes that are there: neither those that left nor those it never watched', () => {
    const watch = new Watch();
    const { nodes } = watch.look([
      seen('a', 0, { label: 'v2-bbbbbbbb' }),
      seen('b', 0, { label: 'v2-bbbbbbbb', health: 'stopped' }),
      seen('c', 0),
      seen('d', 0, { silent: true, arrivedAtMs: plusMs(startMs, -60_000) }),
      seen('e', 0, { label: 'v0-cccccccc' }),
    ]);
    expect(nodes).toEqual({ tested: 1, previous: 1 });
  });
});

describe('the summary', () => {
  it('says when it rests on a part of the fleet, whatever it says', () => {
    const { watch, fleet } = watched(times(2, harmful));
    const judge = (isSample: boolean) =>
      watch.peekSample(fleet.work(watch.minute, harmful), isSample).summary;
    expect(judge(true)).toMatch(/^new .* \(by 4 nodes, a part of the fleet\)$/);
    expect(judge(false)).not.toContain('part');
  });

  it('for change events has the comparisons, and nothing else', () => {
    const { last } = watched([harmful]);
    const summary = summaryOf(reportLook(last, undefined));
    expect(summary.figures).toEqual([
      {
        signal: 'errors',
        test: 'peers',
        tested: { requests: 3_020, bad: 41 },
        previous: { requests: 27_900, bad: 6 },
        evidence: 377.7,
        neededEvidence: 100,
      },
      expect.objectContaining({ signal: 'slow', test: 'peers', evidence: 1 }),
    ]);
    expect(guardSummarySchema.parse(summary)).toEqual(summary);
    expect(Object.keys(summary)).toEqual(['verdict', 'summary', 'figures']);
  });

  it('never shows more evidence than a million', () => {
    const { last } = watched(
      times(6, { a: fresh(9_000, 900), b: fresh(9_000, 900), c: old(90_000, 9), d: old(9_000) }),
    );
    expect(summaryOf(reportLook(last, undefined)).figures[0]?.evidence).toBe(1_000_000);
  });
});

describe('the report of a blind look', () => {
  it('is inconclusive when nothing was ever seen, and lets the rollout go on', () => {
    expect(reportBlindLook(blind(), undefined)).toEqual({
      verdict: 'inconclusive',
      action: 'none',
      summary: 'not judged at this look: the table could not be read; the rollout goes on',
      looks: 1,
      lookedAtMs: 5_000,
      nodes: { tested: 0, previous: 0 },
      blind: { why: 'the table could not be read', looks: 1 },
      signals: [],
    });
  });

  it('keeps what was last known, and counts blind looks in a row', () => {
    const last = reportLook(watched([harmful]).last, undefined);
    const once = reportBlindLook(blind(), last);
    const twice = reportBlindLook(blind({ why: 'late' }), once);
    expect(twice).toEqual({
      ...last,
      action: 'none',
      summary: 'not judged at 2 looks in a row: late; the rollout goes on',
      looks: 3,
      lookedAtMs: 5_000,
      blind: { why: 'late', looks: 2 },
    });
  });

  const policy = (options: object) => ({ settings: guardSettingsSchema.parse(options) });
  const strict = policy({ withoutInputs: 'rollback' });
  const atTheEnd = policy({ inconclusiveAtTheEnd: 'rollback' });
  const verdict = (verdict: GuardReport['verdict']) => ({ ...reportBlindLook(blind(), undefined), verdict });
  it.each<[string, Partial<BlindLook>, GuardReport | undefined, GuardReport['action']]>([
    ['goes on by default', {}, undefined, 'none'],
    ['goes on by default, at the end as well', { isLastLook: true }, undefined, 'none'],
    ['goes on at the first one, whatever the owner says', strict, undefined, 'none'],
    ['goes on at the first one after others', strict, reportLook(watched([harmful]).last, undefined), 'none'],
    [
      'rolls back at the second in a row where the owner says so',
      strict,
      verdict('inconclusive'),
      'rollback',
    ],
    ['rolls back where the owner says so, whatever was known', strict, verdict('healthy'), 'rollback'],
    [
      'goes on without a version to go back to',
      { ...strict, hasPrevious: false },
      verdict('healthy'),
      'none',
    ],
    ['goes on where it takes a deployment back', { ...strict, undoes: 6 }, verdict('healthy'), 'none'],
    [
      'goes on at the end where it takes a deployment back',
      { ...atTheEnd, isLastLook: true, undoes: 6 },
      undefined,
      'none',
    ],
    [
      'goes on where the guard is off',
      policy({ enabled: false, withoutInputs: 'rollback' }),
      verdict('inconclusive'),
      'none',
    ],
    [
      'rolls back at an end that must be conclusive',
      { ...atTheEnd, isLastLook: true },
      undefined,
      'rollback',
    ],
    ['goes on before that end', atTheEnd, undefined, 'none'],
    ['goes on at that end when all was well', { ...atTheEnd, isLastLook: true }, verdict('healthy'), 'none'],
    [
      'rolls back at that end when nobody could judge',
      { ...atTheEnd, isLastLook: true },
      verdict('inconclusive'),
      'rollback',
    ],
  ])('%s', (_, look, earlier, action) => {
    const report = reportBlindLook(blind(look), earlier);
    expect(report.action).toBe(action);
    expect(report.summary.endsWith('its owner accepts no such rollout')).toBe(action === 'rollback');
  });
});
