import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { KinesisEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEnvironment } from '../../system/aws-environment.js';
import { type DeployWorld, startDeployWorld } from './world.js';

let world: DeployWorld;
let folder: string;
let restore: () => void;
beforeAll(async () => {
  // CDK's own check of the templates takes seconds, and is not what is tested here.
  restore = useEnvironment({ CDK_VALIDATION: 'false' });
  world = await startDeployWorld();
  folder = await mkdtemp(join(tmpdir(), 'deploy-cdk-'));
  await mkdir(join(folder, 'code'));
  await writeFile(
    join(folder, 'code', 'index.mjs'),
    'export const handler = async (event) => ({ table: process.env.TABLE, event });',
  );
});
afterAll(async () => {
  restore();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** What an app of two stacks writes: data, and functions that use it through an export. */
function synthesize(): string {
  const app = new cdk.App({
    outdir: join(folder, 'out'),
    context: { '@aws-cdk/core:newStyleStackSynthesis': true },
  });
  const data = new cdk.Stack(app, 'Data');
  const table = new dynamodb.TableV2(data, 'Table', {
    partitionKey: { name: 'cluster', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'node', type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute: 'expiresAtSeconds',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
  });
  const stream = new kinesis.Stream(data, 'Stream', { streamMode: kinesis.StreamMode.ON_DEMAND });
  const work = new cdk.Stack(app, 'Work');
  const queue = new sqs.Queue(work, 'DeadLetters', { enforceSSL: true });
  const handler = new lambda.Function(work, 'Handler', {
    runtime: lambda.Runtime.NODEJS_20_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(join(folder, 'code')),
    environment: { TABLE: table.tableName },
    logGroup: new logs.LogGroup(work, 'Log', { retention: logs.RetentionDays.ONE_WEEK }),
    onFailure: new SqsDestination(queue),
    reservedConcurrentExecutions: 2,
    tracing: lambda.Tracing.ACTIVE,
  });
  table.grantReadWriteData(handler);
  handler.addEventSource(
    new KinesisEventSource(stream, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 3,
      onFailure: new SqsDlq(queue),
    }),
  );
  new events.Rule(work, 'Every', {
    schedule: events.Schedule.rate(cdk.Duration.minutes(1)),
    targets: [new LambdaFunction(handler, { event: events.RuleTargetInput.fromObject({ tick: true }) })],
  });
  const application = new appconfig.Application(work, 'Application', { applicationName: 'shop' });
  application.addEnvironment('Staging', { environmentName: 'staging' });
  new appconfig.HostedConfiguration(work, 'Profile', {
    application,
    name: 'gameplay',
    content: appconfig.ConfigurationContent.fromInlineJson('{"level":1}'),
    validators: [appconfig.LambdaValidator.fromFunction(handler)],
  });
  return app.synth().directory;
}

describe('an app written with CDK', () => {
  it('is deployed whole, works, and is left alone the second time', async () => {
    const directory = synthesize();
    const first = await world.deployDirectory(directory);
    expect(first.stacks.map(({ name, outcome }) => ({ name, outcome }))).toEqual([
      { name: 'Data', outcome: 'created' },
      { name: 'Work', outcome: 'created' },
    ]);
    const { Functions } = await world.aws.call<{ Functions: { FunctionName: string }[] }>(
      'lambda',
      'ListFunctions',
      {},
    );
    const FunctionName = Functions[0]?.FunctionName ?? '';
    const output = await world.aws.call<{ Payload: Uint8Array }>('lambda', 'Invoke', { FunctionName });
    expect(JSON.parse(Buffer.from(output.Payload).toString())).toEqual({
      table: expect.stringMatching(/^Data-Table/),
      event: {},
    });
    world.calls.length = 0;
    const second = await world.deployDirectory(directory);
    expect(second.stacks.map((stack) => stack.outcome)).toEqual(['unchanged', 'unchanged']);
    expect(world.calls).toEqual([]);
  });
});
