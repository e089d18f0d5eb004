/** Looks at everything that may be wrong, and says of each thing that is why, and what to do. Changes nothing. */

import { type Address, formatCluster } from '../../../core/addresses.js';
import { VeltrixError } from '../../../core/errors.js';
import { validateFunction } from '../../../core/names.js';
import type { Cloud } from '../../cloud.js';
import type { Workspace } from '../../files/workspace.js';
import { type Check, examine } from './examine.js';
import type { ClusterFacts, Examined, StageFacts } from './facts.js';
import { counted, type Finding } from './finding.js';
import { gatherCluster, gatherStage } from './gather.js';
import { clustersMeant } from './meant.js';
import { openProject, readProject, renamesFound } from './project.js';
import { Unread } from './unread.js';

export interface Examination {
  readonly target: string;
  readonly stage: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  /** Absent where it is not known. */
  readonly region?: string;
  /** ARN of who asks; absent where AWS does not say. */
  readonly caller?: string;
  /** Environments that were looked at. */
  readonly clusters: readonly string[];
  readonly checks: readonly Check[];
  /** The worst first. */
  readonly findings: readonly Finding[];
}

export interface DoctorQuestion {
  /** Which environments; the stage itself is looked at in any case. */
  readonly address: Address;
  /** The project at hand: rejects with UsageError where there is none, and files are not compared then. */
  readonly workspace: () => Promise<Workspace>;
}

/** Something is wrong, or could not be looked at, so that nobody can say that all is well. */
export class Unwell extends VeltrixError {
  override readonly name = 'Unwell';
  override readonly code = 'VELTRIX_UNWELL';

  constructor({ bad, unknown }: { readonly bad: number; readonly unknown: number }) {
    super(
      bad > 0 ? `${counted(bad, 'thing')} wrong` : `${counted(unknown, 'thing')} could not be looked at`,
      {
        hint: 'Each finding says what to do next.',
      },
    );
  }
}

/** @throws UsageError for an address that does not exist. */
export async function doctor(cloud: Cloud, { address, workspace }: DoctorQuestion): Promise<Examination> {
  const unread = new Unread();
  const gathering = { cloud, unread };
  const [region, caller, project] = await Promise.all([
    cloud.upkeep.region().catch(() => undefined),
    cloud.caller(),
    openProject(workspace, cloud.stage),
  ]);
  const { meant, isKnown } = await clustersMeant(gathering, address, project);
  const [gathered, projects, renames] = await Promise.all([
    Promise.all(meant.map((each) => gatherCluster(gathering, each))),
    Promise.all(meant.map(({ cluster }) => readProject(project, cluster))),
    project && isKnown ? renamesFound(gathering, project) : [],
  ]);
  const isRouted =
    gathered.some(({ assignment }) => assignment?.head) || projects.some((each) => each?.application.routing);
  const stage = await gatherStage(gathering, { meant, isRouted });
  const clusters = gathered.map((facts, index): Examined => {
    const known = projects[index];
    const at = { address: formatCluster(facts.cluster), schemas: schemasIn(stage, facts) };
    return { ...facts, ...at, ...guardingOf(stage, facts), ...(known && { project: known }) };
  });
  return {
    target: cloud.target,
    stage: cloud.stage,
    askedAt: new Date(cloud.clock()).toISOString(),
    ...(region !== undefined && { region }),
    ...(caller !== undefined && { caller }),
    clusters: clusters.map((each) => each.address),
    ...examine({
      stage,
      clusters,
      project: project && [...project.findings, ...renames],
      listed: project?.stage,
      isKnown,
      caller,
      unread: unread.findings,
    }),
  };
}

function guardingOf({ guarded }: StageFacts, { resource }: ClusterFacts): Pick<Examined, 'isGuarded'> {
  if (guarded === undefined || resource === undefined) return {};
  return { isGuarded: guarded.some((arn) => arn.endsWith(`:${resource}`)) };
}

/** What the validators say of themselves; of an older release they say nothing. */
function schemasIn(
  { functions, stage }: StageFacts,
  { cluster, profiles }: ClusterFacts,
): ReadonlyMap<string, number> {
  const versions = profiles.flatMap((profile) => {
    const name = validateFunction(stage, { application: cluster.application, profile });
    const found = functions.find((each) => each.name === name)?.found;
    const said = typeof found === 'object' ? found.variables['VELTRIX_SCHEMA_VERSION'] : undefined;
    return said === undefined ? [] : [[profile, Number(said)] as const];
  });
  return new Map(versions);
}
