import { describe, expect, it } from 'vitest';
import { judgeRollout } from '../../../core/guard/judge.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import { type GuardState, guardStateSchema } from '../../../core/guard/state.js';
import { plusMs } from '../../../core/time.js';
import {
  deployment,
  Fleet,
  finding,
  fresh,
  minuteMs,
  newLabel,
  old,
  seen,
  startMs,
  tally,
  times,
  Watch,
  watched,
} from './fleet.js';

describe('the verdict', () => {
  it('is unhealthy when two new nodes are far worse, and says so in words and numbers', () => {
    const { last } = watched([
      { a: fresh(1_510, 20), b: fresh(1_510, 21), c: old(13_950, 3), d: old(13_950, 3) },
    ]);
    expect([last.verdict, last.action]).toEqual(['unhealthy', 'rollback']);
    expect(last.summary).toBe(
      'new 41 errors in 3,020 requests, old 6 in 27,900: 63× worse; evidence 380 (needs 100)',
    );
    expect(finding(last, 'errors', 'peers')).toEqual({
      signal: 'errors',
      test: 'peers',
      level: 'bad',
      action: 'rollback',
      words: last.summary,
      figures: {
        tested: { requests: 3_020, bad: 41 },
        previous: { requests: 27_900, bad: 6 },
        evidence: 377.7,
        neededEvidence: 100,
      },
    });
    expect(last.nodes).toEqual({ tested: 2, previous: 2 });
  });

  it('is healthy when there was enough to compare and nothing was found', () => {
    const { last } = watched([{ a: fresh(1_000, 1), b: fresh(1_000), c: old(1_000, 2) }]);
    expect([last.verdict, last.action]).toEqual(['healthy', 'none']);
    expect(last.summary).toBe('at 20 %: no sign of harm in 2,000 requests on 2 nodes with the version');
    expect(finding(last, 'errors', 'peers')?.words).toMatch(
      /^new 1 errors in 2,000 requests, old 2 in 1,000: no worse; evidence 0\.\d+ \(needs 100\)$/,
    );
  });

  it.each([
    ['49 requests and no error to expect', 49, 'inconclusive'],
    ['50 requests', 50, 'healthy'],
  ])('of %s on the new version', (_, requests, verdict) => {
    const { last } = watched([{ a: fresh(requests), c: old(1_000) }]);
    expect([last.verdict, last.action]).toEqual([verdict, 'none']);
  });

  it('is healthy with few requests when at least one error was to be expected', () => {
    expect(watched([{ a: fresh(20, 1), c: old(1_000, 50) }]).last.verdict).toBe('healthy');
  });

  it('is inconclusive without requests, and neither healthy nor a reason to act', () => {
    const { last } = watched(times(30, { a: fresh(0), c: old(0) }));
    expect([last.verdict, last.action]).toEqual(['inconclusive', 'none']);
    expect(last.summary).toBe('at 20 %: not judged, 0 requests on 0 nodes with the version');
    expect(finding(last, 'errors', 'peers')).toMatchObject({ level: 'unknown' });
  });

  it('is inconclusive without nodes', () => {
    expect(new Watch().look([])).toMatchObject({ verdict: 'inconclusive', action: 'none' });
  });

  it('is inconclusive at a first deployment, which nothing can be held against', () => {
    const { previousLabel: _none, ...first } = deployment;
    const look = (minute: number, previous?: GuardState) =>
      judgeRollout({
        deployment: first,
        nodes: [
          seen('a', minute, { label: newLabel, counters: { [newLabel]: tally(500 * minute, 400 * minute) } }),
        ],
        settings: guardSettingsSchema.parse({ warmUpSeconds: 0 }),
        ...(previous && { previous }),
        lookedAtMs: plusMs(startMs, minute * minuteMs),
      });
    const judgement = look(1, look(0).state);
    expect(judgement).toMatchObject({ verdict: 'inconclusive', action: 'none' });
    expect(judgement.state.tested).toEqual([500, 400, 0]);
  });

  it('is inconclusive while it looks worse and may pass', () => {
    const { last } = watched([{ a: fresh(1_000, 60), b: fresh(1_000, 60), c: old(1_000, 1) }]);
    expect([last.verdict, last.action]).toEqual(['inconclusive', 'none']);
    expect(finding(last, 'errors', 'peers')).toMatchObject({ level: 'open' });
  });

  it('keeps a state that its own schema reads', () => {
    const { last } = watched(times(3, { a: fresh(100, 3), c: old(100, 1) }));
    expect(guardStateSchema.parse(JSON.parse(JSON.stringify(last.state)))).toEqual(last.state);
  });
});

describe('the actions', () => {
  const worse = { a: fresh(1_000, 60), b: fresh(1_000, 60), c: old(1_000, 1) };

  it.each(['rollback', 'warn', 'observe'] as const)('are the owner’s: %s', (errors) => {
    const { last } = watched(times(3, worse), { actions: { errors } });
    expect([last.verdict, last.action]).toEqual(['unhealthy', errors]);
  });

  it('of slow requests are their own', () => {
    const slow = { a: fresh(1_000, 0, 60), b: fresh(1_000, 0, 60), c: old(1_000, 0, 1) };
    const { last } = watched(times(3, slow), { actions: { slow: 'warn' } });
    expect([last.verdict, last.action]).toEqual(['unhealthy', 'warn']);
    expect(last.summary).toMatch(/^new 360 slow in 6,000 requests, old 3 in 3,000: 60× worse; /);
  });

  it('are none while the guard is off', () => {
    expect(watched(times(3, worse), { enabled: false }).last.action).toBe('none');
  });

  it.each([
    ['accept', true, 'none'],
    ['rollback', true, 'rollback'],
    ['rollback', false, 'none'],
  ] as const)(
    'at the end without data: policy %s, last look %s: %s',
    (inconclusiveAtTheEnd, isLastLook, action) => {
      const watch = new Watch({ inconclusiveAtTheEnd });
      expect(watch.look([seen('a', 0)], { isLastLook }).action).toBe(action);
    },
  );

  it('at the end leave a healthy version alone, whatever the policy', () => {
    const { watch, fleet } = watched([{ a: fresh(1_000), c: old(1_000, 1) }], {
      inconclusiveAtTheEnd: 'rollback',
    });
    const nodes = fleet.work(watch.minute, { a: fresh(100), c: old(100) });
    expect(watch.look(nodes, { isLastLook: true, state: 'BAKING' })).toMatchObject({
      verdict: 'healthy',
      action: 'none',
    });
  });
});

describe('one sick node', () => {
  const sick = { a: fresh(1_000, 60), b: fresh(1_000, 1), c: old(1_000, 1), d: old(1_000, 1) };

  it('among the new ones leads to a warning that names it', () => {
    const { last } = watched(times(6, sick));
    expect([last.verdict, last.action]).toEqual(['inconclusive', 'warn']);
    expect(last.summary).toMatch(/; without a 0\.\d+ \(needs 10\)$/);
  });

  it('does not hide a version that hurts the others too', () => {
    expect(watched(times(3, { ...sick, b: fresh(1_000, 20) })).last.action).toBe('rollback');
  });

  it('that is the only new one must show it at four looks in a row', () => {
    const { judgements } = watched(times(4, { a: fresh(1_000, 60), c: old(1_000, 1), d: old(1_000, 1) }));
    expect(judgements.map(({ action }) => action)).toEqual(['warn', 'warn', 'warn', 'rollback']);
    expect(judgements[2]?.summary).toMatch(/; one node alone, at 3 of 4 looks in a row$/);
  });

  it('that recovers is not held against the version by what it did before', () => {
    const bad = { a: fresh(1_000, 60), c: old(1_000, 1), d: old(1_000, 1) };
    const good = { ...bad, a: fresh(1_000, 1) };
    const { judgements } = watched([bad, bad, bad, good, good, bad, bad, bad]);
    expect(judgements.map(({ action }) => action)).toEqual(Array(8).fill('warn'));
  });

  it('that is the last old one cannot hide the harm by being left out', () => {
    const { last } = watched(times(8, { a: fresh(1_000, 20), b: fresh(1_000, 20), c: old(1_000, 2) }));
    expect([last.verdict, last.action]).toEqual(['unhealthy', 'rollback']);
  });

  it('that was always worse is no news', () => {
    const [watch, fleet] = [new Watch(), new Fleet()];
    watch.look(
      fleet.work(0, { a: old(20_000, 400), c: old(20_000, 40), d: old(20_000, 40), e: old(20_000, 40) }),
    );
    const judgements = Array.from({ length: 8 }, () =>
      watch.look(
        fleet.work(watch.minute, {
          a: fresh(1_000, 20),
          c: old(1_000, 2),
          d: old(1_000, 2),
          e: old(1_000, 2),
        }),
      ),
    );
    expect(judgements.map(({ action }) => action)).toEqual(Array(8).fill('none'));
  });
});

describe('a deployment that takes another back', () => {
  const undoing = { ...deployment, undoes: 6 };
  const watchedAs = (change: object) => {
    const [watch, fleet] = [new Watch(), new Fleet()];
    watch.look(fleet.work(0, { a: old(0), b: old(0), c: old(0), d: old(0) }), change);
    const step = { a: fresh(1_510, 20), b: fresh(1_510, 21), c: old(13_950, 3), d: old(13_950, 3) };
    return watch.look(fleet.work(1, step), change);
  };

  it('is warned about and goes on, whatever is found, and the summary says why', () => {
    const judgement = watchedAs(undoing);
    expect([judgement.verdict, judgement.action]).toEqual(['unhealthy', 'warn']);
    expect(judgement.summary).toBe(
      'new 41 errors in 3,020 requests, old 6 in 27,900: 63× worse; evidence 380 (needs 100); it goes on, since it takes back deployment 6',
    );
    expect(watchedAs(deployment).action).toBe('rollback');
  });

  it('says so only where it would not go on otherwise', () => {
    const [watch, mild] = [new Watch(), { health: 'degraded', label: newLabel } as const];
    const { action, summary } = watch.look([seen('a', 0, mild), seen('b', 0, mild), seen('c', 0)], undoing);
    expect([action, summary]).toEqual(['warn', '2 of 2 nodes that took it say they are degraded (a, b)']);
  });

  it('is accepted at its end, though nobody could judge it', () => {
    const watch = new Watch({ inconclusiveAtTheEnd: 'rollback' });
    const last = { state: 'BAKING', isLastLook: true } as const;
    expect(watch.peek([seen('a', 0)], last).action).toBe('rollback');
    expect(watch.peek([seen('a', 0)], { ...last, undoes: 6 }).action).toBe('none');
  });
});
