/** A publish by hand: the two calls to AppConfig that every publish comes down to. */

import {
  AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { createDirectory } from '../../../aws/appconfig/directory.js';
import { contentType } from '../../../core/content/content.js';
import { defaultStage, strategyName } from '../../../core/names.js';

const client = new AppConfigClient();
const application = 'treasure-hunt';

/** AppConfig's ids of gameplay, and of the strategy `immediate`. */
export interface Ids {
  readonly applicationId: string;
  readonly profileId: string;
  readonly strategyId: string;
  /** By the environment's name. */
  readonly environmentIds: ReadonlyMap<string, string>;
}

/** @throws Error when the sample is not deployed. */
export async function findIds(): Promise<Ids> {
  const directory = createDirectory(client);
  const applicationId = demand(await directory.applications(), application);
  return {
    applicationId,
    profileId: demand(await directory.profiles(applicationId), 'gameplay'),
    strategyId: demand(await directory.strategies(), strategyName(defaultStage, 'immediate')),
    environmentIds: await directory.environments(applicationId),
  };
}

/** Creates a version and starts its deployment. @returns the deployment's number. */
export async function publishBare(ids: Ids, environment: string, content: unknown): Promise<number> {
  const { VersionNumber } = await client.send(
    new CreateHostedConfigurationVersionCommand({
      ApplicationId: ids.applicationId,
      ConfigurationProfileId: ids.profileId,
      Content: Buffer.from(JSON.stringify(content)),
      ContentType: contentType,
    }),
  );
  const { DeploymentNumber } = await client.send(
    new StartDeploymentCommand({
      ApplicationId: ids.applicationId,
      EnvironmentId: demand(ids.environmentIds, environment),
      ConfigurationProfileId: ids.profileId,
      ConfigurationVersion: String(VersionNumber),
      DeploymentStrategyId: ids.strategyId,
    }),
  );
  if (DeploymentNumber === undefined) throw new Error('AppConfig started a deployment without a number');
  return DeploymentNumber;
}

/** Resolves when the environment takes the next deployment. */
export async function untilComplete(ids: Ids, environment: string, deployment: number): Promise<void> {
  const command = new GetDeploymentCommand({
    ApplicationId: ids.applicationId,
    EnvironmentId: demand(ids.environmentIds, environment),
    DeploymentNumber: deployment,
  });
  const { State } = await client.send(command);
  if (State !== 'COMPLETE') await untilComplete(ids, environment, deployment);
}

function demand(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`"${name}" is not deployed, only ${[...ids.keys()].join(', ')}`);
  return id;
}
