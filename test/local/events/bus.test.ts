import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { createEvents } from '../../../local/services/events/service.js';
import { startWorld, type World } from '../lambda/world.js';

const minuteMs = 60_000;
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:reacts';
const completed = JSON.stringify({
  source: ['aws.appconfig'],
  'detail-type': ['On Deployment Complete'],
  detail: { Environment: { Id: ['prod123'] } },
});

let world: World;
let events: Service;
let troubles: string[];
beforeEach(async () => {
  world = await startWorld();
  troubles = [];
  const { aws, clock } = world;
  events = createEvents({ aws, clock, identity: localIdentity, onLog: (line) => troubles.push(line.text) });
  await world.create(
    'reacts',
    `export const handler = async (event) => {
       process.stdout.write('got ' + JSON.stringify(event) + '\\n');
       if (event.fails) throw new Error('fails');
     };`,
  );
});
afterEach(async () => {
  await events.close();
  await world.close();
});

async function react(rule: Json = {}, target: Json = {}): Promise<void> {
  await events.call('PutRule', { Name: 'react', EventPattern: completed, ...rule });
  await events.call('PutTargets', { Rule: 'react', Targets: [{ Id: 'one', Arn: arn, ...target }] });
}
const permit = () =>
  world.aws.call('lambda', 'AddPermission', {
    FunctionName: 'reacts',
    StatementId: 'react',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/react',
  });
const complete = (environment = 'prod123') =>
  events.call('PutServiceEvent', {
    Source: 'aws.appconfig',
    DetailType: 'On Deployment Complete',
    Detail: { Environment: { Id: environment }, DeploymentNumber: 3 },
    Resources: ['arn:aws:appconfig:us-east-1:000000000000:extensionassociation/z763ff5'],
  });
const got = () =>
  world.lines.filter((line) => line.startsWith('got ')).map((line) => JSON.parse(line.slice(4)) as Json);

describe('an event on the bus', () => {
  it('reaches the targets of the rules that it fits, in AWS’s shape', async () => {
    await permit();
    await react();
    await world.pass(1234);
    await complete();
    await complete('staging');
    await world.pass(200);
    expect(got()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'On Deployment Complete',
        source: 'aws.appconfig',
        account: '000000000000',
        time: '2026-01-01T00:00:01Z',
        region: 'us-east-1',
        resources: ['arn:aws:appconfig:us-east-1:000000000000:extensionassociation/z763ff5'],
        detail: { Environment: { Id: 'prod123' }, DeploymentNumber: 3 },
      },
    ]);
  });

  it('is replaced by a target’s constant input, and tried again by Lambda', async () => {
    await permit();
    await react({}, { Input: '{"fails":true}' });
    await complete();
    await world.pass(200);
    expect(got()).toEqual([{ fails: true }]);
    await world.pass(4 * minuteMs, minuteMs);
    expect(got()).toEqual([{ fails: true }, { fails: true }, { fails: true }]);
  });

  it('does not wake a rule that is disabled, nor one that has a schedule only', async () => {
    await permit();
    await react({ State: 'DISABLED' });
    await complete();
    await events.call('PutRule', { Name: 'react', ScheduleExpression: 'rate(1 day)' });
    await complete();
    await world.pass(200);
    expect(got()).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('does not reach a function that does not allow it, and the log says so', async () => {
    await react();
    await complete();
    await world.pass(200);
    expect(got()).toEqual([]);
    expect(troubles).toEqual([expect.stringContaining('does not allow events.amazonaws.com to invoke it')]);
  });

  it('wakes rules that came back from a snapshot', async () => {
    await permit();
    await react();
    const saved = JSON.parse(JSON.stringify(events.snapshot?.())) as Json;
    await events.close();
    const { aws, clock } = world;
    events = createEvents({ aws, clock, identity: localIdentity });
    events.restore?.(saved);
    await complete();
    await world.pass(200);
    expect(got()).toHaveLength(1);
  });
});

const entry = { Source: 'shop', DetailType: 'Sold', Detail: '{"price":5}' };
const wire = async (operation: string, input: Json) => {
  const response = await events.handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'x-amz-target': `AWSEvents.${operation}`, 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(JSON.stringify(input)),
  });
  return { status: response.status, body: JSON.parse(String(response.body)) as Json };
};

describe('PutEvents', () => {
  it('puts a user’s event on the bus, at the time that it names', async () => {
    await permit();
    await react({ EventPattern: '{"detail":{"price":[{"numeric":[">",4]}]}}' });
    const Entries = [
      { ...entry, Time: 1_700_000_000, Resources: ['a'] },
      { ...entry, Detail: '{"price":4}' },
    ];
    const answer = await wire('PutEvents', { Entries });
    expect(answer).toMatchObject({ status: 200, body: { FailedEntryCount: 0 } });
    await world.pass(200);
    expect(got()).toMatchObject([
      {
        source: 'shop',
        'detail-type': 'Sold',
        time: '2023-11-14T22:13:20Z',
        resources: ['a'],
        detail: { price: 5 },
      },
    ]);
  });

  it.each([
    ['a source of AWS’s own', { Source: 'aws.appconfig' }, 'NotAuthorizedForSourceException'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { Detail: '1' }, 'MalformedDetail'],
  ])('refuses an entry with %s, alone', async (_, change, ErrorCode) => {
    const { body } = await wire('PutEvents', { Entries: [{ ...entry, ...change }, entry] });
    expect(body).toEqual({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode, ErrorMessage: expect.any(String) }, { EventId: expect.any(String) }],
    });
  });

  it('refuses another bus', async () => {
    const { status } = await wire('PutEvents', { Entries: [{ ...entry, EventBusName: 'mine' }] });
    expect(status).toBe(400);
  });

  it('is the only way onto the bus over the wire', async () => {
    expect(await wire('PutServiceEvent', {})).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    });
  });
});
