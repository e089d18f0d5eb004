/** What the counts of errors and slow requests come to, in words and numbers. */

import type { Finding } from '../findings.js';
import type { Look } from '../look.js';
import type { Evidence, GuardState, Tally } from '../state.js';
import { counted, evidence, evidenceFigure, listed, timesWorse } from '../words.js';
import { ceilingLooks, ceilingOf, ceilingRequestsMin } from './ceilings.js';
import {
  assess,
  type CountedSignal,
  neededConfirmations,
  neededEvidence,
  neededWithoutOne,
  pastRate,
} from './comparison.js';
import { addTallies } from './ledger.js';

const signals = ['errors', 'slow'] as const;
/** With fewer requests, and less than one error to be expected, there is nothing to judge by. */
const requestsMin = ceilingRequestsMin;
/** From here on it is not said that there is no sign of harm. */
const openEvidence = 5;

/** Findings of both proportions: against peers always, against the past and the ceiling where they apply. */
export function judgeCounts(look: Look, state: GuardState): Finding[] {
  return signals.flatMap((signal) => [
    judgeEvidence(state, signal, 'peers'),
    ...(state[signal].past.looks > 0 ? [judgeEvidence(state, signal, 'past')] : []),
    ...judgeCeiling(look, state, signal),
  ]);
}

/** True when there was something to judge by: enough requests, and something to hold them against. */
export function hasData({ settings }: Look, state: GuardState): boolean {
  const [requests] = state.tested;
  const rate = pastRate(
    { before: addTallies(state.before, state.previous), minutes: [] },
    'errors',
    requests,
  );
  const isCompared = state.errors.peers.looks + state.errors.past.looks > 0;
  const isEnough = requests >= requestsMin || requests * (rate ?? 0) >= 1;
  return isEnough && (isCompared || signals.some((signal) => ceilingOf(settings, signal) !== undefined));
}

function judgeEvidence(state: GuardState, signal: CountedSignal, test: Test): Finding {
  const gathered = state[signal][test];
  if (gathered.looks === 0)
    return {
      signal,
      test,
      level: 'unknown',
      words: 'both versions have not served requests at the same time yet',
    };
  const doubt = doubtAbout(state, gathered);
  const { worth } = assess(gathered);
  const isOver = worth >= Math.log(neededEvidence[test]);
  const level = isOver
    ? doubt === ''
      ? 'bad'
      : 'suspect'
    : worth >= Math.log(openEvidence)
      ? 'open'
      : 'fine';
  const words = `${compared(state, signal, test)}; evidence ${evidence(worth)} (needs ${counted(neededEvidence[test])})`;
  const figures = {
    ...sharesOf(state, signal, test),
    evidence: evidenceFigure(worth),
    neededEvidence: neededEvidence[test],
  };
  return { signal, test, level, words: isOver ? words + doubt : words, figures };
}

/** Why evidence over its bar may still be one node's trouble; empty when it is not. */
function doubtAbout(state: GuardState, gathered: Evidence): string {
  const holders = Object.values(state.nodes).filter((node) => node.counted).length;
  if (holders === 1) {
    if (gathered.confirmations >= neededConfirmations) return '';
    return `; one node alone, at ${gathered.confirmations} of ${neededConfirmations} looks in a row`;
  }
  const { weakest, place } = assess(gathered);
  if (weakest >= Math.log(neededWithoutOne)) return '';
  const names = Object.entries(state.nodes).flatMap(([name, node]) => (node.place === place ? [name] : []));
  return `; without ${listed(names)} ${evidence(weakest)} (needs ${neededWithoutOne})`;
}

type Test = 'peers' | 'past';

/** Both arms of a comparison, over all looks. */
function sharesOf(state: GuardState, signal: CountedSignal, test: Test) {
  const share = (tally: Tally) => ({ requests: tally[0], bad: tally[signal === 'errors' ? 1 : 2] });
  const previous = test === 'peers' ? state.previous : addTallies(state.before, state.previous);
  return { tested: share(state.tested), previous: share(previous) };
}

function compared(state: GuardState, signal: CountedSignal, test: Test): string {
  const { tested, previous } = sharesOf(state, signal, test);
  return (
    `new ${counted(tested.bad)} ${signal} in ${counted(tested.requests)} requests, ` +
    `${test === 'peers' ? 'old' : 'before'} ${counted(previous.bad)} in ${counted(previous.requests)}` +
    timesWorse([tested.bad, tested.requests], [previous.bad, previous.requests])
  );
}

function judgeCeiling({ settings }: Look, state: GuardState, signal: CountedSignal): Finding[] {
  const percent = ceilingOf(settings, signal);
  if (percent === undefined) return [];
  const looks = state[signal].overCeiling;
  const level = looks >= ceilingLooks ? 'bad' : looks > 0 ? 'suspect' : 'fine';
  const words = `${signal} over ${percent} % at ${looks} looks in a row (needs ${ceilingLooks})`;
  return [{ signal, test: 'ceiling', level, words }];
}
