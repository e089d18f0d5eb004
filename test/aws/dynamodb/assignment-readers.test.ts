import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createAssignmentReader } from '../../../aws/dynamodb/assignment-reader.js';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { epochMs } from '../../../core/time.js';
import { inLocalAws } from '../in-local-aws.js';

import { cluster, headOf, keyOf, now, rosterOf, seenBehind, tableOf, world } from './assignment-world.js';

const aws = inLocalAws();

describe('a reader of assignments', () => {
  it('stops when it is told to', async () => {
    const { reader } = await world(aws());
    await expect(reader.head(AbortSignal.abort())).rejects.toThrow('could not read the head of shop/staging');
  });

  it('says so when there is no table', async () => {
    const { reader } = await world(aws());
    const gone = createAssignmentReader(aws().dynamodb, 'nowhere', cluster);
    await expect(gone.head()).rejects.toThrow(
      'could not read the head of shop/staging: ResourceNotFoundException',
    );
    const head = { revision: 1, generation: 0, rosterRevision: 0, writtenAtMs: now };
    await expect(reader.table(head)).rejects.toThrow(
      'generation 0 of shop/staging cannot be read: there is none',
    );
  });

  it('asks for chunks cheaply first, and consistently where a replica is behind', async () => {
    const made = await world(aws());
    await made.assignments.commit(cluster, { over: undefined, table: tableOf(1, 'n1') }, now);
    const asked: string[] = [];
    const client = seenBehind(aws().dynamodb, asked);
    const reader = createAssignmentReader(client, made.table, cluster);
    const head = await reader.head();
    expect(head && (await reader.table(head))).toEqual(tableOf(1, 'n1'));
    expect(asked).toEqual(['head true', 'table false', 'table true']);
  });

  it('names what something else wrote', async () => {
    const made = await world(aws());
    const { assignments, reader, table } = made;
    await assignments.commit(
      cluster,
      { over: undefined, table: tableOf(1, 'n1'), roster: rosterOf(1, 'n1') },
      now,
    );
    const head = await headOf(made);
    const put = (
      part: string,
      attributes: Record<string, { N: string } | { B: Uint8Array } | { S: string }>,
    ) =>
      aws().dynamodb.send(new PutItemCommand({ TableName: table, Item: { ...keyOf(part), ...attributes } }));
    const failure = (reading: Promise<unknown>) => reading.catch((error: unknown) => error);

    const chunk = `${head.tableKey}#0`;
    const stored = await aws().dynamodb.send(new GetItemCommand({ TableName: table, Key: keyOf(chunk) }));
    await put(chunk, { chunks: { N: '1' }, body: { B: Uint8Array.of(1, 2, 3) } });
    expect(String(await failure(reader.table(head)))).toContain(
      'generation 1 of shop/staging cannot be read: it is no gzip',
    );
    await put(chunk, { chunks: { N: '1' } });
    const error = await failure(reader.table(head));
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(String(error)).toContain(
      'Chunk 0 of generation 1 of shop/staging was stored in another form: body',
    );
    await put(chunk, { chunks: { N: '1' }, body: stored.Item?.['body'] as { B: Uint8Array } });
    const other = { ...head, generation: 7 };
    expect(String(await failure(reader.table(other)))).toContain('its chunks are of another one');

    await put(`${head.rosterKey}#0`, {
      chunks: { N: '1' },
      body: stored.Item?.['body'] as { B: Uint8Array },
    });
    expect(String(await failure(reader.roster(head)))).toContain('roster 1 of shop/staging cannot be read');
    await put('head', { revision: { S: 'x' } });
    expect(String(await failure(reader.head()))).toContain(
      'The head of shop/staging was stored in another form: revision.N',
    );
  });
});

describe('turns', () => {
  const turn = (nowMs: number, earlyMs = 0) => ({
    nowMs: epochMs(nowMs),
    nextMs: epochMs(nowMs + 4_000),
    earlyMs,
  });

  it('are taken by one of many, and again when they are due', async () => {
    const { assignments } = await world(aws());
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => assignments.takeTurn(cluster, turn(10_000))),
    );
    expect(taken.filter((answer) => answer === 'mine')).toHaveLength(1);
    expect(taken.filter((answer) => answer !== 'mine')).toEqual(Array(7).fill({ dueAtMs: 14_000 }));
    expect(await assignments.takeTurn(cluster, turn(13_999))).toEqual({ dueAtMs: 14_000 });
    expect(await assignments.takeTurn(cluster, turn(14_000))).toBe('mine');
    expect(await assignments.takeTurn('shop/production', turn(14_000))).toBe('mine');
  });

  it('are taken before they are due where somebody is waited for, and the next is due after that', async () => {
    const { assignments } = await world(aws());
    expect(await assignments.takeTurn(cluster, turn(10_000))).toBe('mine');
    expect(await assignments.takeTurn(cluster, turn(10_999, 3_000))).toEqual({ dueAtMs: 14_000 });
    expect(await assignments.takeTurn(cluster, turn(11_000, 3_000))).toBe('mine');
    expect(await assignments.takeTurn(cluster, turn(14_999))).toEqual({ dueAtMs: 15_000 });
  });

  it('are not blocked by a clock that is ahead, but by one that is ahead a little', async () => {
    const { assignments } = await world(aws());
    expect(await assignments.takeTurn(cluster, turn(10_000_000))).toBe('mine');
    expect(await assignments.takeTurn(cluster, turn(20_000))).toBe('mine');
    expect(await assignments.takeTurn(cluster, turn(16_000))).toEqual({ dueAtMs: 24_000 });
    expect(await assignments.takeTurn(cluster, turn(15_999))).toBe('mine');
  });

  it('say so when there is no table, and whose item is of another form', async () => {
    const { assignments, table } = await world(aws());
    const nowhere = createAssignments(aws().dynamodb, 'nowhere', () => {});
    await expect(nowhere.takeTurn(cluster, turn(1))).rejects.toThrow(
      'could not take the turn of shop/staging: ResourceNotFoundException',
    );
    const Item = { ...keyOf('due'), cluster: { S: `${cluster}#turn` }, dueAtMs: { S: 'soon' } };
    await aws().dynamodb.send(new PutItemCommand({ TableName: table, Item }));
    await expect(assignments.takeTurn(cluster, turn(1))).rejects.toThrow(
      'The turn of shop/staging was stored in another form: dueAtMs',
    );
  });
});
