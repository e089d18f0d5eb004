import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, Service } from '../../../local/kernel/aws.js';
import { localIdentity } from '../../../local/kernel/aws.js';
import { mayInvoke } from '../../../local/services/events/permission.js';
import { nextInstant, parseRate } from '../../../local/services/events/schedule.js';
import { createEvents } from '../../../local/services/events/service.js';
import { startWorld, type World } from '../lambda/world.js';

const minuteMs = 60_000;
const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/tick';
const target = { Id: 'one', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:ticked' };

let world: World;
let events: Service;
let troubles: string[];
beforeEach(async () => {
  world = await startWorld();
  troubles = [];
  events = start();
  const source =
    "export const handler = async (event) => process.stdout.write('tick ' + JSON.stringify(event) + '\\n');";
  await world.create('ticked', source);
});
afterEach(async () => {
  await events.close();
  await world.close();
});

function start(): Service {
  const { aws, clock } = world;
  return createEvents({ aws, clock, identity: localIdentity, onLog: (line) => troubles.push(line.text) });
}

const permit = (SourceArn: string = ruleArn) =>
  world.aws.call('lambda', 'AddPermission', {
    FunctionName: 'ticked',
    StatementId: 'tick',
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn,
  });
const put = async (rule: Json = {}, more: Json = {}) => {
  await events.call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)', ...rule });
  await events.call('PutTargets', { Rule: 'tick', Targets: [{ ...target, ...more }] });
};
const ticks = () =>
  world.lines.filter((line) => line.startsWith('tick ')).map((line) => JSON.parse(line.slice(5)) as Json);

describe('a schedule', () => {
  it('invokes its function at every multiple of its rate with AWS’s event', async () => {
    await permit();
    await put();
    await world.pass(5 * minuteMs - 1, minuteMs);
    expect(ticks()).toEqual([]);
    await world.pass(1);
    expect(ticks()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-01-01T00:05:00Z',
        region: 'us-east-1',
        resources: [ruleArn],
        detail: {},
      },
    ]);
    await world.pass(10 * minuteMs, minuteMs);
    expect(ticks().map((event) => event['time'])).toEqual([
      '2026-01-01T00:05:00Z',
      '2026-01-01T00:10:00Z',
      '2026-01-01T00:15:00Z',
    ]);
  });

  it('hands over a constant input in place of the event', async () => {
    await permit();
    await put({}, { Input: '{"hint":true}' });
    await world.pass(5 * minuteMs, minuteMs);
    expect(ticks()).toEqual([{ hint: true }]);
  });

  it.each([
    ['no permission', undefined],
    ['a permission for another rule', 'arn:aws:events:us-east-1:000000000000:rule/other'],
  ])('does not invoke with %s, and says so', async (_, sourceArn) => {
    if (sourceArn) await permit(sourceArn);
    await put();
    await world.pass(5 * minuteMs, minuteMs);
    expect(ticks()).toEqual([]);
    expect(troubles).toEqual([expect.stringContaining('does not allow events.amazonaws.com to invoke it')]);
  });

  it('rests while it is disabled, and counts anew when it is enabled', async () => {
    await permit();
    await put({ State: 'DISABLED' });
    await world.pass(12 * minuteMs, minuteMs);
    expect(ticks()).toEqual([]);
    await events.call('EnableRule', { Name: 'tick' });
    await world.pass(5 * minuteMs, minuteMs);
    expect(ticks().map((event) => event['time'])).toEqual(['2026-01-01T00:17:00Z']);
    await events.call('DisableRule', { Name: 'tick' });
    await world.pass(10 * minuteMs, minuteMs);
    expect(ticks()).toHaveLength(1);
  });

  it('ends when its rule is deleted, which its targets prevent', async () => {
    await permit();
    await put();
    await expect(events.call('DeleteRule', { Name: 'tick' })).rejects.toThrow(
      "Rule can't be deleted since it has targets.",
    );
    await events.call('RemoveTargets', { Rule: 'tick', Ids: ['one'] });
    await events.call('DeleteRule', { Name: 'tick' });
    await world.pass(5 * minuteMs, minuteMs);
    expect(ticks()).toEqual([]);
    expect(await events.call('ListRules', {})).toEqual({ Rules: [] });
  });

  it('keeps its beat over a restart', async () => {
    await permit();
    await put();
    await world.pass(3 * minuteMs, minuteMs);
    const saved = JSON.parse(JSON.stringify(events.snapshot?.())) as Json;
    await events.close();
    events = start();
    events.restore?.(saved);
    await world.pass(2 * minuteMs, minuteMs);
    expect(ticks().map((event) => event['time'])).toEqual(['2026-01-01T00:05:00Z']);
  });

  it('keeps its beat when the same rule is put again', async () => {
    await permit();
    await put();
    await world.pass(3 * minuteMs, minuteMs);
    await put({ Description: 'other words' });
    await world.pass(2 * minuteMs, minuteMs);
    expect(ticks()).toHaveLength(1);
  });
});

describe('a rule is refused for', () => {
  it.each([
    ['cron', { ScheduleExpression: 'cron(0 12 * * ? *)' }, 'rate(…) only, no cron(…)'],
    ['a plural of one', { ScheduleExpression: 'rate(1 minutes)' }, 'is not valid'],
    ['a singular of two', { ScheduleExpression: 'rate(2 minute)' }, 'is not valid'],
    ['less than a minute', { ScheduleExpression: 'rate(0 minutes)' }, 'is not valid'],
    ['seconds', { ScheduleExpression: 'rate(30 seconds)' }, 'is not valid'],
    [
      'an empty pattern',
      { EventPattern: '{}' },
      'Event pattern is not valid. Reason: expected a JSON object',
    ],
    [
      'an operator that is not here',
      { EventPattern: '{"a":[{"cidr":"::/0"}]}' },
      "'cidr' is no operator here",
    ],
    ['nothing that wakes it', { ScheduleExpression: undefined }, 'EventPattern or ScheduleExpression'],
    ['another bus', { EventBusName: 'mine' }, 'no other event bus'],
  ])('%s', async (_, rule, message) => {
    await expect(put(rule)).rejects.toThrow(message);
    expect(await events.call('ListRules', {})).toEqual({ Rules: [] });
  });

  it.each([
    ['a queue as target', { Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }, 'expected the ARN of a function'],
    ['an input that is no JSON', { Input: '{' }, 'expected JSON text'],
    ['an input path', { InputPath: '$.detail' }, 'InputPath'],
  ])('%s', async (_, more, message) => {
    await expect(put({}, more)).rejects.toThrow(message);
    expect(await events.call('ListTargetsByRule', { Rule: 'tick' })).toEqual({ Targets: [] });
  });
});

describe('the wire', () => {
  it('is JSON 1.1 with AWS’s target', async () => {
    const request = {
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'AWSEvents.PutRule', 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify({ Name: 'tick', ScheduleExpression: 'rate(1 hour)' })),
    };
    const response = await events.handle(request);
    expect({ status: response.status, body: JSON.parse(String(response.body)) }).toEqual({
      status: 200,
      body: { RuleArn: ruleArn },
    });
  });
});

describe('rules without a clock', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('%s lasts %i ms', (expression, expectedMs) => {
    expect(parseRate(expression)).toBe(expectedMs);
  });

  it.each([
    [0, 100],
    [99, 100],
    [100, 200],
    [250, 300],
  ])('after %i ms of an anchor the next multiple of 100 ms is %i', (passedMs, expectedMs) => {
    expect(nextInstant(7, 100, 7 + passedMs)).toBe(7 + expectedMs);
  });

  const caller = { ruleArn, accountId: '000000000000' };
  const allowed = { Principal: { Service: 'events.amazonaws.com' }, Action: 'lambda:InvokeFunction' };
  it.each([
    ['the service', allowed, true],
    ['anybody', { ...allowed, Principal: '*' }, true],
    ['another service', { ...allowed, Principal: { Service: 's3.amazonaws.com' } }, false],
    ['another action', { ...allowed, Action: 'lambda:GetFunction' }, false],
    ['the rule', { ...allowed, Condition: { ArnLike: { 'AWS:SourceArn': ruleArn } } }, true],
    [
      'all rules',
      { ...allowed, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*' } } },
      true,
    ],
    ['rules called tock', { ...allowed, Condition: { ArnLike: { 'AWS:SourceArn': `${ruleArn}?` } } }, false],
    [
      'the account',
      { ...allowed, Condition: { StringEquals: { 'AWS:SourceAccount': '000000000000' } } },
      true,
    ],
    ['another account', { ...allowed, Condition: { StringEquals: { 'AWS:SourceAccount': '1' } } }, false],
    [
      'a condition that is not understood',
      { ...allowed, Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
      false,
    ],
  ])('a policy for %s is read', (_, statement, expected) => {
    expect(mayInvoke({ Statement: [statement] }, caller)).toBe(expected);
  });
});
