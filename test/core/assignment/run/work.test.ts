import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../../core/assignment/run/facts.js';
import { partitionWork } from '../../../../core/assignment/run/work.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import { slot, tableOf } from '../fleets.js';
import { heard, record, startMs } from './fleet.js';

const workOf = (owners: string, ...records: NodeRecord[]) =>
  partitionWork(lookAt(records, new Set(), startMs), tableOf(owners));

describe('the work of partitions', () => {
  it('is what their owners say, nothing where they do not speak of it, and unknown where nobody measures', () => {
    const measuring = record('a', { work: { '0': 12.5, '1': 3 } });
    expect(workOf('aaab.', measuring, record('b'))).toEqual([12.5, 3, 0, undefined, undefined]);
  });

  it('is the sum of what all nodes that are there got for it', () => {
    const moved = [record('a', { work: { '0': 4 } }), heard('b', 7_000, { work: { '0': 6 } })];
    expect(workOf('a', ...moved)).toEqual([10]);
    expect(workOf('.', ...moved)).toEqual([10]);
    const several = { generation: 1, slots: [slot('a', 'b')] };
    expect(partitionWork(lookAt(moved, new Set(), startMs), several)).toEqual([10]);
  });

  it('is what a dead owner said last, until it has another owner; from then on half of it every 20 s', () => {
    const dead = heard('a', 20_000, { work: { '0': 8 } });
    expect(workOf('a', dead, record('b'))).toEqual([8]);
    expect(workOf('b', dead, record('b'))).toEqual([4]);
    expect(workOf('b', dead, record('b', { work: { '0': 5 } }))).toEqual([9]);
    expect(workOf('b', record('b'), record('a', { health: 'stopped', work: { '0': 8 } }))).toEqual([8]);
  });

  it('knows nothing of partitions that the table does not have', () => {
    expect(workOf('aa', record('a', { work: { '1': 1, '2': 50, '65535': 50 } }))).toEqual([0, 1]);
  });

  it('adds up to what nodes report, where all are there', () => {
    const works = fc.array(fc.dictionary(fc.nat(15).map(String), fc.integer({ min: 0, max: 1_000 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(works, (all) => {
        const records = all.map((work, index) => record('abcdef'[index] ?? '', { work }));
        const told = workOf('aabbccddeeff....', ...records);
        const sum = (units: readonly (number | undefined)[]) =>
          units.reduce<number>((a, b) => a + (b ?? 0), 0);
        expect(sum(told)).toBe(sum(all.flatMap((work) => Object.values(work))));
      }),
      { numRuns: 300 },
    );
  });
});
