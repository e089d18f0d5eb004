/** One profile's state on one screen: what is wanted beside what is, how the guard judges it, then the nodes as squares. */

import type { ProfileStatus, Rollout, UndoneVersion } from '../../control/see/status/status.js';
import { guardFigures, guardLines, verdictWords } from './guard-lines.js';
import { ago, bar, byWord, count, duration, factLines, timeOfDay } from './layout.js';
import { logWords } from './log-words.js';
import { type Paint, padTo, widthOf } from './paint.js';
import { nodeSquares } from './squares.js';

/** A page is not drawn wider than this, however wide the terminal is. */
const pageColumnsMax = 100;
/** Entries of the log that a page shows. */
const entriesShown = 4;
/** Refusals that are shown with their reasons; the rest is counted. */
const refusalsShown = 3;
/** A version that is younger is shown with the way to undo it. */
const freshMs = 60 * 60 * 1000;

export interface RolloutLook {
  /** Width of the screen. */
  readonly columns: number;
  /** ISO 8601, UTC: what ages are counted from. */
  readonly now: string;
  readonly paint: Paint;
  /** Leaves out what a small screen has no room for. */
  readonly isBrief?: boolean;
}

/** Everything known of one profile, for people: complete lines, none wider than `columns`. */
export function renderRollout(profile: ProfileStatus, given: RolloutLook): readonly string[] {
  const look = { ...given, columns: Math.min(given.columns, pageColumnsMax) };
  const { paint, columns } = look;
  const facts = [
    ...versionFacts(profile, look),
    ...rolloutFacts(profile, look),
    ...fleetFacts(profile, look),
    ...guardFacts(profile, look),
  ];
  const figures = isTelling(profile) && profile.guard ? guardFigures(profile.guard, columns - 4, paint) : [];
  const squares = nodeSquares(profile, { columns: columns - 2, paint });
  return [
    ...title(profile, look),
    ...indent(factLines(facts, columns - 2)),
    ...indent(figures, 4),
    ...(squares.length > 0 ? ['', ...indent(squares)] : []),
    ...(given.isBrief ? [] : events(profile, look)),
    ...nextSteps(profile, look),
  ];
}

/** The newest deployment is under way, or did not end well: its figures matter. */
const isOpen = ({ rollout, undone, guard }: ProfileStatus): boolean =>
  rollout !== undefined || undone !== undefined || guard?.verdict === 'unhealthy';

/** What spoke against a version when the guard last looked is told of one that completed, too. */
const isTelling = (profile: ProfileStatus): boolean =>
  isOpen(profile) ||
  (profile.guard?.signals ?? []).some(
    ({ figures, level }) => figures && (level === 'open' || level === 'suspect' || level === 'bad'),
  );

const indent = (lines: readonly string[], columns = 2): string[] =>
  lines.map((line) => `${' '.repeat(columns)}${line}`);

function title(profile: ProfileStatus, { paint, columns }: RolloutLook): readonly string[] {
  const [left, right] = [paint.strong(profile.address), stateWords(profile, paint)];
  if (widthOf(left) + 2 + widthOf(right) > columns) return [left, `  ${right}`];
  return [padTo(left, columns - widthOf(right)) + right];
}

/** `● rolling out, healthy, 1 refused`. */
export function stateWords(profile: ProfileStatus, paint: Paint): string {
  const { state, nodes } = profile;
  const words = {
    unpublished: paint.dim('○ nothing published yet'),
    unknown: paint.dim('○ nothing published lately'),
    unreadable: paint.warn('? AppConfig cannot be read'),
    'rolling-out': paint.warn('● rolling out'),
    baking: paint.warn('● offered to all, baking'),
    deployed: paint.good('● deployed'),
    'rolling-back': paint.bad('● rolling back'),
    'rolled-back': paint.bad(`● rolled back${undoneByWords(profile.undone)}`),
  }[state];
  const refused = nodes.refused.length > 0 ? paint.bad(`, ${nodes.refused.length} refused`) : '';
  return words + judgedWords(profile, paint) + refused + gitWords(profile, paint);
}

function undoneByWords(undone: UndoneVersion | undefined): string {
  switch (undone?.by) {
    case 'guard':
      return ' by the guard';
    case 'guard-failure':
      return ': the guard failed';
    case 'alarm':
      return ' by an alarm';
    case 'person':
      return ` by ${undone.said?.author || 'hand'}`;
    default:
      return '';
  }
}

function judgedWords({ state, guard }: ProfileStatus, paint: Paint): string {
  if (guard === undefined || (state !== 'rolling-out' && state !== 'baking')) return '';
  if (guard.blind) return paint.bad(', guard blind');
  const style = { healthy: paint.good, unhealthy: paint.bad, inconclusive: paint.warn }[guard.verdict];
  return style(`, ${verdictWords[guard.verdict]}`);
}

const gitWords = ({ fileDrift }: ProfileStatus, paint: Paint): string =>
  fileDrift === undefined ? '' : paint.bad(`; git still says v${fileDrift.version}`);

type Fact = readonly [name: string, value: string];

function versionFacts(profile: ProfileStatus, look: RolloutLook): Fact[] {
  const { deployed, rollout, undone, isDeployedUnknown, fileDrift } = profile;
  const shown = rollout ?? deployed;
  const facts: Fact[] = [];
  if (shown) {
    const before = deployed?.version ?? (isDeployedUnknown ? 'unknown' : 'nothing');
    facts.push(['Version', `${shown.version}${rollout ? ` ← ${before}` : ''}  ${about(shown, look)}`]);
    if (shown.forced) facts.push(['Forced', byWord(look.paint.warn, shown.forced)]);
  } else if (isDeployedUnknown) {
    facts.push(['Version', 'unknown: whatever is deployed is further back than was read']);
  }
  if (undone) facts.push(...undoneFacts(undone, profile.guard, look));
  if (fileDrift) {
    facts.push(['Git', `${fileDrift.file} still says version ${fileDrift.version}, which was taken back`]);
  }
  return facts;
}

function undoneFacts(undone: UndoneVersion, guard: ProfileStatus['guard'], look: RolloutLook): Fact[] {
  const { paint, now } = look;
  const when = byWord(paint.dim, `taken back ${ago(undone.at, now)} at ${undone.percentage} %`);
  const facts: Fact[] = [['Undone', `${paint.bad(String(undone.version))}  ${about(undone, look)}, ${when}`]];
  if (undone.by === 'guard-failure') {
    facts.push(['', 'the guard did not answer AppConfig, which rolls back then: the version may be sound']);
  }
  if (undone.said?.reason) facts.push(['', `because: "${undone.said.reason}"`]);
  // What the guard said stands beside its figures, if it came to keep them.
  if (undone.why && !(undone.by === 'guard' && guard?.verdict === 'unhealthy')) facts.push(['', undone.why]);
  return facts;
}

/** `"raise the limit"  anna · 3f2c1e9 · 4 min ago`. */
function about(
  version: { author: string; reason: string; startedAt: string; commit?: string },
  { now, paint }: RolloutLook,
): string {
  const parts = [version.author, version.commit?.slice(0, 7), ago(version.startedAt, now)].filter(Boolean);
  const reason = version.reason && `"${version.reason}"  `;
  return reason + byWord(paint.dim, parts.join(' · '));
}

function rolloutFacts({ rollout, nodes, state }: ProfileStatus, { paint, now }: RolloutLook): Fact[] {
  if (!rollout) return [];
  const live = liveOf(nodes);
  const some =
    live > 0 && rollout.percentage < 100 ? `  about ${nodes.offered} of ${count(live, 'node')}` : '';
  return [
    ['Strategy', strategyWords(rollout, { now, isEnding: state === 'rolling-back' })],
    ['Offered', `${paint.code(bar(rollout.percentage))} ${rollout.percentage} %${some}`],
  ];
}

/** `linear-20 · step 2/5 · next step in about 41 s · bake 10 min`. */
function strategyWords(rollout: Rollout, { now, isEnding }: { now: string; isEnding: boolean }): string {
  const { strategy, step, steps, nextStepAt, bakesUntil, durationMinutes, bakeMinutes } = rollout;
  const until = (instant: string) => duration(Date.parse(instant) - Date.parse(now));
  const parts: string[] = [strategy ?? `over ${count(durationMinutes, 'minute')}`];
  if (step !== undefined) parts.push(`step ${step}/${steps}`);
  if (nextStepAt && !isEnding) {
    parts.push(`${step === steps ? 'bake begins' : 'next step'} in about ${until(nextStepAt)}`);
  }
  if (bakesUntil && !isEnding) parts.push(`about ${until(bakesUntil)} of the bake left`);
  else parts.push(bakeMinutes === 0 ? 'no bake' : `bake ${bakeMinutes} min`);
  return parts.join(' · ');
}

const liveOf = ({ holding, waiting, refused }: ProfileStatus['nodes']): number =>
  holding.length + waiting.length + refused.length;

function fleetFacts(profile: ProfileStatus, { now, paint }: RolloutLook): Fact[] {
  const { nodes, rollout, deployed } = profile;
  const live = liveOf(nodes);
  const facts: Fact[] = [];
  if (nodes.isUnread) facts.push(['Nodes', byWord(paint.warn, 'unknown: their records cannot be read')]);
  else if (live === 0) facts.push(['Nodes', byWord(paint.dim, absence(nodes.lastReportAt, now))]);
  else if (rollout ?? deployed) facts.push(['Held by', heldWords(profile, live)]);
  for (const [index, { node, reason }] of nodes.refused.slice(0, refusalsShown).entries()) {
    facts.push([index === 0 ? 'Refused' : '', `${node}  ${byWord(paint.bad, reason)}`]);
  }
  const more = nodes.refused.length - refusalsShown;
  if (more > 0) facts.push(['', `and ${more} more`]);
  if (nodes.keeping.length > 0) {
    const kept = `${named(nodes.keeping.map(({ node }) => node))}: a version that was taken back`;
    facts.push(['Keeping', byWord(paint.warn, kept)]);
  }
  if (nodes.overridden.length > 0) {
    facts.push(['Override', byWord(paint.warn, `${named(nodes.overridden)}: by hand, on the node`)]);
  }
  if (nodes.silent.length > 0) facts.push(['Silent', byWord(paint.bad, named(nodes.silent))]);
  return facts;
}

/**
 * `15/40 nodes (38 %)  half after 3 s · 95 % after 11 s`: since the deployment's start, which says nothing of nodes that
 * came back to it from one that was undone.
 */
function heldWords({ nodes, undone, state }: ProfileStatus, live: number): string {
  const { holding, arrivals } = nodes;
  const share = `${holding.length}/${count(live, 'node')} (${Math.round((100 * holding.length) / live)} %)`;
  if (undone !== undefined || state === 'rolling-back') return share;
  const after = (name: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${name} after ${duration(ms)}`];
  const times = [
    ...after('half', arrivals.to50PercentMs),
    ...after('95 %', arrivals.to95PercentMs),
    ...after('all', arrivals.to100PercentMs),
  ];
  return times.length === 0 ? share : `${share}  ${times.join(' · ')}`;
}

/** `3 of them: a, b, c`; names beyond a few are only counted. */
function named(nodes: readonly string[]): string {
  const shown = nodes.slice(0, 4).join(', ');
  return nodes.length > 4
    ? `${nodes.length}: ${shown} and ${nodes.length - 4} more`
    : `${nodes.length}: ${shown}`;
}

const absence = (lastReportAt: string | undefined, now: string): string =>
  lastReportAt === undefined
    ? 'none reports'
    : `none: no report for ${duration(Date.parse(now) - Date.parse(lastReportAt))}`;

function guardFacts(profile: ProfileStatus, { now, paint }: RolloutLook): Fact[] {
  const { guard, rollout, state } = profile;
  if (guard === undefined) {
    if (rollout === undefined || state === 'rolling-back') return [];
    const none = rollout.strategy === 'immediate' ? 'none: everybody gets it at once' : 'has not looked yet';
    return [['Guard', byWord(paint.dim, none)]];
  }
  // A sentence of nothing to judge by says so itself.
  const verdict = guard.verdict === 'inconclusive' ? '' : `${verdictWords[guard.verdict]}: `;
  if (!isOpen(profile)) return [['Guard', verdict + guard.summary]];
  const [head, ...words] = guardLines(guard, now, paint);
  return [['Guard', head], ...words.map((line): Fact => ['', line])];
}

function events({ log, rollout, undone }: ProfileStatus, { columns, paint }: RolloutLook): readonly string[] {
  if (rollout === undefined && undone === undefined) return [];
  const facts = log.slice(-entriesShown).map(
    (entry): Fact => [
      paint.dim(timeOfDay(entry.occurredAt)),
      // Why it was taken back stands above.
      undone && entry.type === 'ROLLBACK_STARTED' ? 'rolling back' : logWords(entry),
    ],
  );
  return ['', `  ${paint.dim('EVENTS (UTC)')}`, ...indent(factLines(facts, columns - 2))];
}

function nextSteps(profile: ProfileStatus, { paint, columns, now }: RolloutLook): readonly string[] {
  const steps = stepsOf(profile, now).flatMap(([why, command]) =>
    factLines([[`${paint.dim('→')}`, `${why}${byWord(paint.code, command)}`]], columns - 2),
  );
  return steps.length === 0 ? [] : ['', ...indent(steps)];
}

/** What one may type next, each with why where that is not plain. */
function stepsOf(profile: ProfileStatus, now: string): (readonly [why: string, command: string])[] {
  const { nodes, address, state, fileDrift, isDeployedUnknown, undone } = profile;
  const cluster = address.split('/').slice(0, 2).join('/');
  const steps: (readonly [string, string])[] = [];
  if ([nodes.refused, nodes.silent, nodes.keeping, nodes.overridden].some((some) => some.length > 0)) {
    steps.push(['why: ', `veltrix nodes ${cluster} --behind`]);
  }
  if (fileDrift) {
    const commit = undone?.commit?.slice(0, 12);
    steps.push(['agree with the fleet: ', commit ? `git revert ${commit}` : `correct ${fileDrift.file}`]);
    steps.push(['or again: ', `veltrix publish ${address} --force -m "…"`]);
  }
  if (state === 'unpublished') steps.push(['', `veltrix publish ${address} -m "…"`]);
  if (isDeployedUnknown) steps.push(['', `veltrix get ${address}`]);
  if (isUndoable(profile, now)) steps.push(['undo: ', `veltrix rollback ${address}`]);
  return steps;
}

function isUndoable({ state, deployed }: ProfileStatus, now: string): boolean {
  if (state === 'rolling-out' || state === 'baking') return true;
  // Nothing can have been before a profile's first version.
  return (
    state === 'deployed' &&
    deployed?.version !== 1 &&
    Date.parse(now) - Date.parse(deployed?.startedAt ?? '') < freshMs
  );
}
