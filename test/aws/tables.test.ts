import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createChangeCursors } from '../../aws/change-cursors.js';
import { createNodeRecords } from '../../aws/node-records.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { epochMs } from '../../core/time.js';
import { changeCursorsContract } from './change-cursors-contract.js';
import { inLocalAws } from './in-local-aws.js';
import { inMemoryCursors, inMemoryRecords } from './in-memory-tables.js';
import { nodeRecordsContract } from './node-records-contract.js';

const aws = inLocalAws();

describe('ChangeCursors in memory', () => {
  changeCursorsContract(async () => inMemoryCursors());
});

describe('ChangeCursors in DynamoDB', () => {
  changeCursorsContract(async () => createChangeCursors(aws().dynamodb, await aws().table('address')));

  it('says which cursor something else wrote, and where it differs', async () => {
    const table = await aws().table('address');
    const Item = {
      address: { S: 'a/b/c' },
      revision: { N: '1' },
      settledThrough: { S: 'x' },
      emitted: { S: '{}' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    const error = await createChangeCursors(aws().dynamodb, table)
      .read('a/b/c')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(String(error)).toContain('The cursor of a/b/c was stored in another form: settledThrough.N');
  });

  it('says so when its table is not there', async () => {
    const cursors = createChangeCursors(aws().dynamodb, 'nowhere');
    const error = await cursors.read('a/b/c').catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('could not read the cursor of a/b/c: ResourceNotFoundException');
    expect(error).toMatchObject({ retryable: false });
  });
});

describe('NodeRecords in memory', () => {
  nodeRecordsContract(async () => {
    let nowMs = 0;
    const setNow = (ms: number) => {
      nowMs = ms;
    };
    return { records: inMemoryRecords(() => epochMs(nowMs)), setNow };
  });
});

describe('NodeRecords in DynamoDB', () => {
  nodeRecordsContract(async () => {
    let nowMs = 0;
    const setNow = (ms: number) => {
      nowMs = ms;
    };
    const table = await aws().table('cluster', 'node');
    return { records: createNodeRecords(aws().dynamodb, table, () => epochMs(nowMs)), setNow };
  });
});
