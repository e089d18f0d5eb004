/** What telling changes cannot do without: to look around in AppConfig, to move cursors, to put events. */

import {
  AppConfigClient,
  GetDeploymentCommand,
  paginateListApplications,
  paginateListConfigurationProfiles,
  paginateListDeployments,
  paginateListEnvironments,
} from '@aws-sdk/client-appconfig';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';

export const kept = [
  new AppConfigClient(),
  GetDeploymentCommand,
  paginateListApplications,
  paginateListConfigurationProfiles,
  paginateListDeployments,
  paginateListEnvironments,
  new DynamoDBClient(),
  GetItemCommand,
  PutItemCommand,
  new KinesisClient(),
  PutRecordCommand,
];

export const handler = async (): Promise<void> => undefined;
