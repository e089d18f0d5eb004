/** Facts about nodes that took the version, or would not: no statistics, so they count within one look. */

import { heldUpMaxMs } from '../fleet/liveness.js';
import type { Finding, Level } from './findings.js';
import type { Look } from './look.js';
import type { NodeObservation } from './observations.js';
import type { GuardSignal } from './settings.js';
import type { NodeState } from './state.js';
import { listed } from './words.js';

/** New lives within five minutes that make a crash loop. */
const crashLoopRestarts = 2;
/** As many failing nodes, or this share of those that took the version, are no coincidence. */
const [failingNodes, failingShare] = [2, 0.2];
/** Nodes come and go: of a large fleet at least this share must die before it is the version's doing. */
const chanceShare = 0.01;
/** The last words of nodes whose shard is held up are as far apart as their usual reports, and batches on their way. */
const oneMomentMs = 15_000;
/** Where old nodes fail too, the new ones must fail this many times as often. */
const timesAsOften = 3;

interface NodeFact {
  readonly seen: NodeObservation;
  readonly node: NodeState;
}

interface Fact {
  readonly signal: Extract<GuardSignal, 'refusals' | 'crashes' | 'silence' | 'health'>;
  readonly fails: (fact: NodeFact) => boolean;
  /** `took it fell silent`. */
  readonly verb: string;
  /** True where chance alone brings it about on a single node now and then. */
  readonly byChance: boolean;
  /** How often a node failed, where that can be counted. */
  readonly times: (node: NodeState) => number;
  /** True where what nodes seem to do may be what happens to their reports. */
  readonly mayBeHeldUp?: true;
}

interface Arms {
  readonly look: Look;
  readonly tested: readonly NodeFact[];
  readonly old: readonly NodeFact[];
}

const facts: readonly Fact[] = [
  {
    signal: 'crashes',
    fails: isCrashLoop,
    verb: 'took it restarted again and again',
    byChance: false,
    times: (n) => n.restarts,
  },
  {
    signal: 'silence',
    fails: ({ node }) => node.silent,
    verb: 'took it fell silent',
    byChance: true,
    times: (n) => n.silences,
    mayBeHeldUp: true,
  },
  {
    signal: 'health',
    fails: isDegraded,
    verb: 'took it say they are degraded',
    byChance: true,
    times: () => 1,
  },
];

/** One finding per kind of fact. */
export function judgeFacts(look: Look, nodes: Readonly<Record<string, NodeState>>): Finding[] {
  const all = look.nodes.flatMap((seen) => {
    const node = nodes[seen.node];
    return node ? [{ seen, node }] : [];
  });
  const tested = all.filter(({ node }) => node.appliedAtMs !== undefined);
  const old = all.filter(({ node }) => node.appliedAtMs === undefined);
  return [judgeRefusals(look, all), ...facts.map((fact) => judgeFact(fact, { look, tested, old }))];
}

/** A refusal is never by chance, and never of an old version: who refuses it was offered it. */
function judgeRefusals(look: Look, all: readonly NodeFact[]): Finding {
  const { label } = look.deployment;
  const refusing = all.filter(({ seen }) => seen.refused?.label === label);
  const offered = all.filter(
    ({ seen, node }) => node.appliedAtMs !== undefined || seen.refused?.label === label,
  );
  const isAll = refusing.length === offered.length;
  const level =
    refusing.length > 0 && (isAll || isMany(refusing.length, offered.length)) ? 'bad' : suspectIf(refusing);
  const reason = refusing[0]?.seen.refused?.reason;
  return {
    signal: 'refusals',
    test: 'facts',
    level,
    words:
      said(refusing, offered.length, 'were offered it refused it') +
      (reason === undefined ? '' : `: ${reason}`),
  };
}

function judgeFact(fact: Fact, arms: Arms): Finding {
  const { tested, old } = arms;
  const failing = tested.filter(fact.fails);
  const oldFailing = old.filter(fact.fails).length;
  const oldShare = oldFailing / Math.max(old.length, 1);
  const isTheirs = failing.length / Math.max(tested.length, 1) < timesAsOften * oldShare;
  const heldUp = fact.mayBeHeldUp === true && mayBeHeldUp(failing, arms);
  const isBad = !isTheirs && !heldUp && isConclusive(fact, failing, tested.length);
  const words =
    said(failing, tested.length, fact.verb) +
    (oldFailing > 0 ? `; so did ${oldFailing} of ${old.length} old` : '') +
    (heldUp ? '; at one moment, so their reports may be held up' : '');
  return { signal: fact.signal, test: 'facts', level: isBad ? 'bad' : suspectIf(failing), words };
}

/**
 * A shard of the stream that lags takes the voice of its nodes, old and new, at one moment. An old node that went with them
 * says so, and where no old node speaks any more, none could: such a silence counts once it outlasts every lag.
 */
function mayBeHeldUp(failing: readonly NodeFact[], { look, old }: Arms): boolean {
  const lastMs = failing.map(({ seen }) => seen.arrivedAtMs);
  const [firstMs, latestMs] = [Math.min(...lastMs), Math.max(...lastMs)];
  const newestMs = Math.max(...look.nodes.map(({ arrivedAtMs }) => arrivedAtMs));
  if (failing.length === 0 || latestMs - firstMs > oneMomentMs || newestMs - latestMs > heldUpMaxMs)
    return false;
  const isWithThem = ({ seen }: NodeFact) =>
    Math.abs(seen.arrivedAtMs - firstMs) <= oneMomentMs && seen.silent;
  const speaks = ({ seen }: NodeFact) => !seen.silent && seen.health !== 'stopped';
  return old.some(isWithThem) || !old.some(speaks);
}

function isConclusive(fact: Fact, failing: readonly NodeFact[], tested: number): boolean {
  if (tested === 1) return failing.some(({ node }) => fact.times(node) >= 2);
  if (failing.length >= failingNodes) return failing.length >= chanceShare * tested;
  return !fact.byChance && isMany(failing.length, tested);
}

const isMany = (failing: number, of: number): boolean =>
  failing >= failingNodes || (of > 1 && failing > 0 && failing >= failingShare * of);

const suspectIf = (failing: readonly NodeFact[]): Level => (failing.length > 0 ? 'suspect' : 'fine');

function isCrashLoop({ node }: NodeFact): boolean {
  return node.restarts >= crashLoopRestarts;
}

function isDegraded({ seen }: NodeFact): boolean {
  return seen.health === 'degraded';
}

function said(failing: readonly NodeFact[], of: number, verb: string): string {
  const names = failing.map(({ seen }) => seen.node);
  const who = failing.length === 0 ? 'none' : `${failing.length}`;
  return `${who} of ${of} nodes that ${verb}${names.length === 0 ? '' : ` (${listed(names)})`}`;
}
