/** A local AWS that an earlier release was deployed to, with what people and nodes left in it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDirectory } from '../../../aws/appconfig/directory.js';
import { createEnvironmentStore } from '../../../aws/appconfig/environment-store.js';
import { createChangeCursors } from '../../../aws/dynamodb/change-cursors.js';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import { createPublishQueues } from '../../../aws/dynamodb/publish-queues.js';
import { createRolloutRecords } from '../../../aws/dynamodb/rollout-records.js';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { assignmentsTable, cursorsTable, queuesTable, rolloutsTable } from '../../../core/names.js';
import { epochMs } from '../../../core/time.js';
import type { LocalAws } from '../../../local/index.js';
import { type StatefulStacks, statefulIn } from '../../../scripts/stateful.js';

/** What the stacks of an earlier commit hold. */
export const before = (
  JSON.parse(readFileSync('test/fixtures/stateful.json', 'utf8')) as { stacks: StatefulStacks }
).stacks;

/** What the stacks of a cloud assembly hold; those that hold nothing are left out. */
export function statefulOf(assembly: string): StatefulStacks {
  const json = (file: string) => JSON.parse(readFileSync(join(assembly, file), 'utf8'));
  const { artifacts } = json('manifest.json') as { artifacts: Record<string, { type: string }> };
  const stacks = Object.keys(artifacts).filter(
    (name) => artifacts[name]?.type === 'aws:cloudformation:stack',
  );
  const held = stacks.map((name) => [name, statefulIn(json(`${name}.template.json`).Resources)] as const);
  return Object.fromEntries(held.filter(([, resources]) => Object.keys(resources).length > 0));
}

/** Writes a cloud assembly of these stacks alone. */
export function writeAssembly(directory: string, stacks: StatefulStacks): string {
  mkdirSync(directory, { recursive: true });
  const artifacts = Object.keys(stacks).map((name) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/unknown-region',
      properties: { templateFile: `${name}.template.json` },
    },
  ]);
  const json = (file: string, value: unknown) => writeFileSync(join(directory, file), JSON.stringify(value));
  json('manifest.json', { version: '38.0.1', artifacts: Object.fromEntries(artifacts) });
  for (const [name, Resources] of Object.entries(stacks)) json(`${name}.template.json`, { Resources });
  return directory;
}

type Answer = Record<string, unknown>;
interface Named {
  readonly Id: string;
  readonly Name: string;
}

/** Everything that holds data, each as AWS tells it from another of its name: by its id, or by when it was made. */
export async function identities({ call }: Pick<LocalAws, 'call'>): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const { TableNames } = await call<{ TableNames: string[] }>('dynamodb', 'ListTables', {});
  for (const TableName of TableNames) {
    const { Table } = await call<{ Table: Answer }>('dynamodb', 'DescribeTable', { TableName });
    found[`table ${TableName}`] = [Table['TableId'], Table['CreationDateTime']];
  }
  const { StreamNames } = await call<{ StreamNames: string[] }>('kinesis', 'ListStreams', {});
  for (const StreamName of StreamNames) {
    const { StreamDescriptionSummary: summary } = await call<{ StreamDescriptionSummary: Answer }>(
      'kinesis',
      'DescribeStreamSummary',
      { StreamName },
    );
    found[`stream ${StreamName}`] = summary['StreamCreationTimestamp'];
  }
  const { QueueUrls } = await call<{ QueueUrls: string[] }>('sqs', 'ListQueues', {});
  for (const QueueUrl of QueueUrls) {
    const asked = { QueueUrl, AttributeNames: ['CreatedTimestamp'] };
    found[`queue ${QueueUrl}`] = (await call<Answer>('sqs', 'GetQueueAttributes', asked))['Attributes'];
  }
  return { ...found, ...(await inAppConfig({ call })) };
}

/** A list, since AppConfig lets two things have one name. */
async function inAppConfig({ call }: Pick<LocalAws, 'call'>): Promise<Record<string, unknown>> {
  const list = async (operation: string, input: Answer) =>
    (await call<{ Items: Named[] }>('appconfig', operation, input)).Items.map(
      ({ Id, Name }) => `${Name} ${Id}`,
    );
  const applications = await list('ListApplications', {});
  const [id = ''] = applications.map((application) => application.split(' ')[1] ?? '');
  const inside = { ApplicationId: id };
  return {
    applications,
    environments: await list('ListEnvironments', inside),
    profiles: await list('ListConfigurationProfiles', inside),
  };
}

export interface Doors {
  readonly store: EnvironmentStore;
  readonly cursors: ReturnType<typeof createChangeCursors>;
  readonly queues: ReturnType<typeof createPublishQueues>;
  readonly rollouts: ReturnType<typeof createRolloutRecords>;
  readonly drains: ReturnType<typeof createDrains>;
  close(): void;
}

/** The adapters that functions and the command use, at this local AWS. */
export async function doorsOf({ endpoint }: Pick<LocalAws, 'endpoint'>, nowMs: () => number): Promise<Doors> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const appConfig = new AppConfigClient(settings);
  const dynamodb = new DynamoDBClient(settings);
  const directory = createDirectory(appConfig);
  const applicationId = (await directory.applications()).get('treasure-hunt') ?? '';
  const [environments, profiles] = await Promise.all([
    directory.environments(applicationId),
    directory.profiles(applicationId),
  ]);
  return {
    store: createEnvironmentStore(appConfig, {
      applicationId,
      environmentId: environments.get('staging') ?? '',
      profileIds: Object.fromEntries(profiles),
      strategyIds: { immediate: 'AppConfig.AllAtOnce' },
    }),
    cursors: createChangeCursors(dynamodb, cursorsTable('main')),
    queues: createPublishQueues(dynamodb, queuesTable('main')),
    rollouts: createRolloutRecords(dynamodb, rolloutsTable('main'), () => epochMs(nowMs())),
    drains: createDrains(dynamodb, assignmentsTable('main')),
    close: () => {
      appConfig.destroy();
      dynamodb.destroy();
    },
  };
}
