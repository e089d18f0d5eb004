/** Fleets for the tests of assignment: facts with everything usual filled in, and whole histories by chance. */

import fc from 'fast-check';
import { type Assigned, assign } from '../../../core/assignment/rule/assign.js';
import type { AssignmentInput, NodeFacts } from '../../../core/assignment/rule/facts.js';
import { assignmentSettingsSchema } from '../../../core/assignment/settings.js';
import { type Assignment, emptyAssignment, type Slot } from '../../../core/assignment/table/table.js';
import { type EpochMs, epochMs, plusMs } from '../../../core/time.js';

export const startMs = epochMs(1_767_225_600_000);
export const minuteMs = 60_000;

type Settings = Parameters<typeof assignmentSettingsSchema.parse>[0];

/** Rules without the reserve and the rests, so that numbers in a test are those that it names. */
export const plain = (settings: Settings = {}) =>
  assignmentSettingsSchema.parse({ reserveShare: 0, dwellMs: 0, ...(settings as object) });

/** A node of capacity 100 that has long been there and has just reported. */
export function facts(node: string, change: Partial<NodeFacts> = {}, nowMs: EpochMs = startMs): NodeFacts {
  return {
    node,
    capacity: 100,
    load: 0,
    work: 0,
    health: 'ready',
    sinceMs: plusMs(nowMs, -60 * minuteMs),
    measuredAtMs: nowMs,
    reportIntervalMs: 5_000,
    ...change,
  };
}

export const slot = (...owners: string[]): Slot => ({
  owners,
  epoch: 1,
  sinceMs: plusMs(startMs, -60 * minuteMs),
});

/** `tableOf('aab')`: partitions 0 and 1 on a, 2 on b. */
export const tableOf = (owners: string): Assignment => ({
  generation: 1,
  slots: [...owners].map((owner) => slot(owner)),
});

/** `aab`, with `.` for nobody; only for nodes with one letter and partitions with one owner. */
export const shown = ({ slots }: Assignment): string =>
  slots.map(({ owners }) => owners.join('+') || '.').join('');

export const inputOf = (
  change: Partial<AssignmentInput> & Pick<AssignmentInput, 'previous'>,
): AssignmentInput => ({
  nodes: [],
  work: change.previous.slots.map(() => 1),
  settings: plain(),
  nowMs: startMs,
  ...change,
});

/** What a test goes on with: the table that is in force after an answer. */
export const inForce = (input: AssignmentInput, assigned: Assigned): Assignment =>
  assigned.kind === 'changed' ? assigned.assignment : input.previous;

/** Assigns as often as there are changes, a minute apart; the table at rest. */
export function settle(
  input: AssignmentInput,
  times = 60,
): { readonly table: Assignment; readonly generations: number } {
  let [table, generations] = [input.previous, 0];
  for (; generations < times; generations += 1) {
    const nowMs = plusMs(input.nowMs, generations * minuteMs);
    const nodes = input.nodes.map((node) => ({
      ...node,
      measuredAtMs: plusMs(node.measuredAtMs, generations * minuteMs),
    }));
    const answer = assign({ ...input, nodes, previous: table, nowMs });
    if (answer.kind === 'unchanged') break;
    table = answer.assignment;
  }
  return { table, generations };
}

/** Load of each node by its partitions. */
export function loadsOf(
  { slots }: Assignment,
  { nodes, work }: Pick<AssignmentInput, 'nodes' | 'work'>,
): Map<string, number> {
  const capacities = new Map(nodes.map(({ node, capacity }) => [node, capacity]));
  const loads = new Map(nodes.map(({ node }) => [node, 0]));
  for (const [partition, { owners }] of slots.entries()) {
    const together = owners.reduce((sum, owner) => sum + (capacities.get(owner) ?? 0), 0);
    for (const owner of owners) loads.set(owner, (loads.get(owner) ?? 0) + (work[partition] ?? 0) / together);
  }
  return loads;
}

export const meanLoadOf = ({ nodes, work }: Pick<AssignmentInput, 'nodes' | 'work'>): number =>
  work.reduce<number>((sum, each) => sum + (each ?? 0), 0) /
  nodes.reduce((sum, { capacity }) => sum + capacity, 0);

/** A healthy fleet with skewed work that fits it: 2 to 12 nodes, 16 to 64 partitions a node. */
export const fleets = fc
  .record({
    capacities: fc.array(fc.double({ min: 20, max: 200, noNaN: true }), { minLength: 2, maxLength: 12 }),
    perNode: fc.integer({ min: 16, max: 64 }),
    skews: fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 7, maxLength: 7 }),
    meanLoad: fc.double({ min: 0.1, max: 0.8, noNaN: true }),
  })
  .map(({ capacities, perNode, skews, meanLoad }) => {
    const partitions = perNode * capacities.length;
    const raw = Array.from({ length: partitions }, (_, partition) => skews[partition % 7] ?? 1);
    const scale = (meanLoad * sum(capacities)) / sum(raw);
    return inputOf({
      previous: emptyAssignment(partitions),
      nodes: capacities.map((capacity, index) => facts(`n${index}`, { capacity })),
      work: raw.map((each) => each * scale),
    });
  });

/** A fleet at rest, and one more number for the test to choose by. */
export const settledFleets = fc.tuple(fleets, fc.nat()).map(([input, choice]) => ({
  input: {
    ...input,
    previous: settle(input).table,
    nowMs: plusMs(startMs, 60 * minuteMs),
    nodes: input.nodes.map((node) => ({ ...node, measuredAtMs: plusMs(startMs, 60 * minuteMs) })),
  },
  choice,
}));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
