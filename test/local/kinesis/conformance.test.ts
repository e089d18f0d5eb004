import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { type Oracle, startOracle } from './oracle.js';
import { runScript } from './script.js';

let oracle: Oracle;
let local: LocalAws;
let ours: Awaited<ReturnType<typeof runScript>>;
let theirs: Awaited<ReturnType<typeof runScript>>;

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};

/** PutRecords to kinesis-local fails over HTTP/2, so it is asked with the HTTP/1.1 handler of another client. */
function oracleClient(endpoint: string): KinesisClient {
  const { requestHandler } = new SQSClient(settings).config;
  return new KinesisClient({ ...settings, endpoint, requestHandler });
}

beforeAll(async () => {
  [local, oracle] = await Promise.all([startLocalAws({ port: 0 }), startOracle()]);
  const clients = [
    new KinesisClient({ ...settings, endpoint: local.endpoint }),
    oracleClient(oracle.endpoint),
  ] as const;
  [ours, theirs] = await Promise.all([runScript(clients[0]), runScript(clients[1])]);
  for (const client of clients) client.destroy();
});

afterAll(async () => {
  await Promise.all([local?.close(), oracle?.close()]);
});

describe('our Kinesis answers as kinesis-local does', () => {
  it.each(['streams', 'records', 'iterators', 'shards', 'settings', 'refusals'])('about %s', (part) => {
    expect(ours[part]).toEqual(theirs[part]);
  });
});
