/** Rollouts and queues that do not get on. */

import { describe, expect, it } from 'vitest';
import { yamlWith } from '../../world.js';
import { findsOne, inHealthyWorld, minuteMs } from './examining.js';

const world = inHealthyWorld();

describe('of rollouts and the queue is found', () => {
  findsOne(world, [
    [
      'one that does not get on',
      async () => {
        await world().begin(yamlWith(4000));
        // Two minutes out, one of bake, five of slack.
        world().pass(8 * minuteMs + 1_000);
      },
      {
        short: 'bad rollouts quest/staging/rules',
        what: /^has been rolling out \(1 %\) for 8 min, where 8 min is long: deployment 2$/,
        why: /Nothing else can be deployed/,
        next: /^veltrix rollback quest\/staging\/rules$/,
      },
    ],
    [
      'one that nobody can judge',
      async () => {
        await world().begin(yamlWith(4000));
        const guard = {
          verdict: 'inconclusive' as const,
          action: 'none' as const,
          summary: '',
          looks: 3,
          lookedAtMs: 1,
          nodes: { tested: 0, previous: 0 },
          blind: { why: 'no node reported', looks: 3 },
          signals: [],
        };
        world().cloud.rolloutRecords.set('quest/staging 2', { guard });
      },
      {
        short: 'warn rollouts quest/staging/rules',
        what: /the guard of deployment 2 has had no inputs for 3 looks/,
        why: /^no node reported$/,
        next: /veltrix status quest\/staging\/rules --watch/,
      },
    ],
    [
      'what waits for a person',
      () =>
        world().waits(world().entry({ held: { why: 'It was rolled back', since: world().ago(7_200_000) } })),
      {
        short: 'warn queue quest/staging/rules',
        what: /^waits for a person: version 2, for 2 h$/,
        why: /^It was rolled back\.$/,
        next: /veltrix queue release quest\/staging\/rules -m "…", or veltrix queue drop/,
      },
    ],
    [
      'a turn that does not come',
      () => {
        world().waits(world().entry());
        world().pass(3 * minuteMs + 1_000);
      },
      {
        short: 'bad queue quest/staging/rules',
        what: /^waits for a turn that does not come: version 2, queued 3 min ago$/,
        why: /The environment is free/,
        next: /log of the publish function/,
      },
    ],
    [
      'turns that fail',
      () =>
        world().waits(
          world().entry({
            lastError: { why: 'AppConfig was away', at: '2026-01-01T00:00:00.000Z', times: 3 },
          }),
        ),
      {
        short: 'bad queue quest/staging/rules',
        what: /3 turns in a row/,
        why: /^AppConfig was away\.$/,
        next: /^veltrix queue quest\/staging$/,
      },
    ],
  ]);

  it('nothing while it is in time, and nothing of one turn that failed', async () => {
    await world().begin(yamlWith(4000));
    world().pass(7 * minuteMs);
    world().waits(world().entry({ lastError: { why: 'x', at: '', times: 2 } }));
    expect((await world().examine()).findings).toEqual([]);
  });

  it('that the guard did not answer', async () => {
    await world().begin(yamlWith(4000));
    world().cloud.appConfig.rollBack('staging', 'APPCONFIG', 'Error invoking extension veltrix-main-guard');
    const { findings } = await world().examine();
    expect(findings.find(({ check }) => check === 'rollouts')).toMatchObject({
      level: 'bad',
      what: 'was rolled back since the guard did not answer: deployment 2',
      next: 'veltrix trace quest/staging 2, and the log of guard-rollout',
    });
  });
});
