/** What somebody should know before publishing: who may refuse it, what could not be gone back to, how well it can be judged. */

import { checkValue } from '../../../core/content/content.js';
import { type StrategyName, strategies, strategyNames } from '../../../core/delivery/strategies.js';
import { describeProblem } from '../../../core/errors.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { type Pace, stepsOf, type Weakness, weaknesses } from '../../../core/guard/weaknesses.js';
import { guardSettingsOf, type Profile } from '../../../core/profiles.js';
import type { StoredValue } from '../../facts.js';

/** Names of nodes that a note shows; the rest is counted. */
const namesMax = 3;
/** What nodes keep to unless their service or AppConfig says otherwise (client/options.ts), and AppConfig's tick. */
const [pollSeconds, reportSeconds, tickSeconds] = [60, 5, 60];

/** Schema changes travel with the nodes' own releases; a node of an older one may refuse what is checked here. */
export function schemaNotes(live: readonly NodeRecord[], { name, schemaVersion }: Profile): string[] {
  const versionOf = ({ profiles }: NodeRecord) =>
    Object.hasOwn(profiles, name) ? profiles[name]?.schemaVersion : undefined;
  const older = live.filter((node) => (versionOf(node) ?? 0) < schemaVersion);
  const newer = live.filter((node) => (versionOf(node) ?? 0) > schemaVersion);
  const notes: string[] = [];
  if (older.length > 0) {
    const knowing = live.length - older.length;
    const versions = [...new Set(older.map(versionOf))].sort((a = 0, b = 0) => b - a);
    const behind = versions.map((version) =>
      olderWords(
        version,
        older.filter((node) => versionOf(node) === version),
      ),
    );
    notes.push(
      `${knowing} of ${nodesWord(live.length)} ${knowing === 1 ? 'knows' : 'know'} schema ${schemaVersion} of ${name}; ${behind.join('; ')}`,
    );
  }
  if (newer.length > 0) {
    notes.push(
      `${listed(newer)} ${are(newer)} on a newer schema than this checkout's ${schemaVersion}: is it up to date?`,
    );
  }
  return notes;
}

function olderWords(version: number | undefined, nodes: readonly NodeRecord[]): string {
  if (version === undefined) return `${listed(nodes)} ${nodes.length === 1 ? 'does' : 'do'} not report it`;
  return `${listed(nodes)} ${are(nodes)} on ${version} and may refuse it`;
}

/** Expand, migrate, contract: while a value does not satisfy the schema, going back to it is refused. */
export function returnNotes(profile: Profile, values: readonly (StoredValue | undefined)[]): string[] {
  return values.flatMap((stored, index) => {
    const checked = stored && checkValue(profile, stored.value, 'strict');
    const [problem] = checked === undefined || checked.ok ? [] : checked.problems;
    if (stored === undefined || problem === undefined) return [];
    const which = index === 0 ? 'the deployed version' : 'the version deployed before it,';
    return [
      `${which} ${stored.version} does not satisfy this schema (${describeProblem(problem)}): going back to it would be refused`,
    ];
  });
}

/** The first version of a profile, while another is deployed that no file names: the one may be the other's new name. */
export function goneNotes(
  { name }: Profile,
  [deployed]: readonly (StoredValue | undefined)[],
  gone: readonly string[],
): string[] {
  if (deployed !== undefined || gone.length === 0) return [];
  const names = gone.join(', ');
  return [
    `no file names ${names}, which ${gone.length === 1 ? 'is' : 'are'} deployed: where ${name} is the new name of one, put the old one back until nodes read ${name} (docs/upgrade.md)`,
  ];
}

/** What makes the rollout hard to judge, and what would help. */
export interface Judging {
  /** For people, with the numbers; empty where old and new can be compared well. */
  readonly weaknesses: readonly Weakness[];
  /** The named strategy that is judged better, the shortest such one. */
  readonly better?: StrategyName;
  /** Where none is: the numbers that one would have. */
  readonly proposal?: Pace;
}

/** `live`: the nodes that would take it. `strategy`: the one it goes by, as far as that is known. */
export function judgingOf(live: readonly NodeRecord[], strategy: StrategyName): Judging {
  const fleet = { nodes: live.length, pollSeconds, reportSeconds: reportSecondsOf(live), tickSeconds };
  const found = weaknesses({ ...fleet, strategy: strategies[strategy] });
  if (found.weaknesses.length === 0 || found.proposal === undefined) return { weaknesses: found.weaknesses };
  const better = strategyNames
    .filter((name) => weaknesses({ ...fleet, strategy: strategies[name] }).proposal === undefined)
    .sort((a, b) => lengthOf(a) - lengthOf(b))
    .at(0);
  if (better !== undefined) return { weaknesses: found.weaknesses, better };
  return { weaknesses: found.weaknesses, proposal: found.proposal };
}

const lengthOf = (name: StrategyName): number =>
  strategies[name].durationMinutes + strategies[name].bakeMinutes;

/** The slowest reporter decides what is seen in time. */
const reportSecondsOf = (live: readonly NodeRecord[]): number =>
  Math.max(reportSeconds, ...live.map(({ reportIntervalMs = 0 }) => Math.round(reportIntervalMs / 1000)));

/** The same for people. */
export function judgingNotes(profile: Profile, judging: Judging | undefined): string[] {
  if (!guardSettingsOf(profile).enabled) return ['its guard is off: nobody judges the rollout'];
  if (judging === undefined) return [];
  const { better, proposal } = judging;
  return [
    ...judging.weaknesses.map(({ words }) => words),
    ...(better === undefined ? [] : [`--strategy ${better} would be judged better`]),
    ...(proposal === undefined
      ? []
      : [`better judged: ${paceWords(proposal)}; no strategy of the stage is like that`]),
  ];
}

/** `10 % at a time over 25 min, then a bake of 2 min`. */
function paceWords({ growthType, growthPercent, durationMinutes, bakeMinutes }: Pace): string {
  const steps = stepsOf({ growthType, growthPercent });
  const growth =
    growthType === 'LINEAR'
      ? `${growthPercent} % at a time`
      : `${steps.length} steps from ${growthPercent} %`;
  return `${growth} over ${durationMinutes} min, then a bake of ${bakeMinutes} min`;
}

/** `n7, n12 and 4 more`. */
function listed(nodes: readonly NodeRecord[]): string {
  const names = nodes.map(({ node }) => node).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const more = names.length - namesMax;
  return names.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const are = (nodes: readonly NodeRecord[]): string => (nodes.length === 1 ? 'is' : 'are');
const nodesWord = (count: number): string => `${count} ${count === 1 ? 'node' : 'nodes'}`;
