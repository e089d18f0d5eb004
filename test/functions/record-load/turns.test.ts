import { describe, expect, it } from 'vitest';
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
