/** What the rules of retirement ask of a profile: its deployments, queues and nodes in every environment, and its versions. */

import type { ClusterAddress } from '../../../core/addresses.js';
import { formatCluster } from '../../../core/addresses.js';
import type { DeploymentSummary, VersionSummary } from '../../../core/delivery/deployments.js';
import type {
  ApplicationProfile,
  EnvironmentUse,
  ProfileRemoval,
  RetirementFacts,
} from '../../../core/delivery/retirement.js';
import { UsageError } from '../../../core/errors.js';
import { judgedAt, presenceOf } from '../../../core/fleet/liveness.js';
import { validateFunction } from '../../../core/names.js';
import type { Cloud, OpenEnvironment } from '../../cloud.js';
import { suggestNames } from '../../files/nearest.js';

/**
 * A profile by its application alone. Whoever writes an environment is told that it cannot be meant.
 * @throws UsageError with what is there, otherwise.
 */
export async function demandApplicationProfile(cloud: Cloud, path: string): Promise<ApplicationProfile> {
  const [application = '', profile, ...rest] = path.split('/');
  if (profile === undefined || rest.length > 0) throw notAboveEnvironments(path, [application, ...rest]);
  const [environments, { profiles }] = await Promise.all([
    cloud.environments(application),
    openAny(cloud, application),
  ]);
  if (profiles.includes(profile)) return { application, profile };
  const known = suggestNames(profile, profiles);
  throw new UsageError(`"${profile}" is no profile of ${application}`, {
    hint: environments.includes(profile)
      ? `It is an environment, which is not retired by itself (docs/upgrade.md). ${known}`
      : known,
  });
}

function notAboveEnvironments(path: string, [application, profile]: readonly string[]): UsageError {
  const example = profile === undefined ? `${application}/<profile>` : `${application}/${profile}`;
  return new UsageError(`"${path}" is no profile of an application`, {
    hint: `A profile belongs to its application and ends in all its environments at once: veltrix retire ${example} -m "…"`,
  });
}

/** Profiles are the same in all environments of an application. */
async function openAny(cloud: Cloud, application: string): Promise<OpenEnvironment> {
  const [environment] = await cloud.environments(application);
  if (environment !== undefined) return cloud.environment({ application, environment });
  throw new UsageError(`${application} has no environment`, {
    hint: 'Nothing of it is deployed: delete what is left of it in the AWS console (AppConfig).',
  });
}

/** Everything that a decision about its versions needs; every deployment of the profile is read. */
export async function readUses(cloud: Cloud, where: ApplicationProfile): Promise<readonly EnvironmentUse[]> {
  const environments = await cloud.environments(where.application);
  return Promise.all(
    environments.map(async (environment) => {
      const cluster = { application: where.application, environment };
      const [deployments, { entries }] = await Promise.all([
        readDeploymentsOf(cloud, cluster, where.profile),
        cloud.queue(cluster),
      ]);
      const mine = entries.filter(({ profile }) => profile === where.profile);
      return { environment, deployments, queued: mine.map(({ version }) => version) };
    }),
  );
}

async function readDeploymentsOf(
  cloud: Cloud,
  cluster: ClusterAddress,
  profile: string,
): Promise<readonly DeploymentSummary[]> {
  const { store } = await cloud.environment(cluster);
  const found: DeploymentSummary[] = [];
  for await (const deployment of store.deployments()) {
    if (deployment.profile === profile) found.push(deployment);
  }
  return found;
}

/**
 * The same, and who else needs the profile. Nothing is taken for granted that cannot be read: this throws then.
 * @param namedIn the file that names it, where there is one.
 */
export async function readRetirementFacts(
  cloud: Cloud,
  where: ApplicationProfile,
  namedIn: string | undefined,
): Promise<RetirementFacts> {
  const validator = validateFunction(cloud.stage, where);
  const [uses, provided] = await Promise.all([
    readUses(cloud, where),
    cloud.upkeep.deployedFunction(validator),
  ]);
  return {
    ...(namedIn !== undefined && { namedIn }),
    isProvided: provided !== undefined,
    uses: await Promise.all(
      uses.map(async (use) => ({ ...use, nodes: await nodesWith(cloud, where, use.environment) })),
    ),
  };
}

async function nodesWith(
  cloud: Cloud,
  { application, profile }: ApplicationProfile,
  environment: string,
): Promise<readonly string[]> {
  const records = await cloud.records.list(formatCluster({ application, environment }));
  const moment = judgedAt(records, cloud.clock());
  return records
    .filter((record) => Object.hasOwn(record.profiles, profile) && presenceOf(record, moment) !== 'left')
    .map(({ node }) => node)
    .sort();
}

export async function readVersions({ versions }: ProfileRemoval): Promise<readonly VersionSummary[]> {
  const found: VersionSummary[] = [];
  for await (const version of versions()) found.push(version);
  return found;
}
