/** What publishing cannot do without: AppConfig's client, and the commands of a publish. */

import {
  AppConfigClient,
  CreateHostedConfigurationVersionCommand,
  paginateListDeployments,
  paginateListHostedConfigurationVersions,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';

export const kept = [
  new AppConfigClient(),
  CreateHostedConfigurationVersionCommand,
  paginateListDeployments,
  paginateListHostedConfigurationVersions,
  StartDeploymentCommand,
];

export const handler = async (): Promise<void> => undefined;
