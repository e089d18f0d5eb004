/** The local AWS with one application in it, as the adapters of a node meet it: over the wire. */

import {
  AppConfigClient,
  CreateApplicationCommand,
  CreateConfigurationProfileCommand,
  CreateDeploymentStrategyCommand,
  CreateEnvironmentCommand,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { expect, vi } from 'vitest';
import { withoutNodeVersionWarning } from '../../../aws/node-version-warning.js';
import { type NodeReport, nodeReportSchema } from '../../../core/fleet/node-reports.js';
import { loadStream } from '../../../core/names.js';
import { startLocalAws } from '../../../local/index.js';
import { useEnvironment } from '../../system/aws-environment.js';

/** Starts it, and points this process's AWS clients at it until it is closed. */
export async function startWireWorld() {
  const aws = await startLocalAws({ port: 0 });
  const restore = useEnvironment(aws.environment);
  const clients = withoutNodeVersionWarning(() => ({
    appConfig: new AppConfigClient({}),
    kinesis: new KinesisClient({}),
  }));
  const deploy = await createApplication(clients.appConfig);
  await clients.kinesis.send(new CreateStreamCommand({ StreamName: loadStream('main'), ShardCount: 1 }));
  return {
    environment: aws.environment,
    deploy,
    table: (TableName: string, partitionKey: string, sortKey: string) =>
      aws.call('dynamodb', 'CreateTable', {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
      }),
    reports: () => readReports(clients.kinesis),
    close: async () => {
      clients.appConfig.destroy();
      clients.kinesis.destroy();
      await aws.close();
      restore();
    },
  };
}

export type WireWorld = Awaited<ReturnType<typeof startWireWorld>>;

/** The application `hunt` with its profiles. @returns what deploys a value, at once and to the end. */
async function createApplication(client: AppConfigClient) {
  const { Id: ApplicationId } = await client.send(new CreateApplicationCommand({ Name: 'hunt' }));
  const { Id: EnvironmentId } = await client.send(
    new CreateEnvironmentCommand({ ApplicationId, Name: 'staging' }),
  );
  const { Id: DeploymentStrategyId } = await client.send(
    new CreateDeploymentStrategyCommand({
      Name: 'at-once',
      DeploymentDurationInMinutes: 0,
      FinalBakeTimeInMinutes: 0,
      GrowthFactor: 100,
      ReplicateTo: 'NONE',
    }),
  );
  const profiles = new Map<string, string | undefined>();
  for (const Name of ['gameplay', 'limits', 'empty']) {
    const created = await client.send(
      new CreateConfigurationProfileCommand({ ApplicationId, Name, LocationUri: 'hosted' }),
    );
    profiles.set(Name, created.Id);
  }
  return async (profile: string, value: unknown, VersionLabel: string): Promise<void> => {
    const ConfigurationProfileId = profiles.get(profile);
    const { VersionNumber } = await client.send(
      new CreateHostedConfigurationVersionCommand({
        ApplicationId,
        ConfigurationProfileId,
        ContentType: 'application/json',
        Content: new TextEncoder().encode(JSON.stringify(value)),
        VersionLabel,
      }),
    );
    const { DeploymentNumber } = await client.send(
      new StartDeploymentCommand({
        ApplicationId,
        EnvironmentId,
        DeploymentStrategyId,
        ConfigurationProfileId,
        ConfigurationVersion: String(VersionNumber),
      }),
    );
    const get = new GetDeploymentCommand({ ApplicationId, EnvironmentId, DeploymentNumber });
    await vi.waitFor(async () => expect((await client.send(get)).State).toBe('COMPLETE'), 5000);
  };
}

/** Everything on the load stream, parsed as its reader parses it. */
async function readReports(client: KinesisClient): Promise<readonly NodeReport[]> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName: loadStream('main'),
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map((record) => nodeReportSchema.parse(JSON.parse(new TextDecoder().decode(record.Data))));
}
