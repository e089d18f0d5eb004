import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkMaxBytes,
  decodeAssignment,
  encodeAssignment,
  isNewer,
} from '../../../../core/assignment/table/chunks.js';
import { emptyAssignment, type GrantTable } from '../../../../core/assignment/table/table.js';
import { epochMs } from '../../../../core/time.js';
import { granted, grantedOf, tables } from './stored.js';

describe('chunks of a table', () => {
  it('give the table back, however they are cut and in whatever order they are read', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 3_000 }), (assignment, maxBytes) => {
        const chunks = encodeAssignment(assignment, maxBytes);
        expect(decodeAssignment(chunks.toReversed())).toEqual({ kind: 'table', assignment });
      }),
      { numRuns: 300 },
    );
  });

  it('fit an item of DynamoDB, at the most partitions and the longest names', () => {
    const name = (node: number) => `${node}`.padEnd(256, '✓');
    const slots = Array.from({ length: 65_536 }, (_, partition) => ({
      ...granted(name(partition % 2_000), 2 ** 31),
      waitsFor: [{ node: name((partition + 1) % 2_000), incarnation: 'gone' }],
    }));
    const chunks = encodeAssignment({ generation: 1, slots });
    const sizes = chunks.map(
      ({ nodes, incarnations, slots: bytes }) =>
        bytes.length + new TextEncoder().encode([...nodes, ...incarnations].join('')).length,
    );
    expect(Math.max(...sizes)).toBeLessThan(chunkMaxBytes);
    expect(chunkMaxBytes).toBeLessThan(400 * 1024 - 2_048);
  });

  it('are few: 4,096 partitions of 100 nodes fit one', () => {
    const slots = Array.from({ length: 4_096 }, (_, partition) => granted(`node-${partition % 100}`));
    const [chunk, ...others] = encodeAssignment({ generation: 1, slots });
    expect([others.length, chunk?.slots.length]).toEqual([0, 4_096 * 10]);
  });

  it('round the rest of a partition up to seconds, so that it never seems longer than it is', () => {
    const slots = [{ ...granted('a', 3), sinceMs: epochMs(1_001) }];
    expect(decodeAssignment(encodeAssignment({ generation: 1, slots }))).toEqual({
      kind: 'table',
      assignment: { generation: 1, slots: [{ ...granted('a', 3), sinceMs: 2_000 }] },
    });
  });

  const old = encodeAssignment({ ...grantedOf('aabbcc'), generation: 4 }, 70);
  const fresh = encodeAssignment({ ...grantedOf('aabbcc'), generation: 5 }, 70);
  const [first, ...rest] = old;

  it.each([
    ['of two generations', [first, ...fresh.slice(1)]],
    ['of which one is missing', rest],
    ['of which the last is missing', old.slice(0, -1)],
    ['of which one came twice', [first, first, ...rest.slice(1)]],
  ])('%s are torn: read again', (_, chunks) => {
    expect(old.length).toBeGreaterThan(2);
    expect(decodeAssignment(chunks)).toEqual({ kind: 'torn' });
  });

  it.each([
    ['nothing', []],
    ['another form', [{ ...first, form: 2 }]],
    ['bytes that end too soon', [{ ...first, slots: first?.slots.slice(0, -1) }, ...rest]],
    ['an owner without a name', [{ ...first, nodes: [], incarnations: [] }, ...rest]],
    ['an owner without a life', [{ ...first, incarnations: [] }, ...rest]],
    ['partitions that nobody has', [{ ...first, first: 1 }, ...rest]],
    ['more partitions than there should be', [{ ...encodeAssignment(grantedOf('aab'))[0], partitions: 2 }]],
  ])('of %s are unreadable, and say why', (_, chunks) => {
    expect(decodeAssignment(chunks)).toEqual({ kind: 'unreadable', reason: expect.stringMatching(/./) });
  });
});

it('is taken by a reader only when it is newer than what it holds', () => {
  const [four, five] = [4, 5].map((generation) => ({ ...emptyAssignment(2), generation })) as [
    GrantTable,
    GrantTable,
  ];
  expect([isNewer(five, four), isNewer(four, four), isNewer(four, five), isNewer(four, undefined)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
