/** How much time of the processor an assignment takes and how good it is, beside rendezvous hashing in the same run. */

import { assign } from '../../../core/assignment/rule/assign.js';
import type { AssignmentInput, NodeFacts } from '../../../core/assignment/rule/facts.js';
import { assignmentSettingsSchema } from '../../../core/assignment/settings.js';
import { type Assignment, emptyAssignment } from '../../../core/assignment/table/table.js';
import { epochMs, plusMs } from '../../../core/time.js';
import { figure } from '../../figures.js';
import type { Goal } from '../../goals.js';
import { type Chance, chanceOf, seedOf } from '../guard/chance.js';
import type { Cells, Seeds } from './cells.js';
import { mix } from './mix.js';

const nowMs = epochMs(Date.UTC(2026, 0, 1));
const settings = assignmentSettingsSchema.parse({ reserveShare: 0 });
const meanLoad = 0.65;

interface Size {
  readonly partitions: number;
  readonly nodes: number;
  /** Rendezvous' time over ours, at least. */
  readonly timesFaster?: number;
  readonly mostMs?: number;
}

const sizes: readonly Size[] = [
  { partitions: 4_096, nodes: 100 },
  { partitions: 4_096, nodes: 1_000, timesFaster: 10 },
  { partitions: 65_536, nodes: 1_000 },
  { partitions: 65_536, nodes: 10_000, timesFaster: 50, mostMs: 250 },
];

/** Pairs of partition and node that are hashed at most: beyond, a sample of the partitions is hashed and the time scaled. */
const hashedPairsMax = 2 ** 24;
const rounds = 30;

/** Every size, its fleet from the first seed: capacities log-normal σ 0.5, partitions' work log-normal σ 1. */
export function figureCells({ first }: Seeds): Cells {
  const measured = sizes.map((size) => measureSize(size, first));
  return {
    columns: [
      'partitions × nodes',
      'rendezvous, weighted',
      'rendezvous, integers only',
      'anew',
      'after a loss',
      'nothing to do',
      'max/mean',
      'its lower bound',
      'after a loss',
      'moves (minimum)',
    ],
    rows: measured.map(({ row }) => row),
    goals: measured.flatMap(({ goals }) => goals),
  };
}

function measureSize(
  size: Size,
  seed: number,
): { readonly row: readonly string[]; readonly goals: readonly Goal[] } {
  const input = inputOf(size, chanceOf(seedOf(size.partitions + size.nodes, seed)));
  const first = assigned(input);
  const lost = { ...input, previous: first, nodes: input.nodes.slice(1), nowMs: plusMs(nowMs, 10_000) };
  const second = assigned(lost);
  const [anewMs, lossMs] = [timeMs(rounds, () => assign(input)), timeMs(rounds, () => assign(lost))];
  const restMs = timeMs(rounds, () => assign({ ...lost, previous: second }));
  const weightedMs = rendezvousMs(input, weighted);
  const [minimum, moved] = [heldBy(first, input.nodes[0]?.node ?? ''), movedBetween(first, second)];
  const [most, bound] = [maxOverMean(input, first), boundOf(input)];
  const what = `${size.partitions} × ${size.nodes}`;
  const times = [weightedMs, rendezvousMs(input, integers), anewMs, lossMs, restMs];
  return {
    row: [
      what,
      ...times.map((ms) => `${ms.toFixed(1)} ms`),
      ...[most, bound, maxOverMean(lost, second)].map((ratio) => ratio.toFixed(3)),
      `${moved} (${minimum})`,
    ],
    goals: [
      ...(size.timesFaster === undefined
        ? []
        : [
            {
              what: `${what}: weighted rendezvous against ours`,
              found: weightedMs / anewMs,
              atLeast: size.timesFaster,
              unit: '×',
            },
          ]),
      ...(size.mostMs === undefined
        ? []
        : [{ what: `${what}: assigned anew`, found: anewMs, atMost: size.mostMs, unit: ' ms' }]),
      { what: `${what}: max/mean against its lower bound`, found: most / bound, atMost: 1.03, unit: '×' },
      {
        what: `${what}: moves on one loss against the minimum`,
        found: moved / minimum,
        atMost: 1,
        unit: '×',
      },
    ],
  };
}

function inputOf({ partitions, nodes }: Size, chance: Chance): AssignmentInput {
  const capacities = Array.from({ length: nodes }, () => 100 * Math.exp(0.5 * chance.normal()));
  const weights = Array.from({ length: partitions }, () => Math.exp(chance.normal()));
  const scale = (meanLoad * sum(capacities)) / sum(weights);
  return {
    previous: emptyAssignment(partitions),
    nodes: capacities.map((capacity, index) => factsOf(`node-${index}`, capacity)),
    work: weights.map((weight) => weight * scale),
    settings,
    nowMs,
  };
}

const factsOf = (node: string, capacity: number): NodeFacts => ({
  node,
  capacity,
  load: 0,
  work: 0,
  health: 'ready',
  sinceMs: plusMs(nowMs, -600_000),
  measuredAtMs: plusMs(nowMs, 60_000),
  reportIntervalMs: 5_000,
});

function assigned(input: AssignmentInput): Assignment {
  const result = assign(input);
  if (result.kind === 'unchanged') throw new Error('nothing was assigned');
  return result.assignment;
}

/** The greatest load over the mean load, where load is work by capacity. */
function maxOverMean({ nodes, work }: AssignmentInput, { slots }: Assignment): number {
  const held = new Map<string, number>();
  for (const [partition, { owners }] of slots.entries())
    for (const owner of owners) held.set(owner, (held.get(owner) ?? 0) + (work[partition] ?? 0));
  const most = Math.max(...nodes.map(({ node, capacity }) => (held.get(node) ?? 0) / capacity));
  return most / meanOf({ nodes, work });
}

/**
 * No assignment can do better: for every k, the k heaviest partitions need k places, and a node has as many as its capacity holds
 * of the lightest of them. With k = 1, the hottest partition on the strongest node.
 */
function boundOf({ nodes, work }: AssignmentInput): number {
  const mean = meanOf({ nodes, work });
  const fair = nodes.map(({ capacity }) => mean * capacity).sort((a, b) => b - a);
  const heaviest = work.map((each) => each ?? 0).sort((a, b) => b - a);
  let bound = 1;
  for (let count = 1; count <= heaviest.length; count = Math.ceil(1.2 * count))
    bound = Math.max(bound, leastRatio(fair, heaviest[count - 1] ?? 0, count));
  return bound;
}

/** The least ratio to a fair share at which so many pieces of a weight fit, by halves, from below. */
function leastRatio(fair: readonly number[], weight: number, count: number): number {
  let [low, high] = [0, 100];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    let places = 0;
    for (const share of fair) {
      const fitting = Math.floor((middle * share) / weight);
      if (fitting === 0 || places >= count) break;
      places += fitting;
    }
    if (places >= count) high = middle;
    else low = middle;
  }
  return low;
}

const meanOf = ({ nodes, work }: Pick<AssignmentInput, 'nodes' | 'work'>): number =>
  sum(work.map((each) => each ?? 0)) / sum(nodes.map(({ capacity }) => capacity));

const heldBy = ({ slots }: Assignment, node: string): number =>
  slots.filter(({ owners }) => owners.includes(node)).length;

const movedBetween = (before: Assignment, after: Assignment): number =>
  after.slots.filter((slot, partition) => slot.epoch !== before.slots[partition]?.epoch).length;

/** Draws all partitions of a sample; a loop of its own for each kind, or calling would cost more than hashing. */
type Draw = (sample: number, capacities: Float64Array) => Int32Array;

/** The usual way without a table: in proportion to capacities (weighted rendezvous, Schindelhauer and Schomaker 2005). */
const weighted: Draw = (sample, capacities) => {
  const owners = new Int32Array(sample);
  for (let partition = 0; partition < sample; partition += 1) {
    let most = Number.NEGATIVE_INFINITY;
    for (let node = 0; node < capacities.length; node += 1) {
      const wished = -(capacities[node] as number) / Math.log((mix(partition, node) + 0.5) / 2 ** 32);
      if (wished <= most) continue;
      most = wished;
      owners[partition] = node;
    }
  }
  return owners;
};

/** As if all nodes were alike and their names numbers: the least that it can cost. */
const integers: Draw = (sample, capacities) => {
  const owners = new Int32Array(sample);
  for (let partition = 0; partition < sample; partition += 1) {
    let most = -1;
    for (let node = 0; node < capacities.length; node += 1) {
      const mixed = mix(partition, node);
      if (mixed <= most) continue;
      most = mixed;
      owners[partition] = node;
    }
  }
  return owners;
};

/** The time for all partitions, from a sample of them. */
function rendezvousMs({ previous, nodes }: AssignmentInput, draw: Draw): number {
  const partitions = previous.slots.length;
  const sample = Math.min(partitions, Math.floor(hashedPairsMax / nodes.length));
  const capacities = Float64Array.from(nodes, ({ capacity }) => capacity);
  return (timeMs(3, () => draw(sample, capacities)) * partitions) / sample;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Time of the processor, that of the collector's and the compiler's threads included: what else runs on the machine changes it little.
 * The median of the later half: the earlier one warms the compiler up.
 */
function timeMs(times: number, run: () => unknown): number {
  const samples = Array.from({ length: times }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return figure(samples.slice(times >> 1)).median;
}
