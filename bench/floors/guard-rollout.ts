/** What judging a rollout cannot do without: to look around in AppConfig, to read records, to keep what it came to. */

import {
  AppConfigClient,
  GetDeploymentCommand,
  paginateListApplications,
  paginateListConfigurationProfiles,
  paginateListDeployments,
  paginateListEnvironments,
} from '@aws-sdk/client-appconfig';
import { DynamoDBClient, GetItemCommand, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

export const kept = [
  new AppConfigClient(),
  GetDeploymentCommand,
  paginateListApplications,
  paginateListConfigurationProfiles,
  paginateListDeployments,
  paginateListEnvironments,
  new DynamoDBClient(),
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
];

export const handler = async (): Promise<void> => undefined;
