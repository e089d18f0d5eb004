import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DrainOrder, drain, undrain } from '../../../control/act/drain/drain.js';
import { waitUntilMoved } from '../../../control/act/drain/moved.js';
import { planDrain } from '../../../control/act/drain/plan.js';
import { drains } from '../../../control/see/drains.js';
import { nodes } from '../../../control/see/nodes.js';
import { status } from '../../../control/see/status/status.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { epochMs } from '../../../core/time.js';
import { assign, cluster, report, tableOf } from '../fleet-at-work.js';
import { startMs } from '../in-memory-cloud.js';
import { createWorld, type World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** Nodes of 100 units/s each. */
const fleet = (...loads: readonly number[]) =>
  report(world, ...loads.map((load, index) => ({ node: `n${index + 1}`, load: { load, capacity: 100 } })));

const orderOf = (node: string, change: Partial<DrainOrder> = {}): DrainOrder => ({
  cluster,
  node,
  durationMs: 30 * 60_000,
  reason: 'melting',
  author: 'anna',
  isForced: false,
  ...change,
});
const order = (node: string, change: Partial<DrainOrder> = {}) => drain(world.cloud, orderOf(node, change));
const listed = async () => (await drains(world.cloud, cluster)).drains;

describe('drain', () => {
  it('keeps who, why, since when and until when', async () => {
    fleet(0.6, 0.6, 0.6);
    expect(await order('n1')).toMatchObject({
      node: 'n1',
      room: { offered: 180, capacity: 200, load: 0.9, nodes: 2, isEnough: true },
      drain: { state: 'in-force' },
    });
    expect(await listed()).toEqual([
      {
        node: 'n1',
        state: 'in-force',
        since: '2026-01-01T00:00:00.000Z',
        until: '2026-01-01T00:30:00.000Z',
        reason: 'melting',
        by: 'arn:aws:iam::000000000000:user/anna',
      },
    ]);
  });

  it('names who claims to ask, as unproven, where AWS does not say', async () => {
    fleet(0.1, 0.1);
    world.cloud.arn = undefined;
    await order('n1');
    expect(await listed()).toMatchObject([{ by: 'anna (unproven)' }]);
  });

  it('is refused with its arithmetic where the others have no room, and writes nothing', async () => {
    fleet(0.7, 0.6, 0.6);
    await expect(order('n1')).rejects.toMatchObject({
      code: 'VELTRIX_DRAIN_REFUSED',
      message:
        'n1 of quest/staging was not drained: the other 2 nodes would be offered 190 of the 200 units/s they can do: 0.95, above 0.90',
      hint: 'Add nodes first, or insist with --force.',
      node: 'n1',
      room: { load: 0.95, nodes: 2 },
    });
    expect(world.cloud.drained.size).toBe(0);
    expect(await order('n1', { isForced: true })).toMatchObject({ drain: { forced: true } });
  });

  it('does not call forced what had room', async () => {
    fleet(0.1, 0.1);
    expect((await order('n1', { isForced: true })).drain).not.toHaveProperty('forced');
  });

  it('is refused where no reports arrive, since nobody knows what the others can do', async () => {
    fleet(0.1, 0.1, 0.1);
    world.cloud.appConfig.nowMs = startMs + 100_000;
    await expect(order('n1')).rejects.toMatchObject({
      code: 'VELTRIX_DRAIN_REFUSED',
      message:
        'n1 of quest/staging was not drained: no reports arrive, so nobody knows what the others can do',
    });
  });

  it('is refused for the only node there is', async () => {
    fleet(0);
    await expect(order('n1')).rejects.toThrow('no other node can take its work (0 units/s)');
  });

  it.each([
    ['is drained', async () => void (await order('n2'))],
    ['is silent', async () => change(1, { arrivedAtMs: epochMs(0) })],
    ['drains itself', async () => change(1, { health: 'draining' })],
    ['is starting', async () => change(1, { health: 'starting' })],
  ])('gives nothing to one that %s', async (_, happen) => {
    fleet(0.3, 0, 0.3);
    await happen();
    expect((await planDrain(world.cloud, { cluster, node: 'n1' })).room).toMatchObject({
      capacity: 100,
      nodes: 1,
    });
  });

  it('counts the work of one that fell silent and owns partitions still', async () => {
    fleet(0.3, 0.3, 0.3);
    change(1, { arrivedAtMs: epochMs(0) });
    const room = async () => (await planDrain(world.cloud, { cluster, node: 'n1' })).room;
    expect(await room()).toMatchObject({ offered: 60 });
    assign(world, tableOf(3, ['n1', 'n2', 'n3']));
    expect(await room()).toMatchObject({ offered: 90 });
  });

  it('decides again where somebody else was quicker: two at once do not empty the fleet', async () => {
    fleet(0.45, 0.45, 0.1);
    world.cloud.lostWrites = 1;
    const read = world.cloud.drains.read;
    let reads = 0;
    world.cloud.drains.read = async (name) => {
      reads += 1;
      if (reads === 2) world.cloud.drained.set('quest/staging', (await rival()) ?? []);
      return read(name);
    };
    await expect(order('n1')).rejects.toMatchObject({ room: { capacity: 100, nodes: 1 } });
  });

  it('gives up where it never gets a turn', async () => {
    fleet(0.1, 0.1);
    world.cloud.lostWrites = 99;
    await expect(order('n1')).rejects.toMatchObject({ code: 'VELTRIX_SERVICE_UNAVAILABLE', retryable: true });
  });

  it.each([
    ['an unknown node', 'n4', 'No node "n4" reported in quest/staging within the last hour'],
    ['one that has left', 'n2', '"n2" has left quest/staging'],
  ])('refuses %s, and offers the nearest', async (_, name, message) => {
    fleet(0.1, 0.1, 0.1);
    change(1, { health: 'stopped' });
    await expect(order(name)).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message,
      hint: 'Did you mean "n1"? Known: n1, n3.',
    });
  });

  it('says so where nobody reports', async () => {
    await expect(order('n1')).rejects.toMatchObject({ code: 'VELTRIX_USAGE', hint: 'There is none.' });
  });

  it.each([59_999, 86_400_001])('lasts no %d ms', async (durationMs) => {
    fleet(0.1, 0.1);
    await expect(order('n1', { durationMs })).rejects.toThrow('A drain lasts from one minute to one day');
  });

  it('lasts by AWS’s clock, where this machine is behind it', async () => {
    const arrivedAtMs = epochMs(startMs + 40 * 60_000);
    const load = { load: 0.1, capacity: 100 };
    report(world, { node: 'n1', arrivedAtMs, load }, { node: 'n2', arrivedAtMs, load });
    await order('n1');
    expect(await listed()).toMatchObject([
      { since: '2026-01-01T00:40:00.000Z', until: '2026-01-01T01:10:00.000Z' },
    ]);
  });

  it('is over by itself', async () => {
    fleet(0.1, 0.1);
    await order('n1', { durationMs: 60_000 });
    world.cloud.appConfig.nowMs = startMs + 60_000;
    expect(await listed()).toMatchObject([{ node: 'n1', state: 'over' }]);
  });

  it('is shown by nodes and status while it is in force', async () => {
    fleet(0.1, 0.1);
    await order('n1', { durationMs: 60_000 });
    const seen = async () => ({
      nodes: (await nodes(world.cloud, { cluster })).nodes.flatMap((view) => (view.drain ? [view.node] : [])),
      status: (await status(world.cloud, {})).drains.map((each) => [
        each.cluster,
        each.drains.map((d) => d.node),
      ]),
    });
    expect(await seen()).toEqual({ nodes: ['n1'], status: [['quest/staging', ['n1']]] });
    world.cloud.appConfig.nowMs = startMs + 60_000;
    expect(await seen()).toEqual({ nodes: [], status: [] });
  });
});

describe('undrain', () => {
  const end = (name: string) =>
    undrain(world.cloud, { cluster, node: name, reason: 'cooled', author: 'ben' });

  it('ends it and keeps by whom', async () => {
    fleet(0.1, 0.1);
    await order('n1');
    world.cloud.appConfig.nowMs = startMs + 5_000;
    expect(await end('n1')).toMatchObject({ unchanged: false });
    expect(await listed()).toMatchObject([
      {
        state: 'ended',
        ended: {
          at: '2026-01-01T00:00:05.000Z',
          by: 'arn:aws:iam::000000000000:user/anna',
          reason: 'cooled',
        },
      },
    ]);
    expect(await end('n1')).toMatchObject({ unchanged: true, drain: { state: 'ended' } });
  });

  it('does nothing for one that is not drained, and knows no others', async () => {
    fleet(0.1, 0.1);
    expect(await end('n1')).toEqual({
      target: 'memory',
      cluster: 'quest/staging',
      node: 'n1',
      unchanged: true,
    });
    await expect(end('m1')).rejects.toMatchObject({ hint: 'Did you mean "n1"? Known: n1, n2.' });
  });
});

describe('waiting until a node owns nothing', () => {
  const wait = (timeoutMs = 20_000) => waitUntilMoved(world.cloud, { cluster, node: 'n1', timeoutMs });

  it('says in which generation others took what it had', async () => {
    assign(world, tableOf(7, ['n1', 'n2', 'n1', 'n2']));
    let looks = 0;
    world.cloud.onWait = () => {
      looks += 1;
      if (looks === 2) assign(world, tableOf(8, [{ owners: ['n2'], began: 8 }, 'n2', 'n1', 'n2']));
      if (looks === 3) {
        const taken = [
          { owners: ['n2'], began: 8 },
          'n2',
          { owners: ['n3'], began: 9 },
          { owners: ['n3'], began: 10 },
        ];
        assign(world, tableOf(10, taken));
      }
    };
    expect(await wait()).toEqual({ kind: 'moved', generation: 9, partitions: 2, afterMs: 3_000 });
  });

  it('ends at once for one that owns nothing, and where nothing is assigned', async () => {
    expect(await wait()).toEqual({ kind: 'unassigned' });
    assign(world, tableOf(7, ['n2', 'n2']));
    expect(await wait()).toEqual({ kind: 'moved', generation: 7, partitions: 0, afterMs: 0 });
    const quick = { cluster, node: 'n1', timeoutMs: 1_000, owned: 3 };
    expect(await waitUntilMoved(world.cloud, quick)).toMatchObject({ kind: 'moved', partitions: 3 });
  });

  it('ends when its time is over', async () => {
    assign(world, tableOf(7, ['n1', 'n2', 'n1']));
    expect(await wait(3_000)).toEqual({ kind: 'late', generation: 7, partitions: 2, afterMs: 3_000 });
  });
});

function change(index: number, changes: Partial<NodeRecord>): void {
  world.cloud.nodes[index] = { ...(world.cloud.nodes[index] ?? expect.unreachable()), ...changes };
}

/** What somebody else writes meanwhile. */
async function rival() {
  const other = await createWorld();
  try {
    report(
      other,
      ...world.cloud.nodes.map(({ node: name, load, capacity }) => ({
        node: name,
        load: { load, capacity },
      })),
    );
    await drain(other.cloud, orderOf('n3'));
    return other.cloud.drained.get('quest/staging');
  } finally {
    other.project.remove();
  }
}
