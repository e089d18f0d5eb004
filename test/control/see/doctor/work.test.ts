/** Work that is not shared out as it should be. */

import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../core/time.js';
import { cluster, tableOf } from '../../fleet-at-work.js';
import { findsOne, inHealthyWorld, minuteMs } from './examining.js';

const world = inHealthyWorld();

describe('of shared-out work is found', () => {
  const owners = (count: number) =>
    Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'a' : 'b'));
  const assign = (...table: Parameters<typeof tableOf>) =>
    world().cloud.tables.set('quest/staging', tableOf(...table));

  it('nothing where all is well', async () => {
    assign(1, owners(128));
    const { findings, checks } = await world().examine();
    expect(findings).toEqual([]);
    expect(checks.find(({ name }) => name === 'work')).toMatchObject({
      level: 'fine',
      about: '1 environment with partitions',
    });
  });

  findsOne(world, [
    [
      'too few partitions',
      () => assign(1, owners(31)),
      {
        short: 'warn work quest/staging',
        what: /^has 31 partitions for 2 nodes: fewer than 16 each$/,
        why: /not shared evenly/,
        next: /64 partitions for each node/,
      },
    ],
    [
      'what the dead have, long after somebody should have seen to it',
      () => {
        assign(1, [...owners(126), 'gone', 'gone']);
        world().report({ node: 'a', label: world().label }, { node: 'b', label: world().label });
        const head = {
          revision: 1,
          generation: 1,
          rosterRevision: 0,
          writtenAtMs: epochMs(world().cloud.clock() - 151_000),
        };
        const reader = world().cloud.assignment(cluster);
        Object.assign(world().cloud, { assignment: () => ({ ...reader, head: async () => head }) });
        world().pass(101_000);
      },
      {
        short: 'bad work quest/staging',
        what: /^has 2 partitions that should have another owner, and nobody saw to it for \d/,
        why: /assign-partitions does not run, or fails/,
        next: /aws logs tail \/aws\/lambda\/veltrix-main-assign-partitions .*veltrix load quest\/staging/,
      },
    ],
    [
      'a node that cannot read the table',
      () => {
        assign(1, owners(128));
        world().cloud.rosters.set('quest/staging', {
          revision: 1,
          nodes: [
            { node: 'b', incarnation: 'b-life', labels: {}, health: 'ready', unitsPerSecond: 10, stuckAt: 0 },
          ],
        });
        world().report(
          { node: 'a', label: world().label },
          { node: 'b', label: world().label },
          { node: 'c', label: world().label },
        );
      },
      {
        short: 'bad nodes quest/staging',
        what: /^has a node that cannot read who owns what: b$/,
        why: /takes up no partition/,
        next: /dynamodb:GetItem .* quest\/staging/,
      },
    ],
    [
      'more work than the fleet can do',
      () => {
        assign(1, owners(128));
        const load = { load: 1.5, work: { 1: 8, 2: 8 } };
        world().report({ node: 'a', label: world().label, load }, { node: 'b', label: world().label, load });
      },
      {
        short: 'warn work quest/staging',
        what: /^is offered 1\.65 of what it can do$/,
        why: /shed/,
        next: /add nodes/,
      },
    ],
  ]);

  it('that all owners are silent, and nobody can own anything', async () => {
    assign(1, owners(128));
    world().cloud.appConfig.nowMs += 5 * minuteMs;
    const { findings } = await world().examine();
    expect(findings.map(({ check, level, what }) => `${level} ${check}: ${what}`)).toEqual([
      'bad nodes: is silent: no report of any of its 2 nodes for 5 min',
      'bad work: has no node that can own a partition',
    ]);
  });
});
