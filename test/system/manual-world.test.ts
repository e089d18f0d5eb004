/** What the tests on the manual clock rely on: time that stands still, nodes that end as told, and runs that repeat. */

import { describe, expect, inject, it } from 'vitest';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { FleetNode } from './manual/fleet-node.js';
import { inManualWorld, type ManualWorld, minuteMs, startManualWorld } from './manual-world.js';

const secondMs = 1_000;

describe('in a world on the manual clock', () => {
  const world = inManualWorld();
  const recordOf = async (node: FleetNode): Promise<NodeRecord> => {
    const records = await world().cloud.records.list('treasure-hunt/staging');
    const record = records.find((one) => one.node === node.name);
    if (!record) throw new Error(`${node.name} has no record`);
    return record;
  };

  it('time stands still until it is moved, and then all that was due is done', async () => {
    const node = await world().node('steady');
    const beforeMs = world().clock.now();
    const { label } = await world().publish('gameplay', { coolDownMs: 1 }, { strategy: 'immediate' });
    await world().settled();
    expect(world().clock.now()).toBe(beforeMs);
    await world().advance(20 * secondMs);
    expect(node.label('gameplay')).toBe(label);
    expect((await recordOf(node)).profiles['gameplay']?.label).toBe(label);
  });

  it('a node that is killed says nothing more, and its next life has its disk', async () => {
    const node = await world().node('killed');
    await world().advance(10 * secondMs);
    const { incarnation, health } = await recordOf(node);
    node.kill();
    expect(node.isAlive).toBe(false);
    // What was on the stream already is still recorded.
    await world().advance(2 * secondMs);
    const { sequence } = await recordOf(node);
    await world().advance(minuteMs);
    expect(await recordOf(node)).toMatchObject({ incarnation, health, sequence });

    node.partition();
    await node.restart();
    expect(node.node.config.gameplay.state().source).toBe('disk');
    node.heal();
    await world().advance(minuteMs);
    const after = await recordOf(node);
    expect(after.incarnation).not.toBe(incarnation);
    expect(after.retired).toEqual([incarnation]);
  });

  it('a node that is stopped says good-bye', async () => {
    const node = await world().node('stopped');
    await node.stop();
    await world().advance(2 * secondMs);
    expect(node.isAlive).toBe(false);
    expect((await recordOf(node)).health).toBe('stopped');
  });

  it('a node that is cut off keeps what it holds, and is current again once it is not', async () => {
    const node = await world().node('cut-off');
    const held = node.label('gameplay');
    await world().advance(10 * secondMs);
    node.partition();
    await world().advance(2 * secondMs);
    const { sequence } = await recordOf(node);
    const { label } = await world().publish('gameplay', { coolDownMs: 2 }, { strategy: 'immediate' });
    await world().advance(2 * minuteMs);
    expect(node.label('gameplay')).toBe(held);
    expect(node.node.status().health).toBe('degraded');
    expect((await recordOf(node)).sequence).toBe(sequence);
    node.heal();
    await world().until(() => node.label('gameplay') === label, 'the node to be current', minuteMs);
    await world().advance(10 * secondMs);
    expect((await recordOf(node)).health).toBe('ready');
  });

  it('a node serves as much as it is given, and fails as often as its version says', async () => {
    const node = await world().node('busy');
    const held = node.label('gameplay') ?? '';
    node.serve({
      requestsPerSecond: 10,
      errorRate: ({ gameplay }) => (gameplay === held ? 0 : 1),
      slowRate: () => 0.5,
    });
    await world().advance(30 * secondMs);
    const { label } = await world().publish('gameplay', { coolDownMs: 3 }, { strategy: 'immediate' });
    await world().until(() => node.label('gameplay') === label, 'the node to take it', minuteMs);
    await world().advance(10 * secondMs);
    node.serve(undefined);
    await world().advance(10 * secondMs);
    const { counters = {} } = (await recordOf(node)).profiles['gameplay'] ?? {};
    const [before, after] = [counters[held], counters[label]];
    expect(before?.errors).toBe(0);
    expect(before?.requests).toBeGreaterThanOrEqual(300);
    expect(before?.slow).toBeGreaterThan(100);
    expect(before?.slow).toBeLessThan(before?.requests ?? 0);
    expect(after).toMatchObject({ errors: after?.requests });
    expect(after?.requests).toBeGreaterThanOrEqual(100);
  });

  it('waiting ends in time, and says what did not come', async () => {
    const fromMs = world().clock.now();
    const found = await world().until(
      () => world().clock.now() >= fromMs + 3 * secondMs && 'three',
      'three',
      minuteMs,
    );
    expect([found, world().clock.now()]).toEqual(['three', fromMs + 3 * secondMs]);
    await expect(world().until(() => false, 'godot', 5 * secondMs)).rejects.toThrow(
      'waited 5 s of the clock in vain for: godot',
    );
    expect(world().clock.now()).toBe(fromMs + 8 * secondMs);
  });

  it('work that waits for time gets it, and its failure is told', async () => {
    const fromMs = world().clock.now();
    await world().drive(world().cloud.wait(90 * secondMs));
    expect(world().clock.now() - fromMs).toBeGreaterThanOrEqual(90 * secondMs);
    await expect(world().drive(Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

/** What can be seen from outside of a rollout to a few busy nodes. */
async function run(seed: string): Promise<string[]> {
  const world = await startManualWorld(inject('assembly'), { seed });
  try {
    return await story(world);
  } finally {
    await world.close();
  }
}

async function story(world: ManualWorld): Promise<string[]> {
  await world.publish('gameplay');
  await world.advance(secondMs);
  await world.publish('limits');
  await world.advance(secondMs);
  const nodes = await world.nodes(3);
  const told: string[] = [];
  for (const node of nodes) {
    node.serve({ requestsPerSecond: 5, errorRate: () => 0.2 });
    node.node.config.gameplay.onChange(({ label }) =>
      told.push(`${world.clock.now()} ${node.name} ${label}`),
    );
  }
  await world.publish('gameplay', { coolDownMs: 9 }, { strategy: 'linear-50' });
  await world.advance(4 * minuteMs);
  const events = new Map<string, string>();
  // Consumers drop what was told twice. Where all steps come at one instant, the guard's word may be kept before or after the telling.
  for await (const { event, arrivedAtMs } of world.cloud.changes({ follow: false })) {
    const { guard, ...said } = event.data;
    const data = event.data.strategy === 'immediate' ? said : { ...said, guard };
    if (!events.has(event.id))
      events.set(event.id, JSON.stringify({ event: { ...event, data }, arrivedAtMs }));
  }
  told.push(...events.values());
  for (const record of await world.cloud.records.list('treasure-hunt/staging'))
    told.push(JSON.stringify(record));
  return told;
}

describe('the seed', () => {
  it('makes a run repeat: who changes when, what is told of it, and what is counted', async () => {
    const first = await run('a');
    expect(first.filter((line) => / node-\d v2-/.test(line))).toHaveLength(3);
    expect(await run('a')).toEqual(first);
    expect(await run('b')).not.toEqual(first);
  });
});
