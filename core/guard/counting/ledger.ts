/**
 * From cumulative counters to what happened since the last look. Nodes change arms in both directions, restart, report late
 * or twice; a request counts for the label it began under, so the counters by label are the arms.
 */

import type { Look } from '../look.js';
import type { NodeObservation } from '../observations.js';
import { emptyTally, type GuardState, type NodeState, placesMax, type Tally } from '../state.js';
import { habitsOf, usual } from './habits.js';

/** What happens to a node within this long after applying is held against the version. */
export const afterApplyingMs = 5 * 60 * 1000;
/** A node's memory goes when its record does (`recordRetentionMs`). */
const forgottenAfterMs = 60 * 60 * 1000;

/** What one node did since the last look. */
export interface Delta {
  readonly place: number;
  readonly habit: NodeState['habit'];
  readonly tested: Tally;
  readonly previous: Tally;
}

export interface Ledger {
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly deltas: readonly Delta[];
}

/** Takes in all observations of a look, at most one a node. The same observations again bring nothing. */
export function takeIn(look: Look, state: GuardState | undefined): Ledger {
  const nodes = remembered(look, state);
  const habits = state ? undefined : habitsOf(look.nodes, look.deployment.previousLabel);
  const places = occupancy(nodes.values());
  const deltas: Delta[] = [];
  for (const seen of look.nodes) {
    const known = nodes.get(seen.node);
    // Dead before the guard first looked: a record that waits for its expiry.
    if (known === undefined && seen.silent) continue;
    const habit = habits?.get(seen.node) ?? usual;
    const entered = known ?? enter(seen, { look, state, habit, place: takePlace(places) });
    const isNews = known === undefined || isNewer(seen, known);
    const { node, tested, previous } = isNews ? advance(entered, seen, look) : { ...idle, node: entered };
    nodes.set(seen.node, withSilence(node, seen));
    deltas.push({ place: node.place, habit: node.habit, tested, previous });
  }
  return { nodes: Object.fromEntries(nodes), deltas };
}

/** Sums, member by member. */
export const addTallies = (a: Tally, b: Tally): Tally => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

const idle = { tested: emptyTally, previous: emptyTally };

function remembered({ lookedAtMs }: Look, state: GuardState | undefined): Map<string, NodeState> {
  const nodes = Object.entries(state?.nodes ?? {});
  return new Map(nodes.filter(([, node]) => lookedAtMs - node.arrivedAtMs < forgottenAfterMs));
}

/** How many nodes are at each place. */
function occupancy(nodes: Iterable<NodeState>): number[] {
  const taken = new Array<number>(placesMax).fill(0);
  for (const { place } of nodes) taken[place] = (taken[place] ?? 0) + 1;
  return taken;
}

/** The place with the fewest nodes, the lowest of them first. */
function takePlace(places: number[]): number {
  const place = places.indexOf(Math.min(...places));
  places[place] = (places[place] ?? 0) + 1;
  return place;
}

interface Entry {
  readonly look: Look;
  readonly state: GuardState | undefined;
  readonly habit: NodeState['habit'];
  readonly place: number;
}

/** A node that was not known: counts from 0 when it began since the last look, else from where it stands. */
function enter(seen: NodeObservation, { look, state, habit, place }: Entry): NodeState {
  const { label, previousLabel, startedAtMs } = look.deployment;
  const isYoung = seen.sinceMs > (state?.lookedAtMs ?? startedAtMs);
  return {
    place,
    incarnation: seen.incarnation,
    sequence: seen.sequence,
    arrivedAtMs: seen.arrivedAtMs,
    tested: isYoung ? emptyTally : (tallyOf(seen, label) ?? emptyTally),
    previous: isYoung ? emptyTally : (tallyOf(seen, previousLabel) ?? emptyTally),
    habit,
    counted: false,
    restarts: 0,
    silences: 0,
    silent: false,
  };
}

/**
 * Eventually consistent reads may show an older record than the last look saw: it says nothing, even where its node was heard
 * since. A record that is the same says that the node was heard, and that what it counted is not worth a write yet.
 */
function isNewer(seen: NodeObservation, known: NodeState): boolean {
  if (seen.incarnation === known.incarnation && seen.sequence !== known.sequence)
    return seen.sequence > known.sequence;
  if (seen.arrivedAtMs !== known.arrivedAtMs) return seen.arrivedAtMs > known.arrivedAtMs;
  return seen.incarnation !== known.incarnation && seen.retired.includes(known.incarnation);
}

function advance(known: NodeState, seen: NodeObservation, look: Look) {
  const { label, previousLabel } = look.deployment;
  const isSameLife = seen.incarnation === known.incarnation;
  const from = isSameLife ? known : idle;
  const now = {
    tested: tallyOf(seen, label) ?? from.tested,
    previous: tallyOf(seen, previousLabel) ?? from.previous,
  };
  const tested = isWarm(known, seen, look) ? growth(from.tested, now.tested) : emptyTally;
  const { heldSinceMs: _stretch, ...rest } = withRestarts(known, seen);
  const holds = seen.label === label;
  const heldSinceMs = (isSameLife ? known.heldSinceMs : undefined) ?? seen.arrivedAtMs;
  const appliesFirst = holds && known.appliedAtMs === undefined;
  const node: NodeState = {
    ...rest,
    ...now,
    incarnation: seen.incarnation,
    sequence: seen.sequence,
    arrivedAtMs: seen.arrivedAtMs,
    counted: known.counted || tested[0] > 0,
    ...(holds && { heldSinceMs }),
    ...(appliesFirst && { appliedAtMs: seen.arrivedAtMs, restarts: 0, silences: 0 }),
  };
  return { node, tested, previous: growth(from.previous, now.previous) };
}

/** What a node did under the label counts once it was seen with it, and kept it for the warm-up. */
function isWarm(known: NodeState, seen: NodeObservation, { deployment, settings }: Look): boolean {
  const heldBefore = seen.incarnation === known.incarnation ? known.heldSinceMs : undefined;
  const heldSinceMs = heldBefore ?? (seen.label === deployment.label ? seen.arrivedAtMs : undefined);
  return heldSinceMs !== undefined && seen.arrivedAtMs - heldSinceMs >= settings.warmUpSeconds * 1000;
}

function withRestarts(known: NodeState, seen: NodeObservation): NodeState {
  if (seen.incarnation === known.incarnation) return known;
  const lives = seen.retired.indexOf(known.incarnation) + 1 || 1;
  const beganMs = known.appliedAtMs ?? known.restartsSinceMs;
  if (beganMs !== undefined && seen.sinceMs <= beganMs + afterApplyingMs)
    return { ...known, restarts: known.restarts + lives };
  if (known.appliedAtMs !== undefined) return known;
  return { ...known, restarts: lives, restartsSinceMs: seen.sinceMs };
}

/** A node that said it stops is not silent, it is gone. */
function withSilence(node: NodeState, seen: NodeObservation): NodeState {
  const isInTime = node.appliedAtMs === undefined || node.arrivedAtMs <= node.appliedAtMs + afterApplyingMs;
  const silent = seen.silent && seen.health !== 'stopped' && isInTime;
  return { ...node, silent, silences: node.silences + (silent && !node.silent ? 1 : 0) };
}

function tallyOf({ counters }: NodeObservation, label: string | undefined): Tally | undefined {
  const found = label !== undefined && Object.hasOwn(counters, label) ? counters[label] : undefined;
  return found && [found.requests, found.errors, found.slow];
}

/** A node that had forgotten a label counts it from 0 again. */
function growth(from: Tally, to: Tally): Tally {
  const isAnew = to.some((value, index) => value < (from[index] ?? 0));
  return isAnew ? to : [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}
