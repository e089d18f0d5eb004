/**
 * How much of the work a balancer should give to a node: by what it can do, less where it has more to do than the others.
 * Coarse and damped, since every change shifts everybody's share.
 */

/** In percent of the weight that a balancer has for a node. */
const [weightMin, weightMax] = [1, 100];
/** In steps of 5, and of 1 for nodes so small that 5 would be far off. */
const [weightStep, coarseFrom] = [5, 20];
/** Smaller differences than this share of a weight are left alone, so that noise changes nothing. */
const changeShare = 0.1;
/** Of a difference, so much is made up for at once. */
const damping = 0.5;
/** Loads within this of the mean are the same (the band of core/assignment). */
const bandLoad = 0.1;
/** A unit of load beyond the band takes this share of a weight: below 1, so that a correction never overtakes its cause. */
const gain = 0.8;
const leastShare = 0.25;

export interface Weighed {
  readonly node: string;
  /** Work units a second it can do. */
  readonly capacity: number;
  /** Undefined while it is too new to be measured, or too old to be believed: that is not idle. */
  readonly load: number | undefined;
}

/** The weight of each node next, from the one it has; one without begins where it should be. */
export function nextWeights(
  nodes: readonly Weighed[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const most = nodes.reduce((max, { capacity }) => Math.max(max, capacity), 0);
  const mean = meanLoad(nodes);
  return new Map(
    nodes.map((node) => {
      const wanted = (weightMax * node.capacity * shareOf(node, mean)) / most;
      return [node.node, towards(wanted, before.get(node.node))];
    }),
  );
}

function meanLoad(nodes: readonly Weighed[]): number {
  const measured = nodes.filter(({ load }) => load !== undefined);
  const capacity = measured.reduce((sum, node) => sum + node.capacity, 0);
  const offered = measured.reduce((sum, node) => sum + (node.load ?? 0) * node.capacity, 0);
  return capacity === 0 ? 0 : offered / capacity;
}

const shareOf = ({ load }: Weighed, mean: number): number =>
  load === undefined ? 1 : Math.min(1, Math.max(leastShare, 1 - gain * (load - mean - bandLoad)));

function towards(wanted: number, before: number | undefined): number {
  if (before === undefined) return inSteps(wanted);
  const isNoise = Math.abs(wanted - before) < changeShare * Math.max(wanted, before);
  return isNoise ? Math.max(weightMin, before) : inSteps(before + damping * (wanted - before));
}

function inSteps(weight: number): number {
  const step = weight < coarseFrom ? 1 : weightStep;
  return Math.min(weightMax, Math.max(weightMin, Math.round(weight / step) * step));
}
