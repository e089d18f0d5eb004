import { describe, expect, it } from 'vitest';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { assigner, begun, owned, staging } from './assigner.js';

const aws = inLocalAws();
const event = { cluster: staging };

describe('assign-partitions, when something fails', () => {
  it('fails with what failed, and has written nothing', async () => {
    const { handle, head, since, report, pass } = await begun(aws(), {
      through: ({ drains }) => {
        let reads = 0;
        const read: typeof drains.read = async (cluster) => {
          reads += 1;
          if (reads > 1) throw new Error('no drains');
          return drains.read(cluster);
        };
        return { drains: { read } };
      },
    });
    const before = await head();
    pass(10_000);
    await report('n1');
    const error = await handle(event).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AggregateError);
    expect(String((error as AggregateError).errors)).toBe('Error: no drains');
    expect(await head()).toEqual(before);
    expect(since()).toEqual({ AssignmentsFailed: 1 });
  });

  it('fails with a typed error when its table is gone', async () => {
    const nowhere = createAssignments(aws().dynamodb, 'nowhere', () => {});
    const { handle, report } = await assigner(aws(), { through: () => ({ assignments: nowhere }) });
    await report('n1');
    const error = (await handle(event).catch((thrown: unknown) => thrown)) as AggregateError;
    expect(error.errors).toEqual([expect.any(ServiceUnavailable)]);
    expect(String(error.errors)).toContain(
      'could not read the head of shop/staging: ResourceNotFoundException',
    );
  });

  it('looks at the others all the same', async () => {
    const { handle, report, assignments, counts } = await assigner(aws(), {
      through: ({ records }) => ({
        records: {
          list: async (cluster) => {
            if (cluster === staging) throw new Error('throttled');
            return records.list(cluster);
          },
        },
      }),
    });
    await report('n1', { cluster: 'shop/production' });
    await expect(handle({ every: 'cluster' })).rejects.toThrow('not every cluster could be looked at');
    expect((await assignments.reader('shop/production').head())?.generation).toBe(1);
    expect(counts()).toMatchObject({ AssignmentsEvaluated: 1, AssignmentsFailed: 1 });
  });

  it('gives up a cluster that does not answer', async () => {
    const late = new AbortController();
    const made = await assigner(aws(), {
      through: () => ({ records: { list: () => new Promise(() => {}) }, after: () => late.signal }),
    });
    const handled = made.handle(event).catch((error: unknown) => error);
    late.abort();
    expect(String(((await handled) as AggregateError).errors)).toContain('it took too long');
  });

  it('makes anew what the head names and is not there, and says so', async () => {
    const { handle, head, table, rosterNames, lines, deleteParts } = await begun(aws());
    const before = await head();
    await deleteParts(`${before?.tableKey}#0`, `${before?.rosterKey}#0`);
    await handle(event);
    const after = await head();
    expect(after).toMatchObject({ revision: 2, generation: 2, rosterRevision: 2 });
    // Nobody holds what it was made from.
    expect([after?.tableChanges, after?.rosterChanges]).toEqual([undefined, undefined]);
    const now = await table();
    expect(owned(now)).toEqual({ n1: 4, n2: 4, n3: 4, n4: 4 });
    expect(now.slots[0]).toMatchObject({ epoch: 2, waitsFor: [{ node: '', incarnation: '' }] });
    expect(await rosterNames()).toHaveLength(4);
    expect(lines()).toContain('warn what was in force was not there, and is made anew');
  });

  it('reads again when what it read was superseded meanwhile', async () => {
    let [reads, commits] = [0, 0];
    const { handle, report, pass, table, lines } = await begun(aws(), {
      through: ({ assignments }) => ({
        assignments: {
          ...assignments,
          reader(cluster) {
            const reader = assignments.reader(cluster);
            const head = async () => {
              const found = await reader.head();
              reads += 1;
              // The first read of the second run is an old one: what it names has gone since.
              return found && reads === 2 ? { ...found, revision: 0, tableKey: 'table#0#gone' } : found;
            };
            return { ...reader, head };
          },
          commit(...args) {
            commits += 1;
            return assignments.commit(...args);
          },
        },
      }),
    });
    pass(10_000);
    for (const node of ['n1', 'n2', 'n3']) await report(node);
    await handle(event);
    expect((await table()).generation).toBe(2);
    expect(owned(await table())['n4']).toBeUndefined();
    expect(lines()).not.toContain('made anew');
    expect(commits).toBe(2);
  });
});
