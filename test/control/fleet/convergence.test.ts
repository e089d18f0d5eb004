import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convergence, isConverged, liveCount } from '../../../control/fleet/convergence.js';
import { epochMs } from '../../../core/time.js';
import { type NodeFacts, record as recordOf } from '../in-memory-cloud.js';

const now = epochMs(1_000_000);
const record = (facts: NodeFacts) => recordOf({ arrivedAtMs: 1_000_000, ...facts });
const awaited = { profile: 'rules', label: 'v2-bbbbbbbb' };
const refusal = { label: 'v2-bbbbbbbb', reason: 'coolDownMs is 5, expected text' };
const none = { holding: [], waiting: [], refused: [], silent: [], left: [] };

describe('convergence', () => {
  it.each<[string, NodeFacts[], object]>([
    ['nobody', [], {}],
    ['a node that holds it', [{ node: 'a', label: 'v2-bbbbbbbb' }], { holding: ['a'] }],
    ['a node that holds another', [{ node: 'a', label: 'v1-aaaaaaaa' }], { waiting: ['a'] }],
    ['a node that holds a default', [{ node: 'a' }], { waiting: ['a'] }],
    [
      'a node that refused it',
      [{ node: 'a', label: 'v1-aaaaaaaa', refused: refusal }],
      { refused: [{ node: 'a', reason: 'coolDownMs is 5, expected text' }] },
    ],
    [
      'a node that refused an earlier one',
      [{ node: 'a', label: 'v1-aaaaaaaa', refused: { label: 'v9-cccccccc', reason: 'x' } }],
      { waiting: ['a'] },
    ],
    [
      'a node that took it after all',
      [{ node: 'a', label: 'v2-bbbbbbbb', refused: refusal }],
      { holding: ['a'] },
    ],
    [
      'a node whose report is 15 s older than the newest',
      [
        { node: 'a', label: 'v2-bbbbbbbb', arrivedAtMs: 1_000_000 },
        { node: 'b', arrivedAtMs: 985_000 },
      ],
      { holding: ['a'], waiting: ['b'] },
    ],
    [
      'a node whose report is older than that',
      [
        { node: 'a', label: 'v2-bbbbbbbb', arrivedAtMs: 1_000_000 },
        { node: 'b', arrivedAtMs: 984_999 },
      ],
      { holding: ['a'], silent: ['b'] },
    ],
    [
      'a node that left, however lately',
      [
        { node: 'a', label: 'v2-bbbbbbbb' },
        { node: 'b', label: 'v2-bbbbbbbb', health: 'stopped' },
      ],
      { holding: ['a'], left: ['b'] },
    ],
  ])('counts %s', (_name, nodes, expected) => {
    expect(convergence(nodes.map(record), awaited, now)).toEqual({ ...none, ...expected });
  });

  it('sorts names', () => {
    const nodes = ['c', 'a', 'b'].map((node) => record({ node, label: 'v2-bbbbbbbb' }));
    expect(convergence(nodes, awaited, now).holding).toEqual(['a', 'b', 'c']);
  });

  it('takes no profile of a node for another by the name of a member', () => {
    const node = record({ node: 'a', label: 'v2-bbbbbbbb' });
    expect(convergence([node], { profile: 'constructor', label: 'v2-bbbbbbbb' }, now).waiting).toEqual(['a']);
  });
});

const anyNode = fc.record({
  label: fc.constantFrom('v1-aaaaaaaa', 'v2-bbbbbbbb', undefined),
  refuses: fc.boolean(),
  arrivedAtMs: fc.integer({ min: 900_000, max: 1_000_000 }),
  health: fc.constantFrom('ready', 'degraded', 'stopped', 'starting'),
});
const anyFleet = fc.array(anyNode, { maxLength: 30 }).map((nodes) =>
  nodes.map(({ label, refuses, ...facts }, index) =>
    record({
      node: `n${index}`,
      ...facts,
      ...(label !== undefined && { label }),
      ...(refuses && { refused: refusal }),
    }),
  ),
);

describe('convergence of any fleet', () => {
  it('puts every node in exactly one list', () => {
    fc.assert(
      fc.property(anyFleet, (records) => {
        const { holding, waiting, refused, silent, left } = convergence(records, awaited, now);
        const all = [...holding, ...waiting, ...refused.map(({ node }) => node), ...silent, ...left];
        expect(all.sort()).toEqual(records.map(({ node }) => node).sort());
      }),
    );
  });

  it('does not depend on the order of records', () => {
    fc.assert(
      fc.property(anyFleet, (records) => {
        expect(convergence([...records].reverse(), awaited, now)).toEqual(convergence(records, awaited, now));
      }),
    );
  });

  it('is there exactly when every live node holds the version', () => {
    const arrivals = { live: [985_000, 1_000_000], silent: [900_000, 984_999], left: [900_000, 1_000_000] };
    const anyMember = fc.constantFrom('live' as const, 'silent' as const, 'left' as const).chain((presence) =>
      fc.record({
        presence: fc.constant(presence),
        holds: fc.boolean(),
        arrivedAtMs: fc.integer({ min: arrivals[presence][0] ?? 0, max: arrivals[presence][1] ?? 0 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(anyMember, { maxLength: 30 }), (members) => {
        const records = members.map(({ presence, holds, arrivedAtMs }, index) =>
          record({
            node: `n${index}`,
            arrivedAtMs,
            health: presence === 'left' ? 'stopped' : 'ready',
            label: holds ? 'v2-bbbbbbbb' : 'v1-aaaaaaaa',
          }),
        );
        const newest = record({ node: 'newest', label: 'v2-bbbbbbbb' });
        const live = members.filter(({ presence }) => presence === 'live');
        const result = convergence([...records, newest], awaited, now);
        expect(isConverged(result)).toBe(live.every(({ holds }) => holds));
        expect(liveCount(result)).toBe(live.length + 1);
      }),
    );
  });

  it('is never undone by a node that takes the version', () => {
    fc.assert(
      fc.property(anyFleet, fc.nat(), (records, pick) => {
        if (records.length === 0) return;
        const index = pick % records.length;
        const before = convergence(records, awaited, now).holding;
        const after = records.map((item, at) =>
          at === index
            ? record({
                node: item.node,
                arrivedAtMs: item.arrivedAtMs,
                health: item.health,
                label: 'v2-bbbbbbbb',
              })
            : item,
        );
        expect(convergence(after, awaited, now).holding).toEqual(expect.arrayContaining([...before]));
      }),
    );
  });
});
