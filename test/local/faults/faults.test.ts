/** Services that are sick on purpose: over the wire, from other services, and for as long as somebody said. */

import { AppConfigClient, ListApplicationsCommand } from '@aws-sdk/client-appconfig';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultError, serviceNames } from '../../../local/faults/errors.js';
import { Faults, faultKinds } from '../../../local/faults/faults.js';
import type { LocalAws } from '../../../local/index.js';
import { AwsError } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { functionSessionToken } from '../../../local/services/lambda/runtime/environment.js';
import { clientSettings, startForTest } from '../gateway/clients.js';

const outside = { isOutside: true };

describe('a fault', () => {
  it('strikes its own services until it is ended, and counts', async () => {
    const faults = new Faults(new ManualClock(0));
    faults.begin({ services: ['dynamodb', 'kinesis'], kind: 'fail' });
    await expect(faults.strike('dynamodb', outside)).rejects.toMatchObject({
      name: 'InternalServerError',
      status: 500,
    });
    await expect(faults.strike('dynamodb', { isOutside: false })).rejects.toBeInstanceOf(AwsError);
    await faults.strike('sqs', outside);
    expect(faults.list()).toEqual([
      { service: 'dynamodb', kind: 'fail', strikes: 'all', sinceMs: 0, struck: 2 },
      { service: 'kinesis', kind: 'fail', strikes: 'all', sinceMs: 0, struck: 0 },
    ]);
    expect(faults.end(['dynamodb'])).toMatchObject([{ service: 'dynamodb', struck: 2 }]);
    await faults.strike('dynamodb', outside);
    await expect(faults.strike('kinesis', outside)).rejects.toThrow('kinesis fails');
    expect(faults.end()).toMatchObject([{ service: 'kinesis', struck: 1 }]);
    expect(faults.list()).toEqual([]);
  });

  it('ends by itself at its time, on the clock it was given', async () => {
    const clock = new ManualClock(1_000);
    const faults = new Faults(clock);
    faults.begin({ services: ['kinesis'], kind: 'throttle', forMs: 60_000 });
    expect(faults.list()).toMatchObject([{ sinceMs: 1_000, untilMs: 61_000 }]);
    await clock.advance(59_999);
    await expect(faults.strike('kinesis', outside)).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      status: 400,
    });
    await clock.advance(1);
    await faults.strike('kinesis', outside);
    expect(faults.list()).toEqual([]);
  });

  it('takes the place of the one before', async () => {
    const faults = new Faults(new ManualClock(0));
    faults.begin({ services: ['kinesis', 'sqs'], kind: 'fail', forMs: 5 });
    faults.begin({ services: ['kinesis'], kind: 'drop' });
    await expect(faults.strike('kinesis', outside)).rejects.toMatchObject({ name: 'Dropped' });
    expect(faults.list()).toEqual([
      { service: 'kinesis', kind: 'drop', strikes: 'all', sinceMs: 0, struck: 1 },
      { service: 'sqs', kind: 'fail', strikes: 'all', sinceMs: 0, untilMs: 5, struck: 0 },
    ]);
  });

  it('of who is outside passes calls from inside', async () => {
    const faults = new Faults(new ManualClock(0));
    faults.begin({ services: ['dynamodb'], kind: 'drop', strikes: 'outside' });
    await faults.strike('dynamodb', { isOutside: false });
    await expect(faults.strike('dynamodb', outside)).rejects.toThrow();
    expect(faults.list()).toMatchObject([{ struck: 1 }]);
  });

  it('delays, and lets pass', async () => {
    const faults = new Faults(new ManualClock(0));
    faults.begin({ services: ['sqs'], kind: 'delay', delayMs: 40 });
    const beganMs = performance.now();
    await faults.strike('sqs', outside);
    // Timers of the machine may be a little early.
    expect(performance.now() - beganMs).toBeGreaterThan(35);
    expect(faults.list()).toMatchObject([{ delayMs: 40, struck: 1 }]);
  });

  it('stands exactly between its beginning and its end, whatever was begun and ended around it', async () => {
    const service = fc.constantFrom(...serviceNames);
    const step = fc.oneof(
      fc.record({
        begin: service,
        kind: fc.constantFrom('fail', 'throttle', 'deny', 'drop'),
        forMs: fc.integer({ min: 1, max: 50 }),
      }),
      fc.record({ end: service }),
      fc.record({ passMs: fc.integer({ min: 0, max: 40 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const clock = new ManualClock(0);
        const faults = new Faults(clock);
        const until = new Map<string, number>();
        for (const one of steps) {
          if ('begin' in one) {
            faults.begin({ services: [one.begin], kind: one.kind as 'fail', forMs: one.forMs });
            until.set(one.begin, clock.now() + one.forMs);
          } else if ('end' in one) {
            faults.end([one.end]);
            until.delete(one.end);
          } else await clock.advance(one.passMs, async () => undefined);
          for (const name of serviceNames) {
            const isStruck = await faults.strike(name, outside).then(
              () => false,
              () => true,
            );
            expect([name, isStruck]).toEqual([name, (until.get(name) ?? 0) > clock.now()]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('has words of its own for every service, which its SDK retries', () => {
    for (const service of serviceNames) {
      expect(faultError(service, 'fail').status).toBe(500);
      expect(faultError(service, 'throttle').name).toMatch(/Thrott|Throughput|TooManyRequests/);
    }
    expect(faultKinds).toEqual(['fail', 'throttle', 'deny', 'delay', 'drop']);
  });
});

describe('over the wire', () => {
  let local: LocalAws;
  beforeAll(async () => {
    local = await startForTest();
  });
  afterEach(() => void local.faults.end());
  afterAll(() => local.close());

  const settings = () => clientSettings(local.endpoint);
  const calls = {
    appconfig: () => new AppConfigClient(settings()).send(new ListApplicationsCommand({})),
    dynamodb: () => new DynamoDBClient(settings()).send(new ListTablesCommand({})),
    kinesis: () => new KinesisClient(settings()).send(new ListStreamsCommand({})),
    lambda: () => new LambdaClient(settings()).send(new ListFunctionsCommand({})),
    sqs: () => new SQSClient(settings()).send(new ListQueuesCommand({})),
  };

  it.each([
    ['appconfig', 'fail', 'InternalServerException'],
    ['appconfig', 'throttle', 'ThrottlingException'],
    ['dynamodb', 'fail', 'InternalServerError'],
    ['dynamodb', 'throttle', 'ThrottlingException'],
    ['kinesis', 'fail', 'InternalFailure'],
    ['kinesis', 'throttle', 'ProvisionedThroughputExceededException'],
    ['lambda', 'fail', 'ServiceException'],
    ['lambda', 'throttle', 'TooManyRequestsException'],
    ['sqs', 'throttle', 'RequestThrottled'],
    ['appconfig', 'deny', 'AccessDeniedException'],
    ['dynamodb', 'deny', 'AccessDeniedException'],
    ['sqs', 'deny', 'AccessDenied'],
  ] as const)('%s told to %s answers %s to its SDK, and is well afterwards', async (service, kind, name) => {
    local.faults.begin({ services: [service], kind });
    await expect(calls[service]()).rejects.toMatchObject({ name });
    local.faults.end([service]);
    await calls[service]();
  });

  it.each(['appconfig', 'dynamodb', 'kinesis'] as const)(
    '%s told to drop ends the connection, and others are served',
    async (service) => {
      local.faults.begin({ services: [service], kind: 'drop' });
      const failure = await calls[service]().then(
        () => 'an answer',
        (error: { $metadata?: { httpStatusCode?: number } }) =>
          error.$metadata?.httpStatusCode ?? 'no answer',
      );
      expect(failure).toBe('no answer');
      await calls.sqs();
      local.faults.end();
      await calls[service]();
    },
  );

  it('what it strikes is counted as answered, with its status', async () => {
    local.faults.begin({ services: ['kinesis'], kind: 'fail' });
    const put = new PutRecordsCommand({ StreamName: 's', Records: [] });
    await new KinesisClient(settings()).send(put).catch(() => undefined);
    const text = await (await fetch(`${local.endpoint}/metrics`)).text();
    expect(text).toContain(
      'local_aws_requests_total{service="kinesis",operation="PutRecords",status="500"} 1',
    );
  });

  it('a machine that is offline reaches nothing, and functions reach everything', async () => {
    local.faults.begin({ services: ['dynamodb'], kind: 'drop', strikes: 'outside' });
    await expect(calls.dynamodb()).rejects.toThrow();
    const credentials = { ...settings().credentials, sessionToken: functionSessionToken };
    await new DynamoDBClient({ ...settings(), credentials }).send(new ListTablesCommand({}));
    await local.call('dynamodb', 'ListTables', {});
    const foreign = { ...settings().credentials, sessionToken: 'of somebody else' };
    await expect(
      new DynamoDBClient({ ...settings(), credentials: foreign }).send(new ListTablesCommand({})),
    ).rejects.toThrow();
  });

  it('services that need a sick one feel it too', async () => {
    local.faults.begin({ services: ['lambda'], kind: 'fail' });
    await expect(local.call('lambda', 'ListFunctions', {})).rejects.toMatchObject({
      name: 'ServiceException',
    });
  });
});

describe('the control door', () => {
  let local: LocalAws;
  beforeAll(async () => {
    local = await startForTest({ clock: new ManualClock(0) });
  });
  afterAll(() => local.close());

  const ask = async (method: string, body?: unknown, query = '') => {
    const response = await fetch(`${local.endpoint}/_local/faults${query}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: (await response.json()) as unknown };
  };
  const failing = (service: string) => ({
    service,
    kind: 'fail',
    strikes: 'all',
    sinceMs: 0,
    untilMs: 9_000,
    struck: 0,
  });

  it('begins, lists and ends', async () => {
    expect(await ask('GET')).toEqual({ status: 200, answer: { faults: [] } });
    const begun = await ask('POST', { services: ['kinesis', 'dynamodb'], kind: 'fail', forMs: 9_000 });
    expect(begun).toEqual({ status: 200, answer: { faults: [failing('kinesis'), failing('dynamodb')] } });
    expect((await ask('GET')).answer).toEqual(begun.answer);
    expect((await ask('DELETE', undefined, '?services=kinesis')).answer).toEqual({
      ended: [failing('kinesis')],
    });
    expect((await ask('DELETE')).answer).toEqual({ ended: [failing('dynamodb')] });
  });

  it.each([
    ['a service that is not there', { services: ['s3'], kind: 'fail' }, 'services.0'],
    ['no service', { services: [], kind: 'fail' }, 'services'],
    ['another kind', { services: ['kinesis'], kind: 'explode' }, 'kind'],
    ['no time at all', { services: ['kinesis'], kind: 'fail', forMs: 0 }, 'forMs'],
    ['a misspelt member', { services: ['kinesis'], kind: 'fail', forMinutes: 5 }, 'forMinutes'],
  ])('refuses %s, and names it', async (_, body, named) => {
    const { status, answer } = await ask('POST', body);
    expect(status).toBe(400);
    expect((answer as { error: string }).error).toContain(named);
    expect((await ask('GET')).answer).toEqual({ faults: [] });
  });

  it('is closed to web pages', async () => {
    const response = await fetch(`${local.endpoint}/_local/faults`, {
      method: 'POST',
      headers: { origin: 'https://example.org' },
      body: JSON.stringify({ services: ['kinesis'], kind: 'fail' }),
    });
    expect(response.status).toBe(403);
    expect(local.faults.list()).toEqual([]);
  });
});
