/** Limits that are near. */

import { describe, expect, it } from 'vitest';
import { tableOf } from '../../fleet-at-work.js';
import { yamlWith } from '../../world.js';
import { findsOne, inHealthyWorld } from './examining.js';

const world = inHealthyWorld();

describe('of head-room is found', () => {
  const fleet = (count: number) =>
    world().report(
      ...Array.from({ length: count }, (_, index) => ({ node: `n${index}`, label: world().label })),
    );

  findsOne(world, [
    [
      'a file that is nearly too large',
      async () => {
        await world().publishAndFinish(`${yamlWith(5000)}notes:\n  all: ${'x'.repeat(850_000)}\n`);
        world().report({ node: 'a', label: world().cloud.appConfig.versions.get('rules')?.[1]?.label ?? '' });
      },
      {
        short: 'warn quotas quest/staging/rules',
        what: /^uses 850,000 of 1,050,000 bytes of content$/,
        why: /rules\.staging\.yaml grows/,
        next: /split the profile/,
      },
    ],
    [
      'a queue that is nearly full',
      () =>
        world().waits(...Array.from({ length: 40 }, (_, index) => world().entry({ profile: `p${index}` }))),
      {
        short: 'warn quotas quest/staging',
        what: /^uses 40 of 50 places in its queue$/,
        why: /refused/,
        next: /^veltrix queue quest\/staging$/,
      },
    ],
    [
      'a fleet that reports more than its stream takes',
      () => fleet(4_001),
      {
        short: 'bad quotas stream of reports',
        what: /^has 1 shard, and 4001 nodes need 2$/,
        why: /^They send 800 records a second/,
        next: /shardCount/,
      },
    ],
  ]);

  it('an application with nearly as many environments as AppConfig takes', async () => {
    const names = ['staging', ...Array.from({ length: 15 }, (_, index) => `e${index}`)];
    Object.assign(world().cloud, { environments: async () => names });
    const { findings } = await world().examine({ application: 'quest' });
    expect(findings.filter(({ check }) => check === 'quotas')).toMatchObject([
      { level: 'warn', where: 'quest', what: 'uses 16 of 20 environments' },
    ]);
  });

  it('nothing of a fleet that its stream just takes', async () => {
    fleet(4_000);
    expect((await world().examine()).findings).toEqual([]);
  });

  it('reads of the head, of a fleet that has its work shared out', async () => {
    Object.assign(world().cloud, { shards: 2 });
    fleet(4_800);
    const table = tableOf(
      1,
      Array.from({ length: 65_536 }, (_, index) => `n${index % 4_800}`),
    );
    world().cloud.tables.set('quest/staging', table);
    const { findings } = await world().examine();
    expect(findings.filter(({ check }) => check === 'quotas')).toMatchObject([
      {
        level: 'warn',
        where: 'quest/staging',
        what: 'uses 2,400 of 3,000 read units a second of the head of its table',
      },
    ]);
  });
});
