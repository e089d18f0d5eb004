import { describe, expect, it } from 'vitest';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { assigner, begun, staging, startMs } from './assigner.js';

const aws = inLocalAws();
const event = { cluster: staging };

describe('the gauges of a cluster', () => {
  it('are its load, that of its busiest node, and how many nodes there are', async () => {
    const { handle, report, emitted } = await begun(aws());
    await report('n2', { load: 0.7 });
    await report('n3', { health: 'stopped', load: 3 });
    await handle(event);
    expect(emitted.get(staging)).toEqual({
      FleetLoad: expect.closeTo(0.7, 5),
      FleetMaxLoad: 0.7,
      FleetNodes: 3,
      FleetNodesSilent: 0,
    });
  });

  it('tell nodes that fell silent, also when nobody else is left, and not those that said goodbye', async () => {
    const { handle, report, pass, emitted } = await begun(aws());
    await report('n3', { health: 'stopped' });
    pass(30_000);
    await report('n1');
    await handle(event);
    expect(emitted.get(staging)).toMatchObject({ FleetNodes: 1, FleetNodesSilent: 2 });
    pass(30_000);
    await report('n4', { health: 'stopped' });
    await handle(event);
    expect(emitted.get(staging)).toEqual({ FleetNodesSilent: 2 });
  });

  it('follow a load that stays high, run after run', async () => {
    const { handle, report, pass, emitted, fleetLoads } = await begun(aws());
    for (let run = 0; run < 40; run += 1) {
      pass(4_000);
      for (const node of ['n1', 'n2', 'n3', 'n4']) await report(node, { load: 0.95 });
      await handle(event);
    }
    expect(emitted.get(staging)?.['FleetLoad']).toBeGreaterThan(0.8);
    expect(await fleetLoads.read(staging)).toMatchObject({ nodes: 4, atMs: startMs + 160_000 });
  });

  it('are not told of a cluster without nodes', async () => {
    const { handle, emitted, counts } = await assigner(aws());
    await handle({ every: 'cluster' });
    expect(emitted.size).toBe(0);
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 2 });
  });

  it('do not fail a run when they cannot be kept', async () => {
    const { handle, report, lines, counts } = await assigner(aws(), {
      through: () => ({
        fleetLoads: {
          read: async () => {
            throw new Error('no table');
          },
          write: async () => {},
        },
      }),
    });
    await report('n1');
    await handle(event);
    expect(lines()).toContain('error could not tell the load Error: no table {"cluster":"shop/staging"}');
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 1, AssignmentGenerations: 1 });
  });
});

describe('a cluster whose tables do not answer for its gauges', () => {
  it('has been shared out all the same, within its time', async () => {
    const late = new AbortController();
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { handle, report, counts, lines } = await assigner(aws(), {
      through: () => ({
        after: () => late.signal,
        fleetLoads: {
          read: () => {
            asked();
            return new Promise(() => {});
          },
          write: async () => {},
        },
      }),
    });
    await report('n1');
    const handled = handle(event);
    await isAsked;
    late.abort();
    await handled;
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 1, AssignmentGenerations: 1 });
    expect(counts()).not.toHaveProperty('AssignmentsFailed');
    expect(lines()).toContain('error could not tell the load');
  });
});

describe('partitions that are too few', () => {
  it('are told with each generation, and counted always', async () => {
    const { handle, report, lines, counts } = await assigner(aws());
    await report('n1');
    await handle(event);
    expect(counts()).not.toHaveProperty('PartitionsFew');
    await report('n2', { health: 'starting' });
    await handle(event);
    expect(counts()).not.toHaveProperty('PartitionsFew');
    await report('n2');
    await handle(event);
    expect(counts()).toMatchObject({ PartitionsFew: 1 });
    await report('n1', { incarnation: 'n1-2' });
    await handle(event);
    expect(counts()).toMatchObject({ PartitionsFew: 2 });
    expect(lines()).toContain(
      'warn partitions are too few for so many nodes {"cluster":"shop/staging","partitions":16,"nodes":2}',
    );
  });
});

describe('which clusters are looked at', () => {
  it('are all of applications that declare routing, when the schedule asks', async () => {
    const { handle, report, assignments, counts } = await assigner(aws());
    await report('n1');
    await report('n1', { cluster: 'shop/production' });
    await report('n1', { cluster: 'plain/staging' });
    await handle({ every: 'cluster' });
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 2, AssignmentGenerations: 2 });
    expect(await assignments.reader('plain/staging').head()).toBeUndefined();
    expect((await assignments.reader('shop/production').head())?.generation).toBe(1);
  });

  it('are not those of another stage', async () => {
    const through = () => ({ clusters: [staging] });
    const { handle, report, assignments, counts } = await assigner(aws(), { through });
    await report('n1');
    await report('n1', { cluster: 'shop/production' });
    await handle({ every: 'cluster' });
    await handle({ cluster: 'shop/production' });
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 1, AssignmentGenerations: 1 });
    expect(await assignments.reader('shop/production').head()).toBeUndefined();
  });

  it('are none for a cluster that is not shared out, or not known', async () => {
    const { handle, report, assignments, lines, counts } = await assigner(aws());
    await report('n1', { cluster: 'plain/staging' });
    await handle({ cluster: 'plain/staging' });
    await handle({ cluster: 'nobody/knows' });
    expect(await assignments.reader('plain/staging').head()).toBeUndefined();
    expect([lines().match(/nothing to share out/g)?.length, counts()]).toEqual([2, {}]);
  });

  it.each([{}, { cluster: '' }, { every: 'day' }, 'x', null])(
    'refuses an event of another kind: %j',
    async (other) => {
      const { handle } = await assigner(aws());
      await expect(handle(other)).rejects.toThrow();
    },
  );
});
