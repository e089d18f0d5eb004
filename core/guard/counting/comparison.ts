/** One signal, look by look: against the nodes on the previous version, and against the fleet's own past where there are none. */

import { type Evidence, emptyTally, type GuardState, pastMinutesMax, pastMs, type Tally } from '../state.js';
import {
  againstPeers,
  againstRate,
  type Counts,
  noEvidence,
  placeBets,
  type Worth,
  worthOf,
} from './evidence.js';
import { addTallies, type Delta } from './ledger.js';

export type CountedSignal = 'errors' | 'slow';

/** By Ville's inequality, at most one harmless rollout in as many gets there. Time is a weaker control than a peer. */
export const neededEvidence = { peers: 100, past: 1_000 } as const;
/**
 * What one look may add, as a logarithm. Against peers even a single look may convince; a bad minute of the whole fleet must not
 * pass for a bad version, so against the past it takes four.
 */
const lookWorthMax = {
  peers: Math.log(1_000),
  past: Math.log(neededEvidence.past) / 3.5,
} as const;
/** What must be left when any one node is left out. */
export const neededWithoutOne = 10;
/** A single node must show it at so many looks in a row: its own bad moments pass for the version's otherwise. */
export const neededConfirmations = 4;
/** With fewer of the requests on the previous version, its nodes are no control any more. */
const peersShareMin = 0.1;
/** The time before the first look counts for at most as many looks like this one. */
const looksBeforeMax = 30;

const memberOf = { errors: 1, slow: 2 } as const;

/** One look, summed. */
export interface LookCounts {
  readonly all: Counts;
  readonly byPlace: ReadonlyMap<number, Counts>;
}

/** Adds up one signal of a look, over all and by place. */
export function countLook(deltas: readonly Delta[], signal: CountedSignal): LookCounts {
  const byPlace = new Map<number, Counts>();
  for (const delta of deltas) {
    const counts = countsOf(delta, signal);
    if (counts.nodes > 0) byPlace.set(delta.place, addCounts(byPlace.get(delta.place) ?? noCounts, counts));
  }
  return { all: [...byPlace.values()].reduce(addCounts, noCounts), byPlace };
}

/** Against peers: brings something when both versions served requests. */
export function addPeers(evidence: Evidence, look: LookCounts): Evidence {
  if (look.all.testedRequests === 0 || look.all.previousRequests === 0) return evidence;
  return addLook(evidence, look, {
    worth: againstPeers,
    bar: neededEvidence.peers,
    most: lookWorthMax.peers,
  });
}

/** Against the past: while hardly any request is served by the previous version. */
export function addPast(evidence: Evidence, look: LookCounts, rate: number | undefined): Evidence {
  const { testedRequests, previousRequests } = look.all;
  const share = previousRequests / (testedRequests + previousRequests);
  if (rate === undefined || testedRequests === 0 || share >= peersShareMin) return evidence;
  return addLook(evidence, look, {
    worth: (counts) => againstRate(counts, rate),
    bar: neededEvidence.past,
    most: lookWorthMax.past,
  });
}

/** How often the previous version failed in the last 30 minutes, at the upper end of what its counts allow. */
export function pastRate(
  past: Pick<GuardState, 'before' | 'minutes'>,
  signal: CountedSignal,
  requests: number,
): number | undefined {
  const recent = past.minutes.map(({ tally }) => tally).reduce(addTallies, emptyTally);
  const scale = Math.min(1, (looksBeforeMax * requests) / Math.max(past.before[0], 1));
  const all = recent[0] + past.before[0] * scale;
  const bad = recent[memberOf[signal]] + past.before[memberOf[signal]] * scale;
  if (all === 0) return undefined;
  return (bad + 1 + 2 * Math.sqrt(bad + 1)) / all;
}

/** Keeps what the previous version did in the last 30 minutes. */
export function keepMinutes(
  minutes: GuardState['minutes'],
  tally: Tally,
  lookedAtMs: number,
): GuardState['minutes'] {
  const startMs = Math.floor(lookedAtMs / 60_000) * 60_000;
  const kept = minutes.filter((minute) => minute.startMs > lookedAtMs - pastMs);
  if (tally[0] === 0) return kept;
  const last = kept.find((minute) => minute.startMs === startMs);
  const others = kept.filter((minute) => minute !== last);
  return [...others, { startMs, tally: addTallies(last?.tally ?? emptyTally, tally) }].slice(-pastMinutesMax);
}

interface Test {
  readonly worth: (counts: Counts) => Worth;
  readonly bar: number;
  readonly most: number;
}

function addLook(evidence: Evidence, { all, byPlace }: LookCounts, { worth, bar, most }: Test): Evidence {
  const looks = evidence.looks + 1;
  const worthOfAll = worth(all);
  const bets = placeBets(evidence.all, { look: looks, worth: worthOfAll, most });
  const places = Math.max(evidence.without.length, ...[...byPlace.keys()].map((place) => place + 1));
  const without = Array.from({ length: places }, (_, place) => {
    const before = evidence.without[place] ?? evidence.all;
    return placeBets(before, {
      look: looks,
      worth: worthWithout({ all, left: byPlace.get(place) }, worth),
      most,
    });
  });
  // The least alternative gains only where this look itself speaks against the version.
  const confirms = worthOf(bets, looks) >= Math.log(bar) && worthOfAll(2) > 0;
  return { looks, all: bets, without, confirmations: confirms ? evidence.confirmations + 1 : 0 };
}

/** The last old node cannot be left out: nothing to compare with would be left, whatever the new ones do. */
function worthWithout({ all, left }: { all: Counts; left: Counts | undefined }, worth: Test['worth']): Worth {
  if (!left) return worth(all);
  const rest = subtractCounts(all, left);
  const wasLastOldOne = left.previousRequests > 0 && rest.previousRequests === 0;
  return worth(wasLastOldOne && rest.testedRequests > 0 ? all : rest);
}

const noCounts: Counts = { testedRequests: 0, testedBad: 0, previousRequests: 0, previousBad: 0, nodes: 0 };

function countsOf({ tested, previous, habit }: Delta, signal: CountedSignal): Counts {
  const member = memberOf[signal];
  const weight = habit[member - 1] ?? 1;
  return {
    testedRequests: tested[0] * weight,
    testedBad: tested[member],
    previousRequests: previous[0] * weight,
    previousBad: previous[member],
    nodes: tested[0] + previous[0] > 0 ? 1 : 0,
  };
}

const addCounts = (a: Counts, b: Counts): Counts => combine(a, b, 1);
/** Never below zero, which rounding could bring about. */
const subtractCounts = (a: Counts, b: Counts): Counts => combine(a, b, -1);

const combine = (a: Counts, b: Counts, sign: 1 | -1): Counts => ({
  testedRequests: Math.max(a.testedRequests + sign * b.testedRequests, 0),
  testedBad: a.testedBad + sign * b.testedBad,
  previousRequests: Math.max(a.previousRequests + sign * b.previousRequests, 0),
  previousBad: a.previousBad + sign * b.previousBad,
  nodes: a.nodes + sign * b.nodes,
});

/** What a test has come to. `weakest`: without the place whose absence takes most away. */
export function assess(evidence: Evidence): {
  readonly worth: number;
  readonly weakest: number;
  readonly place: number;
} {
  const worth = worthOf(evidence.all, evidence.looks);
  let [weakest, place] = [worth, -1];
  evidence.without.forEach((bets, index) => {
    const left = worthOf(bets, evidence.looks);
    if (left < weakest) [weakest, place] = [left, index];
  });
  return { worth, weakest, place };
}

export const startOfSignal = { peers: noEvidence, past: noEvidence, overCeiling: 0 };
