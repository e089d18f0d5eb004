import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldReport } from '../../../core/fleet/node-records.js';
import { heardSince, newestOfEach, observeNode } from '../../../core/guard/observations.js';
import { epochMs } from '../../../core/time.js';
import { newLabel, oldLabel, seen, tally } from './fleet.js';

describe('an observation', () => {
  const report = {
    form: 1 as const,
    cluster: 'shop/staging',
    node: 'a',
    incarnation: 'life-2',
    sequence: 5,
    labels: {},
    capacity: 10,
    load: 0.5,
    queueDepth: 0,
    inFlight: 0,
    health: 'ready' as const,
    profiles: {
      limits: {
        label: oldLabel,
        source: 'cloud' as const,
        refused: { label: newLabel, reason: 'too much' },
        schemaVersion: 1,
        counters: { [oldLabel]: tally(10, 2, 1) },
      },
    },
    droppedReports: 0,
  };
  const fold = foldReport(undefined, report, epochMs(1_000));
  if (fold.kind !== 'changed') throw new Error('the first report makes a record');

  it('shows one profile of a record', () => {
    expect(observeNode(fold.record, { profile: 'limits', silent: true })).toEqual({
      node: 'a',
      incarnation: 'life-2',
      retired: [],
      sequence: 5,
      sinceMs: 1_000,
      arrivedAtMs: 1_000,
      label: oldLabel,
      counters: { [oldLabel]: { requests: 10, errors: 2, slow: 1 } },
      refused: { label: newLabel, reason: 'too much' },
      health: 'ready',
      silent: true,
    });
  });

  it('of a profile the node does not know holds nothing', () => {
    const observation = observeNode(fold.record, { profile: 'gameplay', silent: false });
    expect([observation.counters, 'label' in observation, 'refused' in observation]).toEqual([
      {},
      false,
      false,
    ]);
  });
});

describe('several observations of one node', () => {
  it('come down to the newest, by arrival and then by sequence', () => {
    const [early, late, last] = [seen('b', 1), seen('b', 2), { ...seen('b', 2), sequence: 103 }];
    expect(newestOfEach([last, early, seen('a', 0), late])).toEqual([seen('a', 0), last]);
  });
});

describe('silence among nodes', () => {
  const at = (node: string, ms: number, silent: boolean) => ({
    ...seen(node, 0),
    arrivedAtMs: epochMs(ms),
    silent,
  });

  it.each([
    ['where something arrived 8 s after it, and more', 8_001, true],
    ['not where it is one of the last to be heard', 8_000, false],
  ])('counts %s', (_, laterMs, silent) => {
    const nodes = [at('a', 1_000_000, true), at('b', 1_000_000 + laterMs, false)];
    expect(heardSince(nodes).map((node) => node.silent)).toEqual([silent, false]);
  });

  it('is never found where its reader found none, and never of the last one heard', () => {
    const node = fc.tuple(fc.nat(100_000), fc.boolean());
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 8 }), (given) => {
        const nodes = given.map(([ms, silent], index) => at(`n${index}`, ms, silent));
        const heard = heardSince(nodes);
        const newest = Math.max(...given.map(([ms]) => ms));
        for (const [index, { silent, ...rest }] of heard.entries()) {
          expect({ ...nodes[index], silent }).toEqual({ ...rest, silent });
          expect(silent && (given[index]?.[1] !== true || given[index]?.[0] === newest)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});
