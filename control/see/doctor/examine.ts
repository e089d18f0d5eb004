/** From facts to findings: every rule, and what each check can say of what it looked at. Pure. */

import { isRunning } from '../../../core/delivery/deployments.js';
import { groupBy } from '../../../core/group-by.js';
import type { Stage } from '../../../core/stages.js';
import type { Examined, StageFacts } from './facts.js';
import { type CheckName, checkNames, counted, type Finding, type Found, type Level } from './finding.js';
import { filesFound, schemasFound } from './rules/files.js';
import { nodesFound } from './rules/nodes.js';
import { countsFound, roomFound, shardsFound } from './rules/quotas.js';
import { queueFound, rolloutsFound } from './rules/rollouts.js';
import { functionsFound, reportsFound } from './rules/stage.js';
import { alarmsFound, guardFound } from './rules/watching.js';
import { workFound } from './rules/work.js';

export interface World {
  readonly stage: StageFacts;
  readonly clusters: readonly Examined[];
  /** Of applications here that do not load; undefined where there is no project at hand. */
  readonly project: readonly Found[] | undefined;
  /** The stage as the project lists it. */
  readonly listed: Stage | undefined;
  /** False where AppConfig does not say what there is. */
  readonly isKnown: boolean;
  readonly caller: string | undefined;
  readonly unread: readonly Found[];
}

export interface Check {
  readonly name: CheckName;
  /** That of its worst finding. `skipped`: there was nothing to look at. */
  readonly level: 'fine' | 'skipped' | Level;
  /** What was looked at, or why nothing was: for people. */
  readonly about: string;
}

const levels: readonly Level[] = ['bad', 'warn', 'unknown'];

/** The worst first; alike, in the order of checks. */
export function examine(world: World): {
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
} {
  const all = checkNames.flatMap((check) =>
    rules[check](world).map((found): Finding => ({ check, ...found })),
  );
  const findings = levels.flatMap((level) => all.filter((finding) => finding.level === level));
  return { findings, checks: checkNames.map((name) => checkOf(name, world, findings)) };
}

const each =
  (rule: (facts: Examined) => readonly Found[]) =>
  ({ clusters }: World): readonly Found[] =>
    clusters.flatMap(rule);

const rules: Readonly<Record<CheckName, (world: World) => readonly Found[]>> = {
  access: ({ caller, unread }) => [...(caller === undefined ? [nobodyKnown] : []), ...unread],
  functions: (world) => [
    ...nothingDeployed(world),
    ...functionsFound(world.stage),
    ...alarmsFound(world.listed),
  ],
  reports: ({ stage }) => reportsFound(stage),
  files: ({ clusters, project = [] }) => [...project, ...clusters.flatMap(filesFound)],
  schemas: each(schemasFound),
  rollouts: ({ clusters }) => [...clusters.flatMap(rolloutsFound), ...clusters.flatMap(guardFound)],
  queue: each(queueFound),
  nodes: each(nodesFound),
  work: each(workFound),
  quotas: ({ stage, clusters }) => [
    ...countsFound(countsOf(clusters)),
    ...clusters.flatMap(roomFound),
    ...shardsFound(stage, clusters),
  ],
};

const nobodyKnown: Found = {
  level: 'unknown',
  where: 'identity',
  what: 'is not known: STS does not say who asks',
  why: 'There are no credentials, they are not accepted, or STS cannot be reached.',
  next: 'aws sts get-caller-identity',
};

const nothingDeployed = ({ isKnown, clusters, stage }: World): readonly Found[] =>
  !isKnown || clusters.length > 0
    ? []
    : [
        {
          level: 'bad',
          where: `stage ${stage.stage}`,
          what: 'has no application',
          why: 'Nothing of Veltrix is deployed to this account and region, or another one is meant.',
          next: stage.deploy,
        },
      ];

/** Of each application once: its profiles are the same in all environments. */
function countsOf(clusters: readonly Examined[]): Parameters<typeof countsFound>[0] {
  const byApplication = groupBy(clusters, ({ cluster }) => cluster.application);
  const of = [...byApplication].map(([application, all]) => ({
    application,
    environments: all.length,
    profiles: all[0]?.profiles.length ?? 0,
  }));
  return { applications: of.length, of };
}

function checkOf(name: CheckName, world: World, findings: readonly Finding[]): Check {
  const worst = findings.find((finding) => finding.check === name)?.level;
  const { about, isSkipped = false, isUnread = false } = abouts[name](world);
  if (worst === 'bad' || worst === 'warn') return { name, level: worst, about };
  if (isUnread || worst === 'unknown')
    return { name, level: 'unknown', about: isUnread ? 'could not be read' : about };
  return { name, level: isSkipped ? 'skipped' : 'fine', about };
}

interface About {
  readonly about: string;
  readonly isSkipped?: boolean;
  /** Part of it could not be read. */
  readonly isUnread?: boolean;
}

const abouts: Readonly<Record<CheckName, (world: World) => About>> = {
  access: () => ({ about: 'what the caller may read' }),
  functions: ({ stage: { functions } }) => ({
    about: counted(functions.length, 'function'),
    isUnread: functions.some(({ found }) => found === undefined),
  }),
  reports: ({ stage: { loadShards, deadLetters, reportSources } }) => ({
    about: `${counted(numberOf(loadShards), 'shard')}, ${counted(numberOf(deadLetters), 'dead letter')}`,
    isUnread: loadShards === undefined || deadLetters === undefined || reportSources === undefined,
  }),
  files: ({ clusters, project }) =>
    project === undefined
      ? { about: 'no project here: files were not compared', isSkipped: true }
      : {
          about: counted(filesIn(clusters), 'file'),
          isUnread: clusters.some(({ deployed }) => deployed === undefined),
        },
  schemas: ({ clusters, project }) =>
    project === undefined
      ? { about: 'no project here', isSkipped: true }
      : {
          about: counted(new Set(clusters.flatMap(schemaNames)).size, 'schema'),
          isUnread: clusters.some(({ schemas, records }) => schemas.size === 0 || !records),
        },
  rollouts: ({ clusters }) => ({
    about: `${counted(clusters.flatMap(({ inFull }) => inFull.filter(isRunning)).length, 'rollout')} on the way`,
    isUnread: clusters.some(({ deployed }) => deployed === undefined),
  }),
  queue: ({ clusters }) => ({
    about: `${clusters.reduce((sum, { queue }) => sum + (queue?.entries.length ?? 0), 0)} waiting`,
    isUnread: clusters.some(({ queue }) => queue === undefined),
  }),
  nodes: ({ clusters }) => ({
    about: counted(
      clusters.reduce((sum, { records = [] }) => sum + records.length, 0),
      'node',
    ),
    isUnread: clusters.some(({ records }) => records === undefined),
  }),
  work: ({ clusters }) => {
    const tables = clusters.filter(
      ({ assignment, project }) => assignment?.head ?? project?.application.routing,
    );
    return {
      about:
        tables.length === 0
          ? 'no work is shared out'
          : `${counted(tables.length, 'environment')} with partitions`,
      isSkipped: tables.length === 0,
      isUnread: clusters.some(({ assignment }) => assignment === undefined),
    };
  },
  quotas: ({ clusters, isKnown }) => ({
    about: 'AppConfig, streams, tables, runs',
    isUnread: !isKnown || clusters.some(({ records }) => records === undefined),
  }),
};

const numberOf = (found: number | 'absent' | undefined): number | string =>
  found === undefined ? 'unknown' : found === 'absent' ? 0 : found;

const filesIn = (clusters: readonly Examined[]): number =>
  clusters.reduce((sum, { project }) => sum + (project?.files.length ?? 0), 0);

const schemaNames = ({ cluster, project }: Examined): readonly string[] =>
  project?.application.profiles.map(({ name }) => `${cluster.application}/${name}`) ?? [];
