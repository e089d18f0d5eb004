/** A whole local AWS on a manual clock: everything waits on it, and when it has moved everything due is done. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import type { Json } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { arnOf, createFunction, rollOut } from './guarded.js';

const minuteMs = 60_000;

let clock: ManualClock;
let aws: LocalAws;
let lines: string[];
beforeEach(async () => {
  clock = new ManualClock();
  lines = [];
  aws = await startLocalAws({ port: 0, clock, seed: 'test', onLog: ({ text }) => lines.push(text) });
});
afterEach(() => aws.close());

const advance = (durationMs: number) => clock.advance(durationMs, aws.settled);
const told = () => lines.filter((line) => line.startsWith('told ')).map((line) => line.slice(5));
const tell = (what: string) =>
  `export const handler = async (event) => { process.stdout.write('told ' + ${what} + '\\n'); };`;

const create = (name: string, source: string, settings: Json = {}) =>
  createFunction(aws, name, { source, settings });

describe('when the clock has moved', () => {
  it('schedules have invoked their functions, which saw its time', async () => {
    await create('ticked', tell('new Date().toISOString().slice(11, 16)'));
    await aws.call('events', 'PutRule', { Name: 'tick', ScheduleExpression: 'rate(10 minutes)' });
    await aws.call('events', 'PutTargets', { Rule: 'tick', Targets: [{ Id: '1', Arn: arnOf('ticked') }] });
    await advance(60 * minuteMs);
    expect(told()).toEqual(['00:10', '00:20', '00:30', '00:40', '00:50', '01:00']);
  });

  it('records of a stream were handled, and failed events tried again', async () => {
    await create('reads', tell('event.Records.length'));
    await create('fails', `${tell("'try'").replace('};', "throw new Error('no'); };")}`);
    await aws.call('kinesis', 'CreateStream', { StreamName: 's', ShardCount: 1 });
    const EventSourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
    const mapping = { EventSourceArn, FunctionName: 'reads', StartingPosition: 'LATEST' };
    await aws.call('lambda', 'CreateEventSourceMapping', mapping);
    for (const Data of [Buffer.from('a'), Buffer.from('b')])
      await aws.call('kinesis', 'PutRecord', { StreamName: 's', PartitionKey: 'k', Data });
    await advance(1000);
    expect(told()).toEqual(['2']);
    await aws.call('lambda', 'Invoke', { FunctionName: 'fails', InvocationType: 'Event' });
    await advance(minuteMs);
    expect(told()).toEqual(['2', 'try', 'try']);
    await advance(2 * minuteMs);
    expect(told()).toEqual(['2', 'try', 'try', 'try']);
  });

  it('items have expired', async () => {
    await aws.call('dynamodb', 'CreateTable', {
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
    });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'end' };
    await aws.call('dynamodb', 'UpdateTimeToLive', { TableName: 'items', TimeToLiveSpecification });
    const end = String(clock.now() / 1000 + 3600);
    await aws.call('dynamodb', 'PutItem', { TableName: 'items', Item: { k: { S: 'x' }, end: { N: end } } });
    const count = async () => (await aws.call('dynamodb', 'Scan', { TableName: 'items' }))['Count'];
    await advance(60 * minuteMs - 1);
    expect(await count()).toBe(1);
    await advance(minuteMs);
    expect(await count()).toBe(0);
  });

  it('a long poll has waited for as long as it wanted, and held nobody up', async () => {
    const { QueueUrl } = await aws.call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: 'q' });
    const answers: Json[] = [];
    const receive = async () =>
      answers.push(await aws.call('sqs', 'ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 }));
    const empty = receive();
    await advance(19_999);
    expect(answers).toEqual([]);
    await advance(1);
    await empty;
    expect(answers).toEqual([{}]);
    const full = receive();
    await advance(10_000);
    await aws.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'hello' });
    await full;
    expect(answers[1]).toMatchObject({ Messages: [{ Body: 'hello' }] });
    await aws.settled();
  });
});

describe('a guard that does not answer a tick', () => {
  const deploy = async (source: string, settings: Json = {}) => {
    await create('guard', source, settings);
    return rollOut(aws, 'guard');
  };
  const hang = (ms: number) =>
    `export const handler = () => new Promise((resolve) => setTimeout(() => resolve({ Directive: 'CONTINUE' }), ${ms}));`;
  const goOn = "export const handler = async () => ({ Directive: 'CONTINUE' });";

  it.each<[string, string, Json, string]>([
    [
      'that crashes',
      'export const handler = async () => process.exit(3);',
      {},
      'Runtime exited with error: exit status 3',
    ],
    ['that throws', "export const handler = async () => { throw new Error('oh'); };", {}, 'guards: oh'],
    ['that Lambda stops', hang(2000), { Timeout: 1 }, 'Task timed out after 1.00 seconds'],
  ])('%s rolls the deployment back, and the log says why', async (_, source, settings, reason) => {
    const deployment = await deploy(source, settings);
    await advance(0);
    const { State, EventLog } = await deployment();
    expect(State).toBe('ROLLED_BACK');
    const started = EventLog.find(({ EventType }) => EventType === 'ROLLBACK_STARTED');
    expect(started?.Description).toContain('Error invoking extension guards');
    expect(started?.Description).toContain(reason);
  });

  it('is waited for while time stands still: how busy the machine is does not matter', async () => {
    const deployment = await deploy(hang(3500), { Timeout: 10 });
    await advance(0);
    expect((await deployment()).State).toBe('DEPLOYING');
  });

  it('because it finds no room rolls the deployment back at the tick that found none', async () => {
    const deployment = await deploy(goOn);
    await advance(3 * minuteMs);
    expect((await deployment()).State).toBe('DEPLOYING');
    const concurrency = { FunctionName: 'guard', ReservedConcurrentExecutions: 0 };
    await aws.call('lambda', 'PutFunctionConcurrency', concurrency);
    await advance(minuteMs);
    const { State, EventLog } = await deployment();
    expect(State).toBe('ROLLED_BACK');
    expect(EventLog[1]).toMatchObject({
      EventType: 'ROLLBACK_STARTED',
      Description: 'Error invoking extension guards: Rate Exceeded.',
    });
  });

  it('does not exist when it goes on', async () => {
    const deployment = await deploy(goOn);
    await advance(60 * minuteMs);
    expect((await deployment()).State).toBe('COMPLETE');
  });
});

describe('the seed', () => {
  it('gives the same ids again', async () => {
    const { Id } = await aws.call('appconfig', 'CreateApplication', { Name: 'hunt' });
    const others = await Promise.all(
      ['test', 'other'].map(async (seed) => {
        const other = await startLocalAws({ port: 0, clock, seed });
        const application = await other.call('appconfig', 'CreateApplication', { Name: 'hunt' });
        await other.close();
        return application['Id'];
      }),
    );
    expect(others.map((other) => other === Id)).toEqual([true, false]);
  });
});
