/**
 * The guard of a rollout: does the fleet itself say that the version under test does harm? Facts first, then a comparison of
 * the nodes that hold it with those that do not, then the owner's ceilings. No data is never a failure, and never health.
 */

import { withinBounds } from './bounds.js';
import { ceilingOf, countOverCeiling } from './counting/ceilings.js';
import {
  addPast,
  addPeers,
  type CountedSignal,
  countLook,
  keepMinutes,
  pastRate,
  startOfSignal,
} from './counting/comparison.js';
import { hasData, judgeCounts } from './counting/counts.js';
import { addTallies, type Delta, takeIn } from './counting/ledger.js';
import { judgeFacts } from './facts.js';
import { actionOf, type Finding, type GuardAction, strongest } from './findings.js';
import type { Look } from './look.js';
import { heardSince, type NodeObservation, newestOfEach } from './observations.js';
import { withoutRollback } from './settings.js';
import { emptyTally, type GuardState, type SignalState, type Tally } from './state.js';
import { counted } from './words.js';

export type Verdict = 'healthy' | 'unhealthy' | 'inconclusive';

export interface Judgement {
  readonly verdict: Verdict;
  /** What the owner's settings want done; `none` when there is nothing, or the guard is off. */
  readonly action: GuardAction;
  /** One sentence for the log of the deployment. */
  readonly summary: string;
  readonly findings: readonly (Finding & { readonly action: GuardAction })[];
  /** Nodes seen with the version, and on the previous one; those that left are not among them. */
  readonly nodes: { readonly tested: number; readonly previous: number };
  /** For the next look. */
  readonly state: GuardState;
}

/** Judges a rollout by one look at its fleet and the memory of those before. Same input, same answer. */
export function judgeRollout(given: Look): Judgement {
  const look = {
    ...given,
    nodes: heardSince(newestOfEach(given.nodes)),
    settings: given.deployment.undoes === undefined ? given.settings : withoutRollback(given.settings),
  };
  const state = remember(look);
  const found = [...judgeFacts(look, state.nodes), ...judgeCounts(look, state)];
  const verdict = verdictOf(found, hasData(look, state));
  const findings = [...found, ...atTheEnd(look, verdict)].map((finding) => ({
    ...finding,
    action: actionOf(finding, look.settings),
  }));
  const action = strongest(findings.map((finding) => finding.action));
  const nodes = {
    tested: holding(look, state, look.deployment.label),
    previous: holding(look, state, look.deployment.previousLabel),
  };
  const summary = summarize(look, { verdict, findings, state }) + sparing(given, findings);
  return { verdict, action, summary, findings, nodes, state };
}

const holding = ({ nodes }: Look, state: GuardState, label: string | undefined): number =>
  nodes.filter(
    (seen) =>
      label !== undefined &&
      seen.label === label &&
      seen.health !== 'stopped' &&
      Object.hasOwn(state.nodes, seen.node),
  ).length;

function remember(look: Look): GuardState {
  const { number, label } = look.deployment;
  const known =
    look.previous?.deployment === number && look.previous.label === label ? look.previous : undefined;
  const { nodes: all, deltas } = takeIn(look, known);
  const nodes = withinBounds(all, look.nodes);
  const sums = sumOf(deltas);
  const before =
    known?.before ??
    Object.values(nodes)
      .map((node) => node.previous)
      .reduce(addTallies, emptyTally);
  const minutes = keepMinutes(known?.minutes ?? [], sums.previous, look.lookedAtMs);
  const next = (signal: CountedSignal) =>
    nextOf(known?.[signal] ?? startOfSignal, { look, signal, deltas, sums, past: { before, minutes } });
  return {
    form: 1,
    deployment: number,
    label,
    lookedAtMs: look.lookedAtMs,
    nodes,
    tested: addTallies(known?.tested ?? emptyTally, sums.tested),
    previous: addTallies(known?.previous ?? emptyTally, sums.previous),
    before,
    minutes,
    errors: next('errors'),
    slow: next('slow'),
  };
}

interface Step {
  readonly look: Look;
  readonly signal: CountedSignal;
  readonly deltas: readonly Delta[];
  readonly sums: { readonly tested: Tally; readonly previous: Tally };
  readonly past: Pick<GuardState, 'before' | 'minutes'>;
}

function nextOf(known: SignalState, { look, signal, deltas, sums, past }: Step): SignalState {
  const counts = countLook(deltas, signal);
  const percent = ceilingOf(look.settings, signal);
  return {
    peers: addPeers(known.peers, counts),
    past: addPast(known.past, counts, pastRate(past, signal, sums.tested[0])),
    overCeiling: countOverCeiling(known.overCeiling, sums, { signal, percent }),
  };
}

const sumOf = (deltas: readonly Delta[]) => ({
  tested: deltas.map(({ tested }) => tested).reduce(addTallies, emptyTally),
  previous: deltas.map(({ previous }) => previous).reduce(addTallies, emptyTally),
});

function verdictOf(findings: readonly Finding[], isJudged: boolean): Verdict {
  if (findings.some(({ level }) => level === 'bad')) return 'unhealthy';
  if (!isJudged || findings.some(({ level }) => level === 'suspect' || level === 'open'))
    return 'inconclusive';
  return 'healthy';
}

/** A critical profile does not keep what nobody could judge. */
function atTheEnd({ deployment, settings }: Look, verdict: Verdict): Finding[] {
  if (verdict !== 'inconclusive' || deployment.isLastLook !== true) return [];
  if (settings.inconclusiveAtTheEnd === 'accept') return [];
  return [
    {
      signal: 'errors',
      test: 'end',
      level: 'bad',
      words: 'the rollout ends and could not be judged, and its owner accepts no such version',
    },
  ];
}

type Judged = Pick<Judgement, 'verdict' | 'findings' | 'state'>;

function summarize(look: Look, judged: Judged): string {
  const isWatched = ({ node }: NodeObservation) => Object.hasOwn(judged.state.nodes, node);
  const isPart = look.isSample === true || look.nodes.some((seen) => !seen.silent && !isWatched(seen));
  const watched = counted(look.nodes.filter(isWatched).length);
  return describe(look, judged) + (isPart ? ` (by ${watched} nodes, a part of the fleet)` : '');
}

/** Where a person reads of harm, he reads why nothing is done about it. */
function sparing({ deployment, settings }: Look, findings: readonly Finding[]): string {
  const isSpared = findings.some((found) => actionOf(found, settings) === 'rollback');
  if (!isSpared || deployment.undoes === undefined) return '';
  return `; it goes on, since it takes back deployment ${deployment.undoes}`;
}

function describe(look: Look, { verdict, findings, state }: Judged): string {
  const worst = ['rollback', 'warn', 'observe'].flatMap((action) =>
    findings.filter((found) => found.action === action),
  );
  if (worst[0]) return worst[0].words;
  const nodes = Object.values(state.nodes).filter((node) => node.counted).length;
  const seen = `${counted(state.tested[0])} requests on ${nodes} ${nodes === 1 ? 'node' : 'nodes'} with the version`;
  const stage = look.deployment.state === 'BAKING' ? 'baking' : `at ${look.deployment.percentage} %`;
  if (verdict === 'healthy') return `${stage}: no sign of harm in ${seen}`;
  return `${stage}: not judged, ${seen}`;
}
