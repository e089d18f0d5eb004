/** UpdateTimeToLive, DescribeTimeToLive, and the deletion of what has expired. */
import * as z from 'zod';
import { AwsError, type Json } from '../../../kernel/aws.js';
import { describe, validationError } from '../../../kernel/operations.js';
import type { Engine, TableRecord } from '../engine.js';
import { oldestExpirySeconds } from '../limits.js';

const updateInput = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({ Enabled: z.boolean(), AttributeName: z.string().min(1).max(255) }),
});

/** Turns expiry on or off. Throws ValidationException when that changes nothing, as AWS does. */
export async function updateTimeToLive(engine: Engine, input: Json): Promise<Json> {
  const parsed = updateInput.safeParse(input);
  if (!parsed.success) throw validationError(describe(parsed.error));
  const { TableName, TimeToLiveSpecification } = parsed.data;
  await engine.changeTable(TableName, (table) => changed(table, TimeToLiveSpecification));
  return { TimeToLiveSpecification };
}

export async function describeTimeToLive(engine: Engine, input: Json): Promise<Json> {
  const { TableName } = z.object({ TableName: z.string() }).parse(input);
  const attribute = (await engine.table(TableName)).Local?.timeToLiveAttribute;
  return {
    TimeToLiveDescription:
      attribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute },
  };
}

/**
 * Deletes, in every table with TTL on, the items whose expiry is a number that has passed at `nowSeconds`. An item that
 * is rewritten meanwhile with a later expiry stays. Returns how many were deleted.
 */
export async function sweepExpired(engine: Engine, nowSeconds: number): Promise<number> {
  let deleted = 0;
  for await (const name of tableNames(engine)) {
    const table = await tableIfThere(engine, name);
    const attribute = table?.Local?.timeToLiveAttribute;
    if (table && attribute !== undefined)
      deleted += await sweepTable(engine, { table, attribute, nowSeconds });
  }
  return deleted;
}

function changed(table: TableRecord, asked: { Enabled: boolean; AttributeName: string }): TableRecord {
  const current = table.Local?.timeToLiveAttribute;
  if (!asked.Enabled && current === undefined) throw validationError('TimeToLive is already disabled');
  if (asked.Enabled && current === asked.AttributeName)
    throw validationError('TimeToLive is already enabled');
  if (current !== undefined && current !== asked.AttributeName)
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  const { timeToLiveAttribute: _current, ...others } = table.Local ?? {};
  const local = asked.Enabled ? { ...others, timeToLiveAttribute: asked.AttributeName } : others;
  return { ...table, Local: local };
}

async function* tableNames(engine: Engine): AsyncGenerator<string> {
  let start: Json = {};
  for (;;) {
    const page = await engine.run('ListTables', start);
    yield* page['TableNames'] as string[];
    if (page['LastEvaluatedTableName'] === undefined) return;
    start = { ExclusiveStartTableName: page['LastEvaluatedTableName'] };
  }
}

async function tableIfThere(engine: Engine, name: string): Promise<TableRecord | undefined> {
  try {
    return await engine.table(name);
  } catch (error) {
    if (error instanceof AwsError && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

interface Sweep {
  readonly table: TableRecord;
  readonly attribute: string;
  readonly nowSeconds: number;
}

async function sweepTable(engine: Engine, sweep: Sweep): Promise<number> {
  const expired = await expiredKeys(engine, sweep);
  const outcomes = await Promise.all(expired.map((key) => deleteExpired(engine, sweep, key)));
  return outcomes.filter(Boolean).length;
}

/** A string or a missing attribute is no number between the two bounds, so such items never expire: as on AWS. */
function expiryCondition({ attribute, nowSeconds }: Sweep): Json {
  return {
    ExpressionAttributeNames: { '#expiry': attribute },
    ExpressionAttributeValues: {
      ':oldest': { N: String(nowSeconds - oldestExpirySeconds) },
      ':now': { N: String(nowSeconds) },
    },
  };
}

const isExpired = '#expiry BETWEEN :oldest AND :now';

async function expiredKeys(engine: Engine, sweep: Sweep): Promise<Json[]> {
  const keys: Json[] = [];
  let start: Json = {};
  do {
    const page = await engine.run('Scan', {
      TableName: sweep.table.TableName,
      FilterExpression: isExpired,
      ...expiryCondition(sweep),
      ...start,
    });
    for (const item of page['Items'] as Json[]) keys.push(keyOf(sweep.table, item));
    start = page['LastEvaluatedKey'] === undefined ? {} : { ExclusiveStartKey: page['LastEvaluatedKey'] };
  } while ('ExclusiveStartKey' in start);
  return keys;
}

function keyOf(table: TableRecord, item: Json): Json {
  return Object.fromEntries(table.KeySchema.map(({ AttributeName }) => [AttributeName, item[AttributeName]]));
}

async function deleteExpired(engine: Engine, sweep: Sweep, key: Json): Promise<boolean> {
  try {
    await engine.run('DeleteItem', {
      TableName: sweep.table.TableName,
      Key: key,
      ConditionExpression: isExpired,
      ...expiryCondition(sweep),
    });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
