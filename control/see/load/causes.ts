/** Why one node has too much to do while others have room: the first cause that the numbers show, with what to do. */

import type { KeyLoad, NodeLoad, PartitionLoad } from './facts.js';
import { isServing, type Spread } from './spread.js';

export type HotKind =
  | 'hot-key'
  | 'hot-partition'
  | 'slow'
  | 'too-many-partitions'
  | 'besides'
  | 'fleet-full'
  | 'unknown';

export interface HotCause {
  readonly node: string;
  readonly kind: HotKind;
  /** For people, in one sentence without the node's name. */
  readonly why: string;
  /** What to type, or to do. */
  readonly next: string;
}

export interface Facts {
  readonly cluster: string;
  readonly nodes: readonly NodeLoad[];
  readonly spread: Spread;
  readonly partitions: readonly PartitionLoad[];
  readonly keys: readonly KeyLoad[];
}

/** A node does what it was measured to when it keeps this share of what its peers keep of what they declare. */
const slowShare = 0.7;
/** A key or partition is the cause when so much of the node's load is its. */
const culpritShare = 0.4;
/** Beyond so many times its fair share of partitions, their number is the cause. */
const manyTimes = 1.25;
/** The whole fleet is full above this: nobody has room. */
const fullLoad = 0.9;

/** One for each node above the band, the busiest first. */
export const causesOf = (facts: Facts): readonly HotCause[] =>
  facts.nodes.filter(({ node }) => facts.spread.above.includes(node)).map((node) => causeOf(node, facts));

function causeOf(node: NodeLoad, facts: Facts): HotCause {
  const found = slow(node, facts) ?? hotKey(node, facts) ?? hotPartition(node, facts) ?? others(node, facts);
  return { node: node.node, ...found };
}

type Found = Omit<HotCause, 'node'>;

const others = (node: NodeLoad, facts: Facts): Found =>
  tooMany(node, facts) ?? besides(node, facts) ?? full(facts) ?? unknown(facts);

/** Its own machine gives it less than its peers get of theirs. */
function slow(
  { node, isMeasured, unitsPerSecond, declared }: NodeLoad,
  { cluster, nodes }: Facts,
): Found | undefined {
  const peers = nodes.filter((peer) => peer.node !== node && peer.isMeasured && isServing(peer));
  if (!isMeasured || peers.length === 0) return undefined;
  const usual = declared * median(peers.map((peer) => peer.unitsPerSecond / peer.declared));
  if (unitsPerSecond >= slowShare * usual) return undefined;
  return {
    kind: 'slow',
    why: `has lost capacity: it does ${units(unitsPerSecond)} units/s, where its peers do ${units(usual)} with as much declared`,
    next: `veltrix drain ${cluster} ${node} --for 30m -m "slow", then look at its machine`,
  };
}

function hotKey({ node, load }: NodeLoad, { keys, partitions }: Facts): Found | undefined {
  const own = keys.filter((key) => key.node === node).toSorted((a, b) => b.unitsPerSecond - a.unitsPerSecond);
  const [key] = own;
  const partition = partitions.find((each) => each.partition === key?.partition);
  if (!key || !partition) return undefined;
  const ofNode = key.shareOfPartition * partition.shareOfNode;
  if (ofNode < culpritShare * load) return undefined;
  return {
    kind: 'hot-key',
    why: `has a hot key: partition ${key.partition} is ${partition.shareOfNode.toFixed(2)} of it, and the key ${JSON.stringify(key.key)} is ${percent(key.shareOfPartition)} of that`,
    next: 'no move helps: split the key, cache what it reads, or declare owners.most above 1 where several may do its work',
  };
}

function hotPartition({ node, load }: NodeLoad, { partitions, spread }: Facts): Found | undefined {
  const [hottest] = partitions
    .filter((each) => each.node === node)
    .toSorted((a, b) => b.shareOfNode - a.shareOfNode);
  if (!hottest || hottest.shareOfNode < Math.max(spread.bandLoad, culpritShare * load)) return undefined;
  return {
    kind: 'hot-partition',
    why: `has a hot partition: ${hottest.partition} is ${hottest.shareOfNode.toFixed(2)} of it, of no single key`,
    next: 'its other partitions move away by themselves; more partitions, or owners.most above 1, would spread it',
  };
}

function tooMany(node: NodeLoad, { nodes }: Facts): Found | undefined {
  const serving = nodes.filter(isServing);
  const all = serving.reduce((sum, { partitions = 0 }) => sum + partitions, 0);
  const fair =
    (all * node.unitsPerSecond) / serving.reduce((sum, { unitsPerSecond }) => sum + unitsPerSecond, 0);
  const { partitions = 0 } = node;
  if (fair === 0 || partitions <= manyTimes * fair) return undefined;
  return {
    kind: 'too-many-partitions',
    why: `has too many partitions: ${partitions}, where ${Math.round(fair)} would be its share`,
    next: 'they move within the next generations: see `veltrix load` again in a minute',
  };
}

/** Work that no partition brings: other duties, or requests that are not routed by key. */
function besides({ node, load, partitions: owned }: NodeLoad, { partitions }: Facts): Found | undefined {
  const brought = partitions
    .filter((each) => each.node === node)
    .reduce((sum, { shareOfNode }) => sum + shareOfNode, 0);
  if (owned === undefined || load - brought < culpritShare * load) return undefined;
  return {
    kind: 'besides',
    why: `is busy with other work: its partitions bring ${brought.toFixed(2)} of its load of ${load.toFixed(2)}`,
    next: 'look at what waits there, and at who sends to it without a key',
  };
}

function full({ spread, cluster }: Facts): Found | undefined {
  if (spread.mean <= fullLoad) return undefined;
  return {
    kind: 'fleet-full',
    why: `has no one to give to: the fleet is offered ${spread.mean.toFixed(2)} of what it can do`,
    next: `add nodes to ${cluster}`,
  };
}

const unknown = ({ cluster }: Facts): Found => ({
  kind: 'unknown',
  why: 'is above the band, and its reports do not tell why',
  next: `veltrix load ${cluster} --watch`,
});

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const units = (number: number): string => number.toLocaleString('en', { maximumSignificantDigits: 3 });
const percent = (share: number): string => `${Math.round(share * 100)} %`;
