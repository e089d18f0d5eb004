/** What retiring a profile, or versions of one, does: as lines for people. */

import type { RetirementDone, RetirementPlan } from '../../control/act/retire/retire.js';
import type { VersionsPlan } from '../../control/act/retire/versions.js';
import { count, type Page, provenance } from '../terminal/layout.js';
import type { Paint } from '../terminal/paint.js';
import { type MarkedLine, markedLines, widthFor } from './marked-lines.js';

interface Look extends Page {
  readonly paint: Paint;
}

/** What goes, before anybody is asked; nothing is in the way. */
export function describeRetirementPlan(plan: RetirementPlan, look: Look): readonly string[] {
  const { paint } = look;
  const { target, profile, versions, newest, environments } = plan;
  const lines: MarkedLine[] = [
    [
      paint.warn('✖'),
      `${paint.strong(profile)} goes, with ${count(versions, 'version')}, in all its environments`,
    ],
    ...(newest ? [[paint.dim('·'), newestWords(newest, paint)] as const] : []),
    ...environments.map((use) => [paint.dim('·'), environmentWords(use)] as const),
    [paint.good('✔'), 'no file and no stack names it, no node holds it, nothing of it may be reverted'],
  ];
  return [paint.dim(target), ...markedLines(lines, widthFor(look))];
}

const newestWords = (newest: NonNullable<RetirementPlan['newest']>, paint: Paint): string =>
  `the newest is ${newest.label ?? newest.version}  ${provenance(newest, paint)}`;

function environmentWords({
  environment,
  deployedVersion,
  deployments,
}: RetirementPlan['environments'][number]) {
  const deployed =
    deployedVersion === undefined ? 'nothing is deployed' : `version ${deployedVersion} is deployed`;
  return `${environment}: ${deployed}, ${count(deployments, 'deployment')} in its history, which stay`;
}

export function describeRetired(
  { profile, versions, retired }: RetirementDone,
  look: Look,
): readonly string[] {
  const { paint } = look;
  const words = `${paint.strong(profile)} is retired, with ${count(versions, 'version')}`;
  return markedLines([[paint.good('✔'), `${words}  ${provenance(retired, paint)}`]], widthFor(look));
}

export function describeVersionsPlan({ target, ...plan }: VersionsPlan, look: Look): readonly string[] {
  const { paint } = look;
  const lines: MarkedLine[] = [
    [paint.warn('✖'), `${goes(plan, paint)}: ${rangesOf(plan.removes)}`],
    [paint.dim('·'), 'what is deployed, may be gone back to by a revert, or waits in a queue stays'],
  ];
  return [paint.dim(target), ...markedLines(lines, widthFor(look))];
}

export function describeVersions(plan: VersionsPlan, look: Look): readonly string[] {
  const { paint } = look;
  const { profile, versions, removes } = plan;
  const line: MarkedLine =
    removes.length === 0
      ? [paint.good('='), `${paint.strong(profile)}: none of ${count(versions, 'version')} can go`]
      : [paint.good('✔'), `${goes(plan, paint)}; ${versions - removes.length} stay`];
  return markedLines([line], widthFor(look));
}

const goes = ({ profile, versions, removes }: Omit<VersionsPlan, 'target'>, paint: Paint): string =>
  `${paint.strong(profile)}: ${removes.length} of ${count(versions, 'version')} ${removes.length === 1 ? 'goes' : 'go'}`;

/** `1–40, 42 and 44–60`: of numbers in their order. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}
