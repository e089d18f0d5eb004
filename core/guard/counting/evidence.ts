/**
 * How strongly counts speak against a version, however often one looks. A bet against "at most `toleratedRatio` times as bad"
 * is placed at each look on each of a few alternatives; what the bets are worth can pass 100 in one of a hundred harmless
 * rollouts at most (Ville's inequality: Howard et al., "Time-uniform, nonparametric, nonasymptotic confidence sequences").
 * A part of the stake is kept for later looks, so that trouble which begins late is not drowned by the good time before it.
 */

import type { Evidence } from '../state.js';

/** Up to this ratio a version counts as no worse. */
export const toleratedRatio = 1.5;
/** How many times worse the version may be: what is bet on, in equal parts. */
const alternatives = [2, 4, 10, 30] as const;
/** Logarithm that stands for a stake not yet placed. */
const unplaced = -700;

/**
 * Errors come in clumps, so many errors on few nodes say less than their number: a node's errors at one look are worth at
 * most about 1 / `clumping`. The value is the square of the spread that a node's rate has from look to look.
 */
const clumping = 0.2;
/** One signal's counts at one look; requests are weighed by the habits of their nodes. */
export interface Counts {
  readonly testedRequests: number;
  readonly testedBad: number;
  readonly previousRequests: number;
  readonly previousBad: number;
  /** Nodes behind the counts. */
  readonly nodes: number;
}

/** What each alternative's bet on one look multiplies its stake by, as a logarithm. */
export type Worth = (ratio: number) => number;

export const noEvidence: Evidence = {
  looks: 0,
  all: alternatives.map(() => unplaced),
  without: [],
  confirmations: 0,
};

/**
 * Against peers: given all bad requests, those of the version under test are binomial, with a share that grows with the ratio.
 * Falls whenever their share is below the tolerated one.
 */
export function againstPeers(counts: Counts): Worth {
  const { testedRequests, testedBad, previousRequests, previousBad, nodes } = counts;
  const bad = testedBad + previousBad;
  const dampening = 1 + (clumping * bad) / Math.max(nodes, 1);
  const weight = (ratio: number) => ratio * testedRequests + previousRequests;
  return (ratio) => {
    if (testedRequests <= 0 || previousRequests <= 0) return 0;
    const gain = testedBad * Math.log(ratio / toleratedRatio);
    return (gain - bad * Math.log(weight(ratio) / weight(toleratedRatio))) / dampening;
  };
}

/** Against a rate known from before: what is bad is Poisson, with a mean that grows with the ratio. */
export function againstRate(counts: Counts, rate: number): Worth {
  const expected = counts.testedRequests * rate;
  const dampening = 1 + (clumping * expected) / Math.max(counts.nodes, 1);
  return (ratio) =>
    (counts.testedBad * Math.log(ratio / toleratedRatio) - expected * (ratio - toleratedRatio)) / dampening;
}

/** One look's worth for each alternative, and the most that any of them may gain by it. */
export interface LookWorth {
  /** The how manieth look that brought data, from 1. */
  readonly look: number;
  readonly worth: Worth;
  readonly most: number;
}

/** The stakes after one more look. A gain that is cut only makes the bets worth less. */
export function placeBets(bets: readonly number[], { look, worth, most }: LookWorth): number[] {
  return alternatives.map((ratio, index) => {
    const stake = logOfSum(bets[index] ?? unplaced, Math.log(stakeAt(look)));
    return rounded(Math.max(stake + Math.min(worth(ratio), most), unplaced));
  });
}

/** What all bets are worth together with the stake that is kept, as a logarithm; 0 before the first look. */
export function worthOf(bets: readonly number[], looks: number): number {
  const placed = bets.reduce((sum, log) => logOfSum(sum, log), unplaced) - Math.log(alternatives.length);
  return logOfSum(placed, Math.log(keptAfter(looks)));
}

/** Half of the stake is placed at the first look, the rest in ever smaller parts, all of it in the end. */
const stakeAt = (look: number): number => (look === 1 ? 0.5 : 0.5 / (look * (look - 1)));
const keptAfter = (looks: number): number => (looks === 0 ? 1 : 0.5 / looks);

const logOfSum = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

/** Six decimals: what is stored stays short. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
