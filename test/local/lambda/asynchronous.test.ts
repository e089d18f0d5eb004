import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../../local/kernel/aws.js';
import { startWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const minute = 60_000;
/** Counts its calls in its log, fails while `failures` are left, and says under which request it ran. */
const flaky = (failures: number) => `
  let calls = 0;
  export const handler = async (event, context) => {
    calls += 1;
    process.stdout.write('call ' + calls + ' ' + context.awsRequestId + '\\n');
    if (calls <= ${failures}) throw new Error('failure ' + calls);
    return { calls, event };
  };`;

const send = (FunctionName: string, event: unknown = { n: 1 }) =>
  world.aws.call('lambda', 'Invoke', {
    FunctionName,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify(event)),
  });
const calls = () => world.lines.filter((line) => line.startsWith('call '));
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

async function queue(name: string): Promise<string> {
  await world.aws.call('sqs', 'CreateQueue', { QueueName: name });
  return queueArn(name);
}

const bodies = async (name: string) =>
  (await world.messages(name)).map((message) => JSON.parse(String(message['Body'])));

describe('an asynchronous invocation', () => {
  it('is tried again after one and after two minutes, under the same request id', async () => {
    await world.create('flaky', flaky(2));
    await send('flaky');
    await world.lambda.settled();
    expect(calls()).toHaveLength(1);
    await world.pass(minute - 1000, 5000);
    expect(calls()).toHaveLength(1);
    await world.pass(1000);
    expect(calls()).toHaveLength(2);
    await world.pass(2 * minute - 1000, 5000);
    expect(calls()).toHaveLength(2);
    await world.pass(1000);
    expect(calls()).toHaveLength(3);
    expect(new Set(calls().map((line) => line.split(' ')[2])).size).toBe(1);
    await world.pass(60 * minute, 10 * minute);
    expect(calls()).toHaveLength(3);
  });

  it('ends in the dead letter queue and at the on-failure destination when every attempt failed', async () => {
    const TargetArn = await queue('dead');
    const Destination = await queue('failed');
    await world.create('broken', flaky(99), { DeadLetterConfig: { TargetArn } });
    await world.aws.call('lambda', 'PutFunctionEventInvokeConfig', {
      FunctionName: 'broken',
      DestinationConfig: { OnFailure: { Destination } },
    });
    await send('broken', { order: 7 });
    await world.lambda.settled();
    await world.pass(4 * minute, minute);
    const [dead] = await world.messages('dead');
    expect(dead).toMatchObject({
      Body: '{"order":7}',
      MessageAttributes: {
        RequestID: { StringValue: calls()[0]?.split(' ')[2] },
        ErrorCode: { StringValue: '200' },
        ErrorMessage: { StringValue: 'failure 3' },
      },
    });
    expect(await bodies('failed')).toEqual([
      {
        version: '1.0',
        timestamp: '2026-01-01T00:03:00.000Z',
        requestContext: {
          requestId: calls()[0]?.split(' ')[2],
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:broken:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { order: 7 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: expect.objectContaining({ errorMessage: 'failure 3' }),
      },
    ]);
  });

  it('is not tried again when no retries are allowed', async () => {
    const Destination = await queue('failed');
    await world.create('once', flaky(99));
    const DestinationConfig = { OnFailure: { Destination } };
    const input = { FunctionName: 'once', MaximumRetryAttempts: 0, DestinationConfig };
    await world.aws.call('lambda', 'PutFunctionEventInvokeConfig', input);
    await send('once');
    await world.lambda.settled();
    expect((await bodies('failed'))[0]).toMatchObject({ requestContext: { approximateInvokeCount: 1 } });
    expect(calls()).toHaveLength(1);
  });

  it('is given up when it grows too old between attempts', async () => {
    const Destination = await queue('failed');
    await world.create('aging', flaky(99));
    const DestinationConfig = { OnFailure: { Destination } };
    const input = { FunctionName: 'aging', MaximumEventAgeInSeconds: 120, DestinationConfig };
    await world.aws.call('lambda', 'PutFunctionEventInvokeConfig', input);
    await send('aging');
    await world.lambda.settled();
    await world.pass(3 * minute, minute);
    expect(calls()).toHaveLength(2);
    expect((await bodies('failed'))[0]).toMatchObject({ requestContext: { condition: 'EventAgeExceeded' } });
  });

  it('tells another function of its success', async () => {
    await world.create(
      'told',
      'export const handler = async (record) => console.log(JSON.stringify(record));',
    );
    await world.create('happy', flaky(0));
    const Destination = 'arn:aws:lambda:us-east-1:000000000000:function:told';
    const DestinationConfig = { OnSuccess: { Destination } };
    await world.aws.call('lambda', 'PutFunctionEventInvokeConfig', {
      FunctionName: 'happy',
      DestinationConfig,
    });
    await send('happy');
    await world.lambda.settled();
    const line = world.lines.find((text) => text.includes('requestContext')) ?? '';
    const record = JSON.parse(line.slice(line.indexOf('{'))) as Json;
    expect(record).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      requestPayload: { n: 1 },
      responsePayload: { calls: 1, event: { n: 1 } },
    });
  });

  it('waits for a place instead of being refused', async () => {
    await world.create('narrow', flaky(0));
    const input = { FunctionName: 'narrow', ReservedConcurrentExecutions: 1 };
    await world.aws.call('lambda', 'PutFunctionConcurrency', input);
    for (let index = 0; index < 5; index++) await send('narrow', { index });
    await expect.poll(calls).toHaveLength(5);
  });

  it('goes straight to the dead letters of a function that is switched off', async () => {
    const TargetArn = await queue('dead');
    await world.create('off', flaky(0), { DeadLetterConfig: { TargetArn } });
    const input = { FunctionName: 'off', ReservedConcurrentExecutions: 0 };
    await world.aws.call('lambda', 'PutFunctionConcurrency', input);
    await send('off');
    await world.lambda.settled();
    expect(await world.messages('dead')).toHaveLength(1);
    expect(calls()).toEqual([]);
  });

  it('counts a destination that cannot be reached, and says so in the log', async () => {
    await world.create('lost', flaky(0), {});
    const DestinationConfig = { OnSuccess: { Destination: queueArn('nowhere') } };
    await world.aws.call('lambda', 'PutFunctionEventInvokeConfig', {
      FunctionName: 'lost',
      DestinationConfig,
    });
    await send('lost');
    await world.lambda.settled();
    expect(world.lambda.metrics()).toContain(
      'aws_lambda_destination_delivery_failures_total{function_name="lost"} 1',
    );
    expect(world.lines.some((line) => line.startsWith('DestinationDeliveryFailures: '))).toBe(true);
  });

  it('survives a restart while it waits for its next attempt', async () => {
    await world.create('flaky', flaky(1));
    await send('flaky', { kept: true });
    await world.lambda.settled();
    const saved = JSON.parse(JSON.stringify(world.lambda.snapshot?.())) as Json;
    const second = await startWorld({ clock: world.clock });
    second.lambda.restore?.(saved);
    await new Promise((resolve) => setImmediate(resolve));
    await second.pass(minute + 1000, 5000);
    expect(second.lines.filter((line) => line.startsWith('call '))).toHaveLength(1);
    await second.close();
  });
});
