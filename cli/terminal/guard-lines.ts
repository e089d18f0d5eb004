/** What the guard makes of a rollout: its verdict in a sentence, then a line of figures for each comparison. */

import type { GuardReport, SignalReport } from '../../core/guard/report.js';
import { ago, byWord, compact, count, table } from './layout.js';
import { type Paint, widthOf } from './paint.js';

const barCells = 8;
/** Eighths of a cell, so that a little evidence is seen as little. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const evidenceShownMax = 1_000_000;

const levelWords: Readonly<Record<SignalReport['level'], string>> = {
  bad: 'worse',
  suspect: 'suspect',
  open: 'open',
  fine: 'healthy',
  unknown: 'no data',
};

export const verdictWords: Readonly<Record<GuardReport['verdict'], string>> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  inconclusive: 'not judged',
};

/** Its verdict with what it saw, then what it says in words; that it is blind comes before anything else. */
export function guardLines(report: GuardReport, now: string, paint: Paint): readonly [string, ...string[]] {
  const words = [summaryOf(report, now, paint), ...guardWords(report, paint)] as const;
  const { blind } = report;
  if (blind === undefined) return words;
  const isBlind = `blind for ${count(blind.looks, 'look')}, nobody judges this rollout: ${blind.why}`;
  return [byWord(paint.bad, isBlind), ...words];
}

/** `not judged · look 4, 12 s ago · 15 nodes with it, 25 without`. */
function summaryOf({ verdict, looks, lookedAtMs, nodes }: GuardReport, now: string, paint: Paint): string {
  const at = new Date(lookedAtMs).toISOString();
  const seen = `${count(nodes.tested, 'node')} with it, ${nodes.previous} without`;
  return `${paintVerdict(verdict, paint)} · look ${looks}, ${ago(at, now)} · ${seen}`;
}

function paintVerdict(verdict: GuardReport['verdict'], paint: Paint): string {
  const style = { healthy: paint.good, unhealthy: paint.bad, inconclusive: paint.warn }[verdict];
  return byWord(style, verdictWords[verdict]);
}

/** The sentence of its last look, and each fact that is not fine. A blind look's says no more than that it is blind. */
function guardWords({ summary, signals, action, blind }: GuardReport, paint: Paint): readonly string[] {
  const facts = signals.filter(
    ({ figures, level, words }) => !figures && (level === 'bad' || level === 'suspect') && words !== summary,
  );
  return [
    ...(blind === undefined ? [summary] : []),
    ...(action === 'warn' ? [byWord(paint.warn, 'a warning: its profile does not roll back for this')] : []),
    ...facts.map(({ words }) => words),
  ];
}

/** A line for each comparison, in so many columns: the bar goes first where there is no room. */
export function guardFigures({ signals }: GuardReport, columns: number, paint: Paint): readonly string[] {
  const compared = signals.filter(hasFigures);
  for (const parts of [['ratio', 'bar'], ['ratio'], []]) {
    const lines = table(compared.map((signal) => figures(signal, parts, paint)));
    if (parts.length === 0 || lines.every((line) => widthOf(line) <= columns)) return lines;
  }
  return [];
}

type Compared = SignalReport & Required<Pick<SignalReport, 'figures'>>;

const hasFigures = (signal: SignalReport): signal is Compared => signal.figures !== undefined;

function figures({ signal, test, level, figures: both }: Compared, parts: readonly string[], paint: Paint) {
  const { tested, previous, evidence, neededEvidence } = both;
  const style = {
    bad: paint.bad,
    suspect: paint.warn,
    open: paint.warn,
    fine: paint.good,
    unknown: paint.dim,
  };
  return [
    signal,
    `new ${share(tested)}`,
    `${test === 'past' ? 'past' : 'old'} ${share(previous)}`,
    ...(parts.includes('ratio') ? [timesAsBad(tested, previous)] : []),
    ...(parts.includes('bar') ? [style[level](evidenceBar(evidence / neededEvidence))] : []),
    `${evidenceInWords(evidence)}/${compact(neededEvidence)}`,
    style[level](levelWords[level]),
  ];
}

type Share = Compared['figures']['tested'];

const share = ({ bad, requests }: Share): string => `${compact(bad)}/${compact(requests)}`;

/** `0.9×`; nothing where one side has nothing to divide by. */
function timesAsBad(tested: Share, previous: Share): string {
  if (tested.requests === 0 || previous.requests === 0 || previous.bad === 0) return '–';
  const ratio = tested.bad / tested.requests / (previous.bad / previous.requests);
  return ratio < 10 ? `${ratio.toFixed(1)}×` : `${compact(Math.round(ratio))}×`;
}

function evidenceBar(share: number): string {
  const filled = Math.round(Math.min(1, share) * barCells * 8);
  const drawn = '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8];
  // Something is never shown as nothing.
  return (drawn === '' && share > 0 ? '▏' : drawn).padEnd(barCells, '·');
}

function evidenceInWords(evidence: number): string {
  if (evidence > evidenceShownMax) return `>${compact(evidenceShownMax)}`;
  return evidence < 10 ? String(Number(evidence.toFixed(1))) : compact(Math.round(evidence));
}
