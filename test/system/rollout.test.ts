/** A rollout by linear-20 on the manual clock: each node when AppConfig offers it the version, and all of them in the end. */

import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../control/act/publish.js';
import type { FleetNode } from './manual/fleet-node.js';
import { inManualWorld, minuteMs } from './manual-world.js';

const world = inManualWorld();
const gameplay = { application: 'treasure-hunt', environment: 'staging', profile: 'gameplay' } as const;

describe('a rollout by linear-20 to twenty nodes', () => {
  /** Between two steps: 10 minutes are six intervals, the first before anything is offered. */
  const stepMs = 100_000;
  /** By then each node has polled once. */
  const pollMs = 16_000;
  let nodes: FleetNode[];
  let published: { readonly label: string; readonly deployment: number };
  let startedMs: number;
  beforeAll(async () => {
    nodes = await world().nodes(20);
    startedMs = world().clock.now();
    const { label, deployment } = await world().publish(
      'gameplay',
      { coolDownMs: 1234 },
      { strategy: 'linear-20' },
    );
    if (deployment === undefined) throw new Error('nothing was deployed');
    published = { label, deployment };
  });

  const passedMs = () => world().clock.now() - startedMs;
  const holding = () => nodes.filter((node) => node.label('gameplay') === published.label);

  it('reaches at each step the nodes that it offers itself to, within a poll, and no other', async () => {
    const early: number[] = [];
    const late: number[] = [];
    let held: readonly FleetNode[] = [];
    for (let step = 1; step <= 5; step++) {
      await world().advance(step * stepMs - 1 - passedMs());
      late.push(holding().length);
      await world().advance(pollMs + 1);
      early.push(holding().length);
      expect(holding()).toEqual(expect.arrayContaining([...held]));
      held = holding();
    }
    // Nobody gets it between a step's poll and the next step, nor before the first.
    expect(late).toEqual([0, ...early.slice(0, -1)]);
    expect(early.at(-1)).toBe(20);
    // AppConfig draws each node by itself: of twenty, 20, 40, 60 and 80 percent are about so many.
    const offered = [4, 8, 12, 16, 20];
    for (const [step, count] of early.entries())
      expect(Math.abs(count - (offered[step] ?? 0))).toBeLessThan(8);
  });

  it('is known to be everywhere by the records of the nodes', async () => {
    const { label, deployment } = published;
    const waiting = waitFor(world().cloud, gameplay, { label, deployment, timeoutMs: 2 * minuteMs });
    const { holding: holders } = await world().drive(waiting);
    expect(holders).toHaveLength(20);
  });
});
