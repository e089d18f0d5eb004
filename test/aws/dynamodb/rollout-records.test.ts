import { randomBytes } from 'node:crypto';
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createRolloutRecords } from '../../../aws/dynamodb/rollout-records.js';
import { nodesMax } from '../../../core/guard/bounds.js';
import { judgeRollout } from '../../../core/guard/judge.js';
import type { NodeObservation } from '../../../core/guard/observations.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import type { GuardState } from '../../../core/guard/state.js';
import { epochMs, plusMs } from '../../../core/time.js';
import { deployment, minuteMs, newLabel, oldLabel, seen, startMs } from '../../core/guard/fleet.js';
import { inLocalAws } from '../in-local-aws.js';
import { inMemoryRollouts } from './in-memory-tables.js';
import { facts, publication, report, rolloutRecordsContract, stateOf } from './rollout-records-contract.js';

const aws = inLocalAws();
const cluster = 'app/staging';
const where = { cluster, deployment: 7 };
const nowMs = Date.UTC(2026, 0, 1);

async function open() {
  const table = await aws().table('cluster', 'deployment');
  return { table, records: createRolloutRecords(aws().dynamodb, table, () => epochMs(nowMs)) };
}

describe('RolloutRecords in memory', () => {
  rolloutRecordsContract(async () => inMemoryRollouts());
});

describe('RolloutRecords in DynamoDB', () => {
  rolloutRecordsContract(async () => (await open()).records);

  it('keeps the record for 400 days and what the guard remembers for 7, in the order of the deployments', async () => {
    const { table, records } = await open();
    await records.savePublication(cluster, 12, publication);
    await records.writeGuard(where, { state: stateOf(['a']), report: report('one'), facts }, 0);
    const ExpressionAttributeValues = { ':cluster': { S: cluster } };
    const query = { TableName: table, KeyConditionExpression: '#c = :cluster', ExpressionAttributeValues };
    const { Items = [] } = await aws().dynamodb.send(
      new QueryCommand({ ...query, ExpressionAttributeNames: { '#c': 'cluster' } }),
    );
    expect(Items.map((item) => [item['deployment']?.S, Number(item['expiresAtSeconds']?.N)])).toEqual([
      ['0000000007', nowMs / 1000 + 34_560_000],
      ['0000000007#guard', nowMs / 1000 + 604_800],
      ['0000000012', nowMs / 1000 + 34_560_000],
    ]);
    expect(Object.keys(Items[0] ?? {})).not.toContain('state');
  });

  it('never shows an earlier look in the place of a later one', async () => {
    const { records } = await open();
    await records.writeGuard(where, { report: report('later', 2_000) }, 0);
    // The run that wrote this memory was held up before it came to the record.
    await records.writeGuard(where, { report: report('earlier', 1_000) }, 1);
    expect((await records.read(cluster, [7])).get(7)?.guard?.summary).toBe('later');
  });

  it.each([
    ['strings in every place', { S: 'x' }],
    ['numbers in every place', { N: '1.5' }],
    ['bytes in every place', { B: Buffer.from('{}') }],
    ['JSON of another form', { S: '{"form":9}' }],
  ])('takes %s for absent, and replaces it', async (_, garbage) => {
    const { table, records } = await open();
    const strange = {
      revision: garbage,
      state: garbage,
      report: garbage,
      facts: garbage,
      publication: garbage,
      guard: garbage,
      undone: garbage,
      guardLookedAtMs: 'N' in garbage ? { N: '1' } : garbage,
    };
    for (const deployment of ['0000000007', '0000000007#guard']) {
      const Item = { cluster: { S: cluster }, deployment: { S: deployment }, ...strange };
      await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    }
    expect(await records.read(cluster, [7])).toEqual(new Map([[7, {}]]));
    const { revision, ...nothing } = await records.readGuard(cluster, 7);
    expect(nothing).toEqual({});

    const memory = { state: stateOf(['a']), report: report('one'), facts };
    expect(await records.writeGuard(where, memory, revision)).toBe('saved');
    await records.savePublication(cluster, 7, publication);
    expect(await records.readGuard(cluster, 7)).toEqual({ ...memory, revision: revision + 1 });
    // Who published is kept once: a text that is there is nobody's to replace.
    const kept = 'S' in garbage ? {} : { publication };
    expect(await records.read(cluster, [7])).toEqual(new Map([[7, { ...kept, guard: report('one') }]]));
  });

  it('says so when its table is not there', async () => {
    const records = createRolloutRecords(aws().dynamodb, 'nowhere', () => epochMs(0));
    await expect(records.readGuard(cluster, 7)).rejects.toThrow(
      'could not read what the guard knows of app/staging 7: ResourceNotFoundException',
    );
    await expect(records.writeGuard(where, { report: report('x') }, 0)).rejects.toThrow('could not keep');
  });
});

describe('the memory of the largest fleet that is looked at', () => {
  /** Nothing that compresses: names and incarnations by chance, counters of any size that can be added up. */
  function worst(index: number, look: number): NodeObservation {
    const any = () => Math.floor(Math.random() * 2 ** 40);
    const bytes = randomBytes(45);
    const name = bytes.toString('base64').slice(0, 36);
    return seen(`${index}-${name}`, look, {
      incarnation: randomBytes(27).toString('base64'),
      sequence: any(),
      sinceMs: epochMs(any()),
      arrivedAtMs: plusMs(startMs, look * minuteMs + Math.floor(Math.random() * minuteMs)),
      label: newLabel,
      counters: {
        [oldLabel]: { requests: any(), errors: any(), slow: any() },
        [newLabel]: { requests: any(), errors: any(), slow: any() },
      },
      silent: index % 3 === 0 && look > 1,
    });
  }

  it(`fits into an item of 400 KB: ${nodesMax} nodes, and as many that were there before`, async () => {
    let state: GuardState | undefined;
    const settings = guardSettingsSchema.parse({});
    for (let look = 1; look <= 3; look++) {
      const nodes = Array.from({ length: nodesMax }, (_, index) => worst(index, look));
      const lookedAtMs = plusMs(startMs, look * minuteMs);
      const returning = nodes.map((node, index) => ({
        ...node,
        node: look === 3 ? `same-${index}` : node.node,
      }));
      ({ state } = judgeRollout({
        deployment,
        nodes: returning,
        settings,
        lookedAtMs,
        ...(state && { previous: state }),
      }));
    }
    expect(Object.keys(state?.nodes ?? {}).length).toBeGreaterThan(1_900);
    const { table, records } = await open();
    expect(
      await records.writeGuard(where, { ...(state && { state }), report: report('full'), facts }, 0),
    ).toBe('saved');
    const key = { cluster: { S: cluster }, deployment: { S: '0000000007#guard' } };
    const { Item } = await aws().dynamodb.send(new GetItemCommand({ TableName: table, Key: key }));
    expect(Item?.['state']?.B?.length).toBeLessThan(360_000);
    expect((await records.readGuard(cluster, 7)).state).toEqual(state);
  });
});
