/** One profile's state on one screen: what is wanted beside what is, then the nodes as squares. */

import type { ProfileStatus, Rollout } from '../../control/see/status.js';
import { parseLabel } from '../../core/content/content.js';
import { ago, bar, count, duration, provenance, table } from './layout.js';
import { type Paint, padTo, widthOf } from './paint.js';

/** Squares of one row; more nodes are drawn in further rows. */
const squaresPerRow = 40;
/** Width of a page; the state stands at its right edge. */
const pageColumns = 78;
/** More squares than this say nothing: counts do. */
const squaresMax = 400;

interface Look {
  readonly now: string;
  readonly paint: Paint;
}

export function describeProfile(profile: ProfileStatus, look: Look): readonly string[] {
  const facts = [
    ...versionFacts(profile, look),
    ...rolloutFacts(profile, look),
    ...fleetFacts(profile, look),
  ];
  return [
    title(profile, look.paint),
    ...table(facts).map((line) => `  ${line}`),
    ...squares(profile, look.paint),
    ...undo(profile, look.paint),
  ];
}

function title(profile: ProfileStatus, paint: Paint): string {
  const right = stateWords(profile, paint);
  return padTo(paint.strong(profile.address), Math.max(0, pageColumns - widthOf(right))) + right;
}

/** `● rolling out, 1 refused`. */
export function stateWords({ state, nodes }: ProfileStatus, paint: Paint): string {
  const words = {
    unpublished: paint.dim('○ nothing published yet'),
    unknown: paint.dim('○ nothing published lately'),
    'rolling-out': paint.warn('● rolling out'),
    baking: paint.warn('● offered to all, baking'),
    deployed: paint.good('● deployed'),
    'rolling-back': paint.bad('● rolling back'),
    'rolled-back': paint.bad('● rolled back'),
  }[state];
  const refused = nodes.refused.length > 0 ? paint.bad(`, ${nodes.refused.length} refused`) : '';
  return words + refused;
}

type Fact = readonly [name: string, value: string];

function versionFacts(
  { deployed, rollout, undone, isDeployedUnknown }: ProfileStatus,
  { now, paint }: Look,
): Fact[] {
  const shown = rollout ?? deployed;
  const facts: Fact[] = [];
  if (shown) {
    const from = rollout ? ` ← ${deployed?.version ?? (isDeployedUnknown ? 'unknown' : 'nothing')}` : '';
    const about = [provenance(shown, paint), paint.dim(ago(shown.startedAt, now))].filter(Boolean).join('  ');
    facts.push(['Version', `${shown.version}${from}   ${about}`]);
  } else if (isDeployedUnknown) {
    facts.push(['Version', 'unknown: whatever is deployed is further back than was read']);
  }
  if (undone) {
    facts.push([
      'Undone',
      `${paint.bad(String(undone.version))}   ${provenance(undone, paint)}  ${paint.dim(ago(undone.startedAt, now))}`,
    ]);
    if (undone.why) facts.push(['', undone.why]);
  }
  return facts;
}

function rolloutFacts({ rollout }: ProfileStatus, { paint }: Look): Fact[] {
  if (!rollout) return [];
  return [
    ['Strategy', strategyInWords(rollout)],
    ['Offered', `${paint.code(bar(rollout.percentage))} ${rollout.percentage} %`],
  ];
}

function strategyInWords({ strategy, durationMinutes, bakeMinutes }: Rollout): string {
  const times = `${count(durationMinutes, 'minute')}, then bakes ${count(bakeMinutes, 'minute')}`;
  return strategy === undefined ? times : `${strategy} · ${times}`;
}

function fleetFacts({ nodes, rollout, deployed }: ProfileStatus, { now, paint }: Look): Fact[] {
  const live = nodes.holding.length + nodes.waiting.length + nodes.refused.length;
  const facts: Fact[] = [];
  if (live === 0) facts.push(['Nodes', paint.dim(absence(nodes.lastReportAt, now))]);
  else if (rollout ?? deployed) facts.push(['Held by', `${nodes.holding.length}/${count(live, 'node')}`]);
  for (const { node, reason } of nodes.refused.slice(0, 3))
    facts.push(['Refused', `${node}  ${paint.bad(reason)}`]);
  if (nodes.silent.length > 0)
    facts.push(['Silent', `${nodes.silent.length}  ${paint.dim(nodes.silent.slice(0, 4).join(' '))}`]);
  return facts;
}

const absence = (lastReportAt: string | undefined, now: string): string =>
  lastReportAt === undefined
    ? 'none reports'
    : `none: no report for ${duration(Date.parse(now) - Date.parse(lastReportAt))}`;

function squares(profile: ProfileStatus, paint: Paint): readonly string[] {
  const rows = nodeSquares(profile, paint);
  if (rows.length === 0) return [];
  const lines = table([['VERSION', 'NODES', 'STATE'].map(paint.dim), ...rows]);
  return ['', ...lines.map((line) => `  ${line}`)];
}

/** The nodes by version, as rows of a table: ■ holds what is wanted, ▨ refused it, □ holds another one. */
export function nodeSquares(
  { nodes, rollout, deployed }: ProfileStatus,
  paint: Paint,
): (readonly string[])[] {
  const wanted = (rollout ?? deployed)?.label;
  const isWanted = ({ label }: { label?: string }) => label !== undefined && label === wanted;
  const held = nodes.held.find(isWanted)?.count ?? 0;
  const others = nodes.held.filter((group) => !isWanted(group));
  return [
    ...row(versionName(wanted), { count: held, square: paint.good('■'), state: 'hold it' }),
    ...row(versionName(wanted), { count: nodes.refused.length, square: paint.bad('▨'), state: 'refused it' }),
    ...others.flatMap(({ label, count: number }) =>
      row(versionName(label), {
        count: number,
        square: '□',
        state: wanted === undefined ? '' : 'hold it still',
      }),
    ),
  ];
}

function row(
  version: string,
  group: { count: number; square: string; state: string },
): (readonly string[])[] {
  if (group.count > squaresMax) return [[version, group.square, `${group.count} ${group.state}`]];
  const full = Math.ceil(group.count / squaresPerRow);
  return Array.from({ length: full }, (_, index) => {
    const drawn = group.square.repeat(Math.min(squaresPerRow, group.count - index * squaresPerRow));
    return index === 0 ? [version, drawn, `${group.count} ${group.state}`.trim()] : ['', drawn, ''];
  });
}

/** `18` of `v18-1f2e3d4c`; a label that Veltrix did not give as it is. */
function versionName(label: string | undefined): string {
  if (label === undefined) return 'default';
  return String(parseLabel(label)?.version ?? label);
}

function undo({ nodes, address, state, isDeployedUnknown }: ProfileStatus, paint: Paint): readonly string[] {
  const cluster = address.split('/').slice(0, 2).join('/');
  const next = [];
  if (nodes.refused.length > 0 || nodes.silent.length > 0) next.push(`veltrix nodes ${cluster} --behind`);
  if (state === 'unpublished') next.push(`veltrix publish ${address} -m "…"`);
  if (isDeployedUnknown) next.push(`veltrix get ${address}`);
  return next.length === 0
    ? []
    : ['', ...next.map((command) => `  ${paint.dim('→')} ${paint.code(command)}`)];
}
