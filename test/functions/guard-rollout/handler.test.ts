import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../core/time.js';
import {
  cluster,
  goesOn,
  looks,
  newLabel,
  oldLabel,
  rollout,
  tickEvent,
  watcher,
  worked,
  world,
} from './watcher.js';

describe('guard-rollout', () => {
  it('lets a harmless rollout go on, and keeps what it saw', async () => {
    const about = await world();
    const { tick, counts } = watcher(about);
    expect(await looks(about, tick, rollout(1))).toEqual([goesOn, goesOn, goesOn, goesOn]);
    const record = (await about.rollouts.read(cluster, [2])).get(2);
    expect(record?.guard).toMatchObject({
      verdict: 'healthy',
      action: 'none',
      looks: 4,
      nodes: { tested: 2, previous: 2 },
      summary: 'at 20 %: no sign of harm in 4,000 requests on 2 nodes with the version',
    });
    expect(counts()).toEqual({ GuardLooks: 4 });
  });

  it('rolls a harmful one back, in words and numbers that AppConfig can show', async () => {
    const about = await world();
    const { tick, counts, lines } = watcher(about);
    const answers = await looks(about, tick, rollout(60));
    expect(answers).toEqual([
      goesOn,
      goesOn,
      goesOn,
      {
        Directive: 'ROLL_BACK',
        Description:
          'Veltrix guard: unhealthy: new 240 errors in 4,000 requests, old 6 in 6,000: 60x worse; evidence 190,000 (needs 100)',
      },
    ]);
    expect(counts()).toEqual({ GuardLooks: 4, GuardWarnings: 1, GuardRollbacks: 1 });
    expect(lines()).toContain('"verdict":"unhealthy"');
  });

  it.each([
    ['warn', { GuardLooks: 4, GuardWarnings: 2 }],
    ['observe', { GuardLooks: 4 }],
  ] as const)('only does what the owner wants done: %s', async (errors, expected) => {
    const about = await world();
    const { tick, counts } = watcher(about, { guard: { actions: { errors } } });
    expect(await looks(about, tick, rollout(60))).toEqual([goesOn, goesOn, goesOn, goesOn]);
    expect(counts()).toEqual(expected);
    expect((await about.rollouts.read(cluster, [2])).get(2)?.guard).toMatchObject({
      verdict: 'unhealthy',
      action: errors,
    });
  });

  it('asks nobody anything where the guard is off', async () => {
    const about = await world();
    const outside = () => {
      throw new Error('must not be asked');
    };
    const { tick, counts } = watcher(about, { guard: { enabled: false }, outside });
    expect(await tick()).toEqual(goesOn);
    expect(counts()).toEqual({});
  });

  it('rolls back at once what every node that was offered it refuses', async () => {
    const about = await world();
    const refused = { label: newLabel, reason: 'clues[0].points is "ten" → expected a number' };
    await about.report({ a: { label: oldLabel, refused }, b: { label: oldLabel, refused } });
    expect(await watcher(about).tick()).toEqual({
      Directive: 'ROLL_BACK',
      Description:
        'Veltrix guard: unhealthy: 2 of 2 nodes that were offered it refused it (a, b): clues[0].points is "ten" \\u{2192} expected a number',
    });
  });

  it('never says more than 500 characters of ASCII', async () => {
    const about = await world();
    const refused = { label: newLabel, reason: '→'.repeat(500) };
    await about.report({ a: { label: oldLabel, refused } });
    const answer = await watcher(about).tick();
    if (answer.Directive !== 'ROLL_BACK') throw new Error('must roll back');
    expect(answer.Description).toMatch(/^[ -~]{450,500}$/);
  });

  it('sees that nodes fell silent after they took it, by when reports arrived', async () => {
    const about = await world();
    const { tick } = watcher(about);
    const old = { label: oldLabel };
    await looks(about, tick, [
      { a: old, b: old, c: old },
      { a: { label: newLabel }, b: { label: newLabel }, c: old },
    ]);
    await about.report({ c: old });
    expect(await tick()).toMatchObject({
      Directive: 'ROLL_BACK',
      Description: 'Veltrix guard: unhealthy: 2 of 2 nodes that took it fell silent (a, b)',
    });
  });
});

describe('reports that do not arrive', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
  const fleet = (count: number, label: string, requests: number) =>
    Object.fromEntries(
      names(count).map((name) => [name, { label, counters: worked([5_000, 5], [requests, 1]) }]),
    );
  const baking = { DeploymentState: 'BAKING', PercentageComplete: '100.0' };

  /** All hold the version, it bakes, and nothing is wrong. */
  async function baked(count: number) {
    const about = await world();
    const guarded = watcher(about);
    await looks(about, guarded.tick, [fleet(count, oldLabel, 0), fleet(count, newLabel, 1_000)]);
    await about.report(fleet(count, newLabel, 2_000));
    return { about, ...guarded };
  }

  it('make a look blind, and nobody silent, once they are too old to trust', async () => {
    const { about, tick, counts } = await baked(6);
    await about.clock.advance(60_000);
    expect(await tick(baking)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardLooks: 3 });
    await about.clock.advance(1);
    expect(await tick(baking)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardLooks: 4, GuardBlind: 1 });
    expect((await about.rollouts.read(cluster, [2])).get(2)?.guard).toMatchObject({
      blind: { why: 'no report of app/staging has arrived for more than a minute', looks: 1 },
    });
  });

  it('make no node silent while one that reports every minute is in time', async () => {
    const { about, tick, counts } = await baked(6);
    await about.report({ slow: { label: newLabel, changes: { reportIntervalMs: 60_000 } } });
    await about.clock.advance(90_000);
    expect(await tick(baking)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardLooks: 3 });
  });

  it('are overdue by what has arrived since, not by the clock', async () => {
    const about = await world();
    const { tick, counts } = watcher(about);
    const changes = { reportIntervalMs: 60_000 };
    const [old, fresh] = [
      { label: oldLabel, changes },
      { label: newLabel, changes },
    ];
    await looks(about, tick, [{ a: old, b: old, c: old }]);
    await about.report({ a: fresh, b: fresh, c: fresh });
    await tick(baking);
    await about.clock.advance(115_000);
    await about.report({ c: fresh });
    await about.clock.advance(70_000);
    expect(await tick(baking)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardLooks: 3 });
  });

  it('of one shard of four warn, while the others arrive', async () => {
    const { about, tick, counts } = await baked(12);
    await about.clock.advance(60_000);
    const { n0: _0, n1: _1, n2: _2, ...heard } = fleet(12, newLabel, 3_000);
    await about.report(heard);
    expect(await tick(baking)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardLooks: 3, GuardWarnings: 1 });
  });
});

describe('the undo of a deployment', () => {
  it('is watched and warned about, and never taken back', async () => {
    const about = await world('rollback of deployment 1: errors doubled (anna)');
    const { tick, counts } = watcher(about);
    expect(await looks(about, tick, rollout(60))).toEqual([goesOn, goesOn, goesOn, goesOn]);
    expect(counts()).toEqual({ GuardLooks: 4, GuardWarnings: 2 });
    expect((await about.rollouts.readGuard(cluster, 2)).facts?.undoes).toBe(1);
    expect((await about.rollouts.read(cluster, [2])).get(2)?.guard?.summary).toMatch(
      /; it goes on, since it takes back deployment 1$/,
    );
  });
});

describe('the first answer of a process', () => {
  const never = new Promise<never>(() => undefined);

  it.each([
    ['has started a moment ago', 0, 2_000],
    ['took 500 ms to start', 500, 2_000],
    ['took 1.2 s to start', 1_200, 1_300],
    ['took 1.2 s to start, by a clock that is finer than deadlines', 1_199.25, 1_300],
    ['took long to start', 2_400, 800],
    ['took all the time there is', 3_000, 800],
    ['was started long before', 3_001, 2_000],
  ])('comes in time when it %s', async (_, upMs, withinMs) => {
    const about = await world();
    await about.report({ a: { label: oldLabel } });
    const slow = watcher(about, {
      upMs,
      outside: (outside) => ({
        ...outside,
        rollouts: { ...outside.rollouts, writeGuard: () => never },
      }),
    });
    const afterMs = async () => {
      const beganMs = about.clock.monotonicMs();
      let endedMs: number | undefined;
      void slow.tick().then(() => {
        endedMs = about.clock.monotonicMs();
      });
      while (endedMs === undefined) await about.clock.advance(100);
      return endedMs - beganMs;
    };
    expect([await afterMs(), await afterMs()]).toEqual([withinMs, 2_000]);
  });
});

describe('what a look costs', () => {
  function counting(about: Awaited<ReturnType<typeof world>>) {
    const calls: string[] = [];
    const container = () =>
      watcher(about, {
        outside: (outside) => ({
          records: {
            sample: (...args) => {
              calls.push('sample');
              return outside.records.sample(...args);
            },
          },
          rollouts: {
            read: (...args) => {
              calls.push('record');
              return outside.rollouts.read(...args);
            },
            readGuard: (...args) => {
              calls.push('get');
              return outside.rollouts.readGuard(...args);
            },
            writeGuard: (...args) => {
              calls.push('put');
              return outside.rollouts.writeGuard(...args);
            },
          },
          storeOf: (...ids) => {
            calls.push('AppConfig');
            return outside.storeOf(...ids);
          },
        }),
      });
    return { calls, container };
  }

  it('is AppConfig once a container, beside the others, then one read, one sample and one write', async () => {
    const about = await world();
    const { calls, container } = counting(about);
    const first = container();
    await looks(about, first.tick, rollout(1, 2));
    await looks(about, container().tick, rollout(1, 1));
    expect(calls).toEqual([
      'AppConfig',
      'get',
      'sample',
      'record',
      'put',
      'get',
      'sample',
      'put',
      'AppConfig',
      'get',
      'sample',
      'put',
    ]);
  });

  it.each([
    ['stops at the version before', 2, 2],
    ['ends at 500 deployments of other profiles', 600, 500],
  ])('of AppConfig %s', async (_, older, expected) => {
    const about = await world();
    await about.report({ a: { label: oldLabel } });
    let read = 0;
    const { tick } = watcher(about, {
      outside: (outside) => ({
        ...outside,
        storeOf: (...ids) => {
          const store = outside.storeOf(...ids);
          return {
            ...store,
            async *deployments() {
              const [newest, first] = [await store.deployment(2), await store.deployment(1)];
              for (let index = 0; index < older; index++) {
                read += 1;
                yield index === 0 ? newest : older === 2 ? first : { ...first, profile: 'limits' };
              }
            },
          };
        },
      }),
    });
    await tick();
    expect(read).toBe(expected);
    expect((await about.rollouts.readGuard(cluster, 2)).facts?.previousLabel).toBe(
      older === 2 ? oldLabel : undefined,
    );
  });

  it('is not AppConfig again while a container lives, though nothing can be kept', async () => {
    const about = await world();
    const { calls, container } = counting({
      ...about,
      rollouts: { ...about.rollouts, writeGuard: () => Promise.reject(new Error('throttled')) },
    });
    const { tick, counts } = container();
    await looks(about, tick, rollout(1, 2));
    expect(calls.filter((call) => call === 'AppConfig')).toHaveLength(1);
    expect(counts()).toEqual({ GuardLooks: 2, GuardReportsUnkept: 2 });
  });
});

describe('whose rollout it is', () => {
  it('is told by ids where names are missing', async () => {
    const about = await world();
    const { tick } = watcher(about);
    await about.report({ a: { label: oldLabel } });
    const ids = { Application: { Id: 'app-id' }, Environment: { Id: 'staging-id' } };
    await tick({ ...ids, ConfigurationProfile: { Id: 'gameplay-id' }, DeploymentNumber: '2' });
    expect((await about.rollouts.read(cluster, [2])).get(2)?.guard).toMatchObject({
      looks: 1,
      nodes: { previous: 1 },
    });
  });

  it.each([
    ['an application it does not know', { Application: { Id: 'x', Name: 'other' } }],
    ['ids nobody knows', { Application: { Id: 'x' }, Environment: { Id: 'y' } }],
    ['an environment id nobody knows', { Environment: { Id: 'y' } }],
    ['a profile id nobody knows', { ConfigurationProfile: { Id: 'x' } }],
    ['no tick', { DeploymentNumber: 'none' }],
    ['a state of another kind', { DeploymentState: 'COMPLETE' }],
  ])('cannot be told of %s, and it goes on', async (_, change) => {
    const about = await world();
    const { tick, counts, lines } = watcher(about);
    expect(await tick(change)).toEqual(goesOn);
    expect(counts()).toEqual({ GuardFailed: 1 });
    expect(lines()).toContain('error could not judge');
  });
});

describe('the last look', () => {
  const guard = { inconclusiveAtTheEnd: 'rollback' } as const;
  const baking = { DeploymentState: 'BAKING', PercentageComplete: '100.0' };
  const startedMs = Date.UTC(2026, 0, 1, 1) + 1_000;

  /** `linear-20` takes 10 minutes and bakes for 10. */
  it.each([
    ['a minute before its end', startedMs + 19 * 60_000, 'ROLL_BACK'],
    ['after it should have ended', startedMs + 25 * 60_000, 'ROLL_BACK'],
    ['a moment earlier, when another will come', startedMs + 19 * 60_000 - 1, 'CONTINUE'],
  ])('is %s', async (_, nowMs, directive) => {
    const about = await world();
    await about.clock.advance(nowMs - about.clock.now());
    await about.report({ a: { label: newLabel, counters: worked([0]) } });
    expect((await watcher(about, { guard }).tick(baking)).Directive).toBe(directive);
  });

  it('is none while it is still growing', async () => {
    const about = await world();
    await about.clock.advance(60 * 60_000);
    await about.report({ a: { label: newLabel } });
    expect(await watcher(about, { guard }).tick()).toEqual(goesOn);
  });

  it('counts for a rollout that nobody ever saw a node of', async () => {
    const about = await world();
    await about.clock.advance(60 * 60_000);
    expect(await watcher(about, { guard }).tick(baking)).toEqual({
      Directive: 'ROLL_BACK',
      Description:
        'Veltrix guard: inconclusive: not judged at this look: no node of app/staging has reported within the hour; its owner accepts no such rollout',
    });
  });
});

describe('a large cluster', () => {
  it('is judged by its sample, and the report says so', async () => {
    const about = await world();
    await about.report(
      Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`n-${index}`, { label: oldLabel }])),
    );
    const { tick } = watcher(about, {
      outside: (outside) => ({
        ...outside,
        records: { sample: (name) => outside.records.sample(name, 4) },
      }),
    });
    await tick({ ...tickEvent });
    const report = (await about.rollouts.read(cluster, [2])).get(2)?.guard;
    expect(report?.summary).toMatch(/^at 20 %: not judged, .* \(by [1-4] nodes, a part of the fleet\)$/);
    expect(epochMs(report?.lookedAtMs ?? 0)).toBe(about.clock.now());
  });
});
