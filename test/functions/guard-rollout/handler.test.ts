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

  it('is AppConfig once a deployment, then one read, one sample and one write, whatever container looks', async () => {
    const about = await world();
    const { calls, container } = counting(about);
    const first = container();
    await looks(about, first.tick, rollout(1, 2));
    await looks(about, container().tick, rollout(1, 1));
    expect(calls).toEqual([
      'get',
      'sample',
      'AppConfig',
      'put',
      'get',
      'sample',
      'put',
      'get',
      'sample',
      'put',
    ]);
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
