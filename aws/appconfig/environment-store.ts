/** One environment of one application in AppConfig's control plane, seen through names. */

import {
  type AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  GetHostedConfigurationVersionCommand,
  paginateListDeployments,
  paginateListHostedConfigurationVersions,
  StartDeploymentCommand,
  StopDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { contentType } from '../../core/content/content.js';
import type { EnvironmentStore, NewDeployment, NewVersion } from '../../core/delivery/deployments.js';
import { ContentRefused, isVeltrixError, ServiceUnavailable } from '../../core/errors.js';
import { calling, isNamed, unavailable } from '../failures.js';
import {
  readDeployment,
  readDeploymentNumber,
  readDeploymentSummary,
  readVersionSummary,
} from './answers.js';
import { notAsked, refusalIn } from './refusals.js';

/** AppConfig's largest page (API model, `MaxResults`). */
const pageItems = 50;

export interface EnvironmentIds {
  readonly applicationId: string;
  readonly environmentId: string;
  /** By the profile's name. */
  readonly profileIds: Readonly<Record<string, string>>;
  /** By the strategy's name (`linear-20`). */
  readonly strategyIds: Readonly<Record<string, string>>;
}

/** The store of one environment. Profiles that are not in `ids` appear in lists, but cannot be read or written. */
export function createEnvironmentStore(client: AppConfigClient, ids: EnvironmentIds): EnvironmentStore {
  const here: Here = { client, ids };
  return {
    deployments: () => listDeployments(here),
    deployment: (number) => getDeployment(here, number),
    versions: (profile) => listVersions(here, profile),
    content: (profile, version) => getContent(here, profile, version),
    createVersion: (request) => createVersion(here, request),
    startDeployment: (request) => startDeployment(here, request),
    stopDeployment: (number, { allowRevert }) => stopDeployment(here, number, allowRevert),
  };
}

interface Here {
  readonly client: AppConfigClient;
  readonly ids: EnvironmentIds;
}

async function* listDeployments({ client, ids }: Here) {
  const { applicationId: ApplicationId, environmentId: EnvironmentId } = ids;
  const pages = paginateListDeployments({ client, pageSize: pageItems }, { ApplicationId, EnvironmentId });
  for await (const page of reading('list the deployments', pages)) {
    for (const item of page.Items ?? []) yield readDeploymentSummary(item);
  }
}

async function* listVersions({ client, ids }: Here, profile: string) {
  const input = { ApplicationId: ids.applicationId, ConfigurationProfileId: profileId(ids, profile) };
  const pages = paginateListHostedConfigurationVersions({ client, pageSize: pageItems }, input);
  for await (const page of reading(`list the versions of ${profile}`, pages)) {
    for (const item of page.Items ?? []) yield readVersionSummary(item);
  }
}

async function getDeployment({ client, ids }: Here, number: number) {
  const command = new GetDeploymentCommand({
    ApplicationId: ids.applicationId,
    EnvironmentId: ids.environmentId,
    DeploymentNumber: number,
  });
  return readDeployment(await calling(`read deployment ${number}`, () => client.send(command)));
}

async function getContent({ client, ids }: Here, profile: string, version: number) {
  const command = new GetHostedConfigurationVersionCommand({
    ApplicationId: ids.applicationId,
    ConfigurationProfileId: profileId(ids, profile),
    VersionNumber: version,
  });
  const none = (error: unknown) =>
    isNamed(error, 'ResourceNotFoundException') ? ('none' as const) : undefined;
  const answer = await calling(`read version ${version} of ${profile}`, () => client.send(command), none);
  return answer === 'none' ? undefined : answer.Content;
}

/**
 * The number is reserved by `Latest-Version-Number`. A number that was deleted is not given again, so AppConfig may
 * pass over `after + 1`: that counts as taken, and whoever looks again finds the version standing, by its label.
 */
async function createVersion({ client, ids }: Here, request: NewVersion): Promise<'created' | 'taken'> {
  const command = new CreateHostedConfigurationVersionCommand({
    ApplicationId: ids.applicationId,
    ConfigurationProfileId: profileId(ids, request.profile),
    Content: request.bytes,
    ContentType: contentType,
    Description: request.description,
    LatestVersionNumber: request.after,
    VersionLabel: request.label,
  });
  const subject = `version ${request.after + 1} of ${request.profile}`;
  const refusal = (error: unknown) => {
    const problems = refusalIn(error);
    if (problems) throw new ContentRefused(subject, problems);
    if (isNamed(error, 'ServiceQuotaExceededException')) throw storeFull(subject, error);
    if (isNamed(error, 'BadRequestException')) throw notAsked(`create ${subject}`, error);
    return isNamed(error, 'ConflictException') ? ('taken' as const) : undefined;
  };
  const answer = await calling(`create ${subject}`, () => client.send(command), refusal);
  return answer !== 'taken' && answer.VersionNumber === request.after + 1 ? 'created' : 'taken';
}

const storeFull = (subject: string, cause: unknown): ServiceUnavailable =>
  new ServiceUnavailable(
    `could not create ${subject}: AppConfig's hosted store is full; \`veltrix retire <application>/<profile> --versions\` makes room`,
    { hint: 'Delete versions that nobody needs, or have the quota of the account raised.', cause },
  );

async function startDeployment({ client, ids }: Here, request: NewDeployment) {
  const command = new StartDeploymentCommand({
    ApplicationId: ids.applicationId,
    EnvironmentId: ids.environmentId,
    ConfigurationProfileId: profileId(ids, request.profile),
    ConfigurationVersion: String(request.version),
    DeploymentStrategyId: idOf(ids.strategyIds, request.strategy, 'strategy'),
    Description: request.description,
    LatestDeploymentNumber: request.latestDeployment,
  });
  const subject = `version ${request.version} of ${request.profile}`;
  const refusal = (error: unknown) => {
    const problems = refusalIn(error);
    if (problems) throw new ContentRefused(subject, problems);
    if (isNamed(error, 'ResourceNotFoundException')) throw notThere(subject, error);
    if (isNamed(error, 'BadRequestException')) throw notAsked(`start the deployment of ${subject}`, error);
    return isNamed(error, 'ConflictException') ? ('outdated' as const) : undefined;
  };
  const answer = await calling(`start the deployment of ${subject}`, () => client.send(command), refusal);
  return answer === 'outdated' ? answer : { number: readDeploymentNumber(answer) };
}

const notThere = (subject: string, cause: unknown): ServiceUnavailable =>
  new ServiceUnavailable(
    `could not start the deployment of ${subject}: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      hint: 'Where it is the version that is gone (`veltrix retire --versions`), publish the file of its commit instead.',
      cause,
    },
  );

/** AppConfig answers BadRequestException for a deployment in a state, or of an age, that cannot be taken back. */
async function stopDeployment({ client, ids }: Here, number: number, allowRevert: boolean) {
  const command = new StopDeploymentCommand({
    ApplicationId: ids.applicationId,
    EnvironmentId: ids.environmentId,
    DeploymentNumber: number,
    AllowRevert: allowRevert,
  });
  const refusal = (error: unknown) =>
    isNamed(error, 'BadRequestException') ? ('refused' as const) : undefined;
  const answer = await calling(`stop deployment ${number}`, () => client.send(command), refusal);
  return answer === 'refused' ? answer : 'stopped';
}

const profileId = (ids: EnvironmentIds, profile: string): string => idOf(ids.profileIds, profile, 'profile');

function idOf(ids: Readonly<Record<string, string>>, name: string, kind: string): string {
  const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
  if (id !== undefined) return id;
  throw new ServiceUnavailable(`${kind} "${name}" is not deployed`, {
    hint: `Deploy the stacks (\`npx cdk deploy --all\`); deployed are: ${Object.keys(ids).join(', ') || 'none'}.`,
  });
}

async function* reading<T>(doing: string, pages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* pages;
  } catch (error) {
    throw isVeltrixError(error) ? error : unavailable(doing, error);
  }
}
