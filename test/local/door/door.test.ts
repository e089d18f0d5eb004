import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/index.js';
import { ManualClock } from '../../../local/kernel/clock.js';

let directory: string;
let running: LocalAws[];

async function start(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const local = await startLocalAws({ port: 0, ...options });
  running.push(local);
  return local;
}

beforeEach(async () => {
  running = [];
  directory = await mkdtemp(join(tmpdir(), 'local-aws-'));
});

afterEach(async () => {
  for (const local of running) await local.close();
  await rm(directory, { recursive: true });
});

const table = {
  TableName: 'kept',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
};

async function fill(local: LocalAws): Promise<void> {
  await local.call('dynamodb', 'CreateTable', structuredClone(table));
  await local.call('dynamodb', 'PutItem', { TableName: 'kept', Item: { k: { S: 'x' } } });
  await local.call('kinesis', 'CreateStream', { StreamName: 'kept', ShardCount: 1 });
  await local.call('kinesis', 'PutRecord', { StreamName: 'kept', Data: Buffer.from('x'), PartitionKey: 'k' });
  await local.call('sqs', 'CreateQueue', { QueueName: 'kept' });
  await local.call('appconfig', 'CreateApplication', { Name: 'kept' });
}

async function found(local: LocalAws): Promise<unknown> {
  const { TableNames } = await local.call('dynamodb', 'ListTables', {});
  const { StreamNames } = await local.call('kinesis', 'ListStreams', {});
  const { QueueUrls } = await local.call<{ QueueUrls: string[] }>('sqs', 'ListQueues', {});
  const { Items } = await local.call<{ Items: { Name: string }[] }>('appconfig', 'ListApplications', {});
  return [
    TableNames,
    StreamNames,
    QueueUrls.map((url) => url.split('/').at(-1)),
    Items.map(({ Name }) => Name),
  ];
}

const everything = [['kept'], ['kept'], ['kept'], ['kept']];

describe('the local AWS', () => {
  it('says where it is, in its environment and its health', async () => {
    const local = await start();
    expect(local.environment).toEqual({
      AWS_ENDPOINT_URL: local.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    const health = await (await fetch(`${local.endpoint}/_local/health`)).json();
    expect(health).toEqual({
      status: 'ok',
      services: expect.arrayContaining([
        'appconfig',
        'appconfigdata',
        'dynamodb',
        'kinesis',
        'lambda',
        'sqs',
      ]),
    });
  });

  it('counts requests in its metrics', async () => {
    const local = await start();
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/kinesis/aws4_request';
    const headers = { authorization, 'x-amz-target': 'Kinesis_20131202.ListStreams' };
    await fetch(local.endpoint, { method: 'POST', headers, body: '{}' });
    const metrics = await (await fetch(`${local.endpoint}/metrics`)).text();
    expect(metrics).toContain(
      'local_aws_requests_total{service="kinesis",operation="ListStreams",status="200"} 1',
    );
  });

  it('refuses a service it does not have, in process', async () => {
    const local = await start();
    await expect(local.call('cloudformation', 'ListStacks', {})).rejects.toThrow(
      "no service 'cloudformation'",
    );
  });

  it('leaves nothing behind when its port is in use', async () => {
    const local = await start();
    const port = Number(new URL(local.endpoint).port);
    await expect(startLocalAws({ port, keep: directory })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use`,
    );
    expect(await found(await start({ keep: directory }))).toEqual([[], [], [], []]);
  });

  it('closes when asked over the wire', async () => {
    const local = await start();
    const response = await fetch(`${local.endpoint}/_local/shutdown`, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([202, { status: 'closing' }]);
    await local.closed;
    await expect(fetch(local.endpoint)).rejects.toThrow();
  });
});

describe('kept state', () => {
  it('is there again after a restart', async () => {
    const first = await start({ keep: directory });
    await fill(first);
    await first.close();
    expect(await found(await start({ keep: directory }))).toEqual(everything);
  });

  it('holds what a request changed that was under way when closing began', async () => {
    const local = await start({ keep: directory });
    const body = '{"QueueName":"late"}';
    const request = http.request(local.endpoint, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request',
        'x-amz-target': 'AmazonSQS.CreateQueue',
        'content-length': body.length,
      },
    });
    const answered = once(request, 'response');
    request.write(body.slice(0, 5));
    // The server has seen the beginning of it once another request was answered.
    await fetch(`${local.endpoint}/_local/health`);
    const closed = local.close();
    request.end(body.slice(5));
    const [response] = await answered;
    await closed;
    expect(response.statusCode).toBe(200);
    const { QueueUrls } = await (await start({ keep: directory })).call('sqs', 'ListQueues', {});
    expect(QueueUrls).toHaveLength(1);
  });

  it('is saved while it runs, in whole files', async () => {
    const clock = new ManualClock();
    const local = await start({ keep: directory, clock });
    await fill(local);
    await clock.advance(2000);
    const saved = async () => JSON.parse(await readFile(join(directory, 'kinesis.json'), 'utf8'));
    await expect
      .poll(saved, { timeout: 10_000 })
      .toMatchObject({ service: 'kinesis', state: { streams: [{}] } });
    expect((await readdir(directory)).filter((name) => name.endsWith('.writing'))).toEqual([]);
  });

  it.each([
    ['broken JSON', '{'],
    ['another layout', '{"format":99,"service":"sqs","state":{}}'],
    ['another state', '{"format":1,"service":"sqs","state":{"queues":7}}'],
  ])('that holds %s stops the start and stays as it is', async (_about, text) => {
    const path = join(directory, 'sqs.json');
    await writeFile(path, text);
    await expect(startLocalAws({ port: 0, keep: directory })).rejects.toThrow(
      new RegExp(
        `Cannot read the kept state ${path}.*Move the file away to start without the sqs state`,
        's',
      ),
    );
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is held by one local AWS at a time', async () => {
    await start({ keep: directory });
    await expect(startLocalAws({ port: 0, keep: directory })).rejects.toThrow(
      'is another local AWS using it?',
    );
  });
});

describe('logs', () => {
  it('of the local AWS and its functions are read over the wire', async () => {
    const lines: string[] = [];
    const clock = new ManualClock();
    const local = await start({ keep: directory, clock, onLog: ({ text }) => lines.push(text) });
    await rm(directory, { recursive: true });
    await clock.advance(2000);
    await expect.poll(() => lines.length).toBeGreaterThan(0);
    const text = await (await fetch(`${local.endpoint}/_local/logs?lines=1`)).text();
    expect(JSON.parse(text)).toMatchObject({
      source: 'local',
      text: expect.stringContaining('Cannot save state'),
    });
    await local.close().catch(() => undefined);
    running = [];
    directory = await mkdtemp(join(tmpdir(), 'local-aws-'));
  });
});
