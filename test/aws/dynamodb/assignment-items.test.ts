import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import { createFleetLoads } from '../../../aws/dynamodb/fleet-loads.js';
import type { Drain } from '../../../core/fleet/drains.js';
import { epochMs } from '../../../core/time.js';
import { inLocalAws } from '../in-local-aws.js';

const aws = inLocalAws();
const cluster = 'shop/staging';

const drain = (node: string, changes: Partial<Drain> = {}): Drain => ({
  node,
  sinceMs: epochMs(1_000),
  untilMs: epochMs(61_000),
  reason: 'its disk is full',
  by: 'anna',
  ...changes,
});

describe('drains in DynamoDB', () => {
  const made = async () => {
    const table = await aws().table('cluster', 'part');
    return { table, drains: createDrains(aws().dynamodb, table) };
  };

  it('are none, never written, in the beginning', async () => {
    const { drains } = await made();
    expect(await drains.read(cluster)).toEqual({ list: { cluster, drains: [] }, revision: 0 });
  });

  it('give back what was written, with a revision that grows by one, by cluster', async () => {
    const { drains } = await made();
    const ended = { atMs: epochMs(2_000), by: 'ben', reason: 'repaired' };
    const list = { cluster, drains: [drain('n2', { forced: true }), drain('n1', { ended })] };
    expect(await drains.write({ cluster, drains: [] }, 0)).toBe('saved');
    expect(await drains.write(list, 1)).toBe('saved');
    expect(await drains.read(cluster)).toEqual({ list, revision: 2 });
    expect((await drains.read('shop/production')).revision).toBe(0);
  });

  it('refuse to be written over what was not read, whoever is first', async () => {
    const { drains } = await made();
    const write = (node: string) => drains.write({ cluster, drains: [drain(node)] }, 0);
    const answers = await Promise.all(['n1', 'n2', 'n3'].map(write));
    expect(answers.toSorted()).toEqual(['lost', 'lost', 'saved']);
    expect(await drains.write({ cluster, drains: [] }, 2)).toBe('lost');
  });

  it('say whose list something else wrote', async () => {
    const { drains, table } = await made();
    const Item = {
      cluster: { S: `${cluster}#drains` },
      part: { S: 'drains' },
      revision: { N: '1' },
      drains: { S: '[{"node":"n1"}]' },
    };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    await expect(drains.read(cluster)).rejects.toThrow(
      'The drains of shop/staging was stored in another form: drains.0.sinceMs',
    );
  });
});

describe('loads of fleets in DynamoDB', () => {
  const state = {
    form: 1 as const,
    atMs: 5_000,
    load: 0.7,
    nodes: 4,
    hold: { sinceMs: 1_000, untilMs: 56_000 },
  };

  it('give back what was written last, by cluster', async () => {
    const loads = createFleetLoads(aws().dynamodb, await aws().table('cluster', 'part'));
    expect(await loads.read(cluster)).toBeUndefined();
    await loads.write(cluster, { ...state, load: 0.1 });
    await loads.write(cluster, state);
    expect(await loads.read(cluster)).toEqual(state);
    expect(await loads.read('shop/production')).toBeUndefined();
  });

  it('know nothing where something else wrote', async () => {
    const table = await aws().table('cluster', 'part');
    const Item = { cluster: { S: cluster }, part: { S: 'load' }, state: { S: '{"form":2}' } };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    expect(await createFleetLoads(aws().dynamodb, table).read(cluster)).toBeUndefined();
  });
});
