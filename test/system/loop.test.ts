/** The loop: what a person publishes, a fleet runs, says so, and a consumer is told of. */

import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../control/act/publish.js';
import type { ChangeEvent } from '../../core/delivery/change-events.js';
import type { FleetNode } from './manual/fleet-node.js';
import { inManualWorld, minuteMs } from './manual-world.js';

const world = inManualWorld();
const gameplay = { application: 'treasure-hunt', environment: 'staging', profile: 'gameplay' } as const;

describe('a published value', () => {
  let nodes: FleetNode[];
  beforeAll(async () => {
    nodes = await world().nodes(20);
  });

  it('reaches all twenty nodes, which say so themselves', async () => {
    const seen: number[] = [];
    for (const { node } of nodes) node.config.gameplay.onChange(({ value }) => seen.push(value.coolDownMs));

    const { label, deployment } = await world().publish('gameplay', { coolDownMs: 1234 });
    const waiting = waitFor(world().cloud, gameplay, { label, deployment, timeoutMs: 3 * minuteMs });
    const progress = await world().drive(waiting);

    expect(progress.holding).toHaveLength(20);
    expect(nodes.map(({ node }) => node.config.gameplay.get().coolDownMs)).toEqual(Array(20).fill(1234));
    expect(seen).toEqual(Array(20).fill(1234));
    expect(nodes[0]?.node.config.gameplay.state()).toMatchObject({ label, source: 'cloud' });
  });

  it('is unchanged when it is published again, and nothing is done', async () => {
    const again = await world().publish('gameplay', { coolDownMs: 1234 });
    expect(again).toMatchObject({ unchanged: true, version: 2 });
  });

  it('is told of in order, once per id, with who and why', async () => {
    await world().advance(3 * minuteMs);
    const mine = (await readEvents()).filter(({ subject }) => subject === 'treasure-hunt/staging/gameplay');
    expect(mine.map(({ id }) => id)).toEqual([
      ...['1.0', '1.1', '1.2', '1.3'].map((step) => `treasure-hunt/staging/gameplay#${step}`),
      ...['3.0', '3.1', '3.2', '3.3', '3.4'].map((step) => `treasure-hunt/staging/gameplay#${step}`),
    ]);
    expect(mine.slice(4).map(({ type, data }) => [type, data.percentage])).toEqual([
      ['dev.veltrix.deployment.started', undefined],
      ['dev.veltrix.deployment.progressed', 50],
      ['dev.veltrix.deployment.progressed', 100],
      ['dev.veltrix.deployment.baking', undefined],
      ['dev.veltrix.deployment.completed', undefined],
    ]);
    expect(mine[0]?.data).toMatchObject({ author: 'anna', reason: 'a test', application: 'treasure-hunt' });
  });
});

/** As a consumer reads the stream: whatever was put twice is dropped by its id. */
async function readEvents(): Promise<ChangeEvent[]> {
  const events = new Map<string, ChangeEvent>();
  for await (const { event } of world().cloud.changes({ follow: false })) {
    if (!events.has(event.id)) events.set(event.id, event);
  }
  return [...events.values()];
}
