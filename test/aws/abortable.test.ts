import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AppConfigClient,
  ListApplicationsCommand,
  paginateListApplications,
} from '@aws-sdk/client-appconfig';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { abortable, impatient } from '../../aws/abortable.js';
import { all } from './all.js';

/** Takes every request and answers none. */
const blackHole = createServer(() => undefined);
beforeAll(() => new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  blackHole.closeAllConnections();
  blackHole.close();
});

const settings = () => ({
  endpoint: `http://127.0.0.1:${(blackHole.address() as AddressInfo).port}`,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

it('ends a call, and a listing, that runs when the signal aborts', async () => {
  const [appConfig, dynamodb] = [new AppConfigClient(settings()), new DynamoDBClient(settings())];
  const controller = new AbortController();
  const { signal } = controller;
  const get = new GetItemCommand({ TableName: 't', Key: { k: { S: 'x' } } });
  const calls = [
    abortable(dynamodb, signal).send(get),
    abortable(appConfig, signal).send(new ListApplicationsCommand({})),
    all(paginateListApplications({ client: abortable(appConfig, signal) }, {})),
  ].map((call) => call.catch((error: unknown) => String(error)));
  await new Promise((resolve) => blackHole.once('request', resolve));
  controller.abort();
  for (const outcome of await Promise.all(calls)) expect(outcome).toContain('AbortError');
});

it('does not begin once the signal has aborted, and leaves the client as it was', async () => {
  const client = new DynamoDBClient({ ...settings(), maxAttempts: 1 });
  const bound = abortable(client, AbortSignal.abort());
  await expect(bound.send(new GetItemCommand({ TableName: 't', Key: { k: { S: 'x' } } }))).rejects.toThrow(
    /abort/i,
  );
  expect(bound).toBeInstanceOf(DynamoDBClient);
  expect(Object.hasOwn(client, 'send')).toBe(false);
});

it('gives a call that hangs up soon enough for one more, and fails within the time for inputs', async () => {
  const attempts: unknown[] = [];
  blackHole.on('request', ({ headers }) => attempts.push(headers['amz-sdk-request']));
  const client = new DynamoDBClient({ ...settings(), ...impatient });
  const beganMs = performance.now();
  await expect(client.send(new GetItemCommand({ TableName: 't', Key: { k: { S: 'x' } } }))).rejects.toThrow(
    /timeout/i,
  );
  // Requests of the tests before may arrive only now.
  expect(attempts).toEqual(expect.arrayContaining(['attempt=1; max=2', 'attempt=2; max=2']));
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});
