/**
 * How the nodes stand with one router: what it has in flight with each, and which it leaves aside. Its own knowledge, which is
 * never stale: two choices over reported load would send everybody to the same node.
 */

/** A node as the router was told of it. */
export interface RoutedNode {
  readonly node: string;
  readonly zone?: string;
  /** Work units a second it can do, as measured. */
  readonly capacity: number;
}

/** By node, in the order of `nodes`. Changed in place by `begin` and `end`. */
export interface Standing {
  readonly nodes: readonly RoutedNode[];
  readonly capacities: Float64Array;
  readonly inFlight: Int32Array;
  /** Failures in a row; a node that has any takes one request at a time, to be tried. */
  readonly failures: Uint8Array;
  /** 1 where a node that failed refused the connection: nobody listens there. */
  readonly refusals: Uint8Array;
  /** Until then a node is aside. */
  readonly probeAtMs: Float64Array;
}

/**
 * How a request ended. `refused`: not accepted, so nothing was done; `timed-out`, `broken`: nobody knows what was done; `shed`: the
 * node lives and has too much to do.
 */
export type Ending = 'answered' | 'shed' | 'refused' | 'timed-out' | 'broken';

/** A node that failed is tried again after this, and then after twice as long each time, up to the most. */
const [firstProbeMs, lastProbeMs] = [500, 8_000];
/** A node that sheds answers at once, and would look idle: it is left alone for a moment. */
const shedMs = 250;

export const createStanding = (nodes: readonly RoutedNode[]): Standing => ({
  nodes,
  capacities: Float64Array.from(nodes, ({ capacity }) => capacity),
  inFlight: new Int32Array(nodes.length),
  failures: new Uint8Array(nodes.length),
  refusals: new Uint8Array(nodes.length),
  probeAtMs: new Float64Array(nodes.length),
});

/** False while a node is aside; a node that is due for a probe takes one request, and no other until that has ended. */
export function canTake(standing: Standing, index: number, nowMs: number): boolean {
  if ((standing.probeAtMs[index] ?? 0) > nowMs) return false;
  return standing.failures[index] === 0 || standing.inFlight[index] === 0;
}

/**
 * For work that no other node may do: also true of a node that is aside, unless it refused the connection. One reset of an idle
 * connection, or a moment of too much work, says little of the next request.
 */
export const mayTry = (standing: Standing, index: number, nowMs: number): boolean =>
  standing.refusals[index] === 0 || canTake(standing, index, nowMs);

/** What a request would wait behind: the router's own work with a node, itself included, by what the node can do. */
export const pressure = (standing: Standing, index: number): number =>
  ((standing.inFlight[index] ?? 0) + 1) / (standing.capacities[index] ?? 1);

export function begin(standing: Standing, index: number): void {
  standing.inFlight[index] = (standing.inFlight[index] ?? 0) + 1;
}

/** Ends what `begin` began. One failure is enough to leave a node aside; one answer brings it back. */
export function end(
  standing: Standing,
  index: number,
  about: { readonly how: Ending; readonly nowMs: number },
): void {
  standing.inFlight[index] = Math.max(0, (standing.inFlight[index] ?? 0) - 1);
  if (about.how === 'answered' || about.how === 'shed') {
    if (standing.failures[index] !== 0) standing.probeAtMs[index] = 0;
    standing.failures[index] = 0;
    standing.refusals[index] = 0;
    if (about.how === 'shed') standing.probeAtMs[index] = about.nowMs + shedMs;
    return;
  }
  const isAlreadyAside =
    (standing.failures[index] ?? 0) > 0 && (standing.probeAtMs[index] ?? 0) > about.nowMs;
  if (about.how === 'refused') standing.refusals[index] = 1;
  // What was in flight when the node fell fails together: one failure, not many.
  if (isAlreadyAside) return;
  if (about.how !== 'refused') standing.refusals[index] = 0;
  const failures = Math.min((standing.failures[index] ?? 0) + 1, 255);
  standing.failures[index] = failures;
  standing.probeAtMs[index] = about.nowMs + Math.min(lastProbeMs, firstProbeMs * 2 ** (failures - 1));
}

/** A router's standing with new nodes or capacities: what it knows of those that stay is kept. */
export function renewStanding(previous: Standing, nodes: readonly RoutedNode[]): Standing {
  const next = createStanding(nodes);
  const known = new Map(previous.nodes.map(({ node }, index) => [node, index]));
  for (const [index, { node }] of nodes.entries()) {
    const before = known.get(node);
    if (before === undefined) continue;
    next.inFlight[index] = previous.inFlight[before] ?? 0;
    next.failures[index] = previous.failures[before] ?? 0;
    next.refusals[index] = previous.refusals[before] ?? 0;
    next.probeAtMs[index] = previous.probeAtMs[before] ?? 0;
  }
  return next;
}
