import { describe, expect, it } from 'vitest';
import type { NodeReport } from '../../../core/fleet/node-reports.js';
import { Turns } from '../../../functions/record-load/turns.js';
import { batch, json, recorder, report, say, stage } from './recorder.js';

const cluster = 'app/staging';

describe('having work assigned', () => {
  const routed = [cluster];

  it('is asked for every four seconds, however many containers there are, at one write each', async () => {
    const on = stage();
    const [one, two] = [recorder({ on, routed }), recorder({ on, routed })];
    for (let at = 0; at < 12; at += 1) {
      await say(one, at, {}, 'a');
      await say(two, at, {}, 'b');
    }
    expect(on.asked).toEqual([cluster, cluster, cluster]);
    expect(on.turns.taken).toBe(6);
  });

  const letGo = (generation: number) => ({ ownership: { letGo: generation, begun: generation } });
  /** In tenths of a second. */
  const tell = (to: ReturnType<typeof recorder>, at: number, changes: Partial<NodeReport> = {}) =>
    say(to, at / 10, { sequence: 1 + at, ...changes }, changes.node);

  it('is asked for within a second where a node lets go, since nobody serves what it had', async () => {
    const on = stage();
    const one = recorder({ on, routed });
    await tell(one, 0, letGo(1));
    await tell(one, 5, letGo(2));
    expect(on.asked).toHaveLength(1);
    // It is remembered: the next report says nothing new.
    await tell(one, 10, letGo(2));
    expect(on.asked).toHaveLength(2);
    // And only until a run has seen it.
    for (const at of [20, 30, 49]) await tell(one, at, letGo(2));
    expect(on.asked).toHaveLength(2);
    await tell(one, 50, letGo(2));
    expect(on.asked).toHaveLength(3);
  });

  it.each([
    ['goes', { health: 'draining' }],
    ['begins another life', { incarnation: 'life-2' }],
  ] as const)('is asked for as soon where a node %s', async (_, changes) => {
    const on = stage();
    const one = recorder({ on, routed });
    await tell(one, 0);
    await tell(one, 10, changes);
    expect(on.asked).toHaveLength(2);
  });

  it('is not asked for sooner where nobody waits, nor again for what another container has had looked at', async () => {
    const on = stage();
    const [one, two] = [recorder({ on, routed }), recorder({ on, routed })];
    await tell(one, 0);
    await tell(one, 10, { load: 0.9 });
    await tell(one, 20, { load: 0.1 });
    expect(on.asked).toHaveLength(1);
    await tell(one, 25, letGo(1));
    expect(on.asked).toHaveLength(2);
    await tell(one, 30, letGo(2));
    await tell(two, 35, { node: 'n-2' });
    expect(on.asked).toHaveLength(2);
    await tell(two, 36, { node: 'n-2', ...letGo(1) });
    expect(on.asked).toHaveLength(3);
    for (const at of [45, 50, 70]) await tell(one, at, letGo(2));
    expect(on.asked).toHaveLength(3);
  });

  it('is asked for where the news came after the turn that another container took', async () => {
    const on = stage();
    const [one, two] = [recorder({ on, routed }), recorder({ on, routed })];
    const next = { node: 'n-2', incarnation: 'life-2' };
    await tell(two, 0, { node: 'n-2' });
    await tell(one, 5, next);
    expect(on.asked).toHaveLength(1);
    await tell(one, 10, next);
    expect(on.asked).toHaveLength(2);
  });

  it.each([
    [1_000, [1_000, 2_000, 3_000, 4_000]],
    [2_500, [2_500]],
    [4_000, [4_000]],
    [100_000, [4_000]],
  ])(
    'is asked for the less often the more nodes there are: %i with news each half second',
    async (nodes, atMs) => {
      const on = stage();
      const asked: number[] = [];
      const log = recorder({ on }).log;
      let now = 0;
      const ask = async () => void asked.push(now);
      const turns = new Turns({ ...on, requests: { ask }, clusters: routed, log });
      for (now = 0; now <= 4_000; now += 500) {
        on.setNow(now);
        await turns.take(cluster, { isAwaited: true, nodes });
      }
      expect(asked).toEqual([0, ...atMs]);
    },
  );

  it('is asked for each cluster by itself, and only where its application declares it', async () => {
    const on = stage();
    const one = recorder({ on, routed: ['app/staging', 'app/production'] });
    const of = (name: string) => json(report('n-1', 1, { cluster: name }));
    await one.handle(batch(of('app/staging'), of('other/staging'), of('app/production')));
    expect(on.asked.toSorted()).toEqual(['app/production', 'app/staging']);
    expect(on.turns.taken).toBe(2);
    expect(one.counts()).toMatchObject({ AssignmentsAsked: 2 });
  });

  it.each([
    ['turn', 'no table'],
    ['asking', 'no function'],
  ] as const)('fails no batch (%s): it is logged and counted, and made up for', async (fault, reason) => {
    const on = stage();
    const one = recorder({ on, routed });
    one.faults[fault] = true;
    await say(one, 0);
    expect(one.lines()).toContain(`error could not have work assigned Error: ${reason}`);
    expect(one.counts()).toMatchObject({ AssignmentsUnasked: 1, NodeRecordsWritten: 1 });
    one.faults[fault] = false;
    await say(one, 4);
    expect(on.asked).toEqual([cluster]);
  });
});
