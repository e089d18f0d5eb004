import { afterEach, beforeEach, expect, it } from 'vitest';
import { localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createDynamodb } from '../../../local/services/dynamodb/service.js';

const startMs = Date.UTC(2026, 0, 1);
const startSeconds = startMs / 1000;
const fiveYearsSeconds = 157_680_000;

let clock: ManualClock;
let dynamodb: Service;

beforeEach(async () => {
  clock = new ManualClock(startMs);
  dynamodb = await createDynamodb({ clock, identity: localIdentity });
  for (const TableName of ['expiring', 'staying']) {
    await dynamodb.call('CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
    });
  }
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'ttl' };
  await dynamodb.call('UpdateTimeToLive', { TableName: 'expiring', TimeToLiveSpecification });
});

afterEach(async () => {
  await dynamodb.close();
});

async function put(TableName: string, key: string, ttl: object): Promise<void> {
  await dynamodb.call('PutItem', { TableName, Item: { k: { S: key }, ttl } });
}

async function keys(TableName: string): Promise<string[]> {
  const { Items } = await dynamodb.call('Scan', { TableName });
  return (Items as { k: { S: string } }[]).map(({ k }) => k.S).sort();
}

it('what has expired is deleted within a minute, and nothing else', async () => {
  await put('expiring', 'past', { N: String(startSeconds + 10) });
  await put('expiring', 'future', { N: String(startSeconds + 61) });
  await put('expiring', 'ancient', { N: String(startSeconds - fiveYearsSeconds) });
  await put('expiring', 'text', { S: String(startSeconds) });
  await put('staying', 'past', { N: String(startSeconds + 10) });

  await clock.advance(59_000);
  expect(await keys('expiring')).toEqual(['ancient', 'future', 'past', 'text']);

  await clock.advance(1000);
  await expect.poll(() => keys('expiring')).toEqual(['ancient', 'future', 'text']);
  expect(await keys('staying')).toEqual(['past']);

  await clock.advance(60_000);
  await expect.poll(() => keys('expiring')).toEqual(['ancient', 'text']);
});
