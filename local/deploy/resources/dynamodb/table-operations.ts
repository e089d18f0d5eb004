/** Makes, changes and removes a table: shared by AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable. */
import type { Json } from '../../../kernel/aws.js';
import { changedMembers } from '../../apply/canonical.js';
import { type Made, orUndo, type ResourceContext } from '../handler.js';
import { type Tags, tagChanges } from '../properties.js';

/** A table as both types understand it. */
export interface TableWish {
  /** Input of CreateTable, but for its name. */
  readonly definition: Json;
  /** Input of UpdateTable for what can be changed, but for its name. */
  readonly changeable: Json;
  readonly timeToLive: { readonly AttributeName?: string | undefined; readonly Enabled: boolean } | undefined;
  readonly recovers: boolean;
  readonly tags: Tags | undefined;
}

export async function createTable(context: ResourceContext, name: string, wish: TableWish): Promise<Made> {
  const input = { TableName: name, ...wish.definition };
  const { TableDescription } = await context.aws.call<{ TableDescription: { TableArn: string } }>(
    'dynamodb',
    'CreateTable',
    input,
  );
  await orUndo(
    () => tune(context, name, { before: undefined, after: wish }),
    () => context.aws.call('dynamodb', 'DeleteTable', { TableName: name }),
  );
  return { physicalId: name, attributes: { Arn: TableDescription.TableArn } };
}

export async function updateTable(
  context: ResourceContext,
  name: string,
  { before, after }: { before: TableWish; after: TableWish },
): Promise<void> {
  const changed = changedMembers(before.changeable, after.changeable);
  const settings = Object.entries(after.changeable).filter(([member]) => changed.has(member));
  if (settings.length > 0)
    await context.aws.call('dynamodb', 'UpdateTable', { TableName: name, ...Object.fromEntries(settings) });
  await tune(context, name, { before, after });
  const { put, gone } = tagChanges(before.tags, after.tags);
  if (gone.length === 0 && Object.keys(put).length === 0) return;
  const { partition, region, accountId } = context.identity;
  const ResourceArn = `arn:${partition}:dynamodb:${region}:${accountId}:table/${name}`;
  if (gone.length > 0) await context.aws.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys: gone });
  const Tags = Object.entries(put).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await context.aws.call('dynamodb', 'TagResource', { ResourceArn, Tags });
}

export async function removeTable({ aws, isRollback }: ResourceContext, name: string): Promise<void> {
  if (isRollback)
    await aws.call('dynamodb', 'UpdateTable', { TableName: name, DeletionProtectionEnabled: false });
  await aws.call('dynamodb', 'DeleteTable', { TableName: name });
}

/** Expiry and recovery: settings that CreateTable does not take. */
async function tune(
  { aws }: ResourceContext,
  TableName: string,
  { before, after }: { before: TableWish | undefined; after: TableWish },
): Promise<void> {
  const old = before?.timeToLive?.Enabled ? before.timeToLive.AttributeName : undefined;
  const wanted = after.timeToLive?.Enabled ? after.timeToLive.AttributeName : undefined;
  if (old !== undefined && old !== wanted)
    await setTimeToLive({ aws }, TableName, { AttributeName: old, Enabled: false });
  if (wanted !== undefined && old !== wanted)
    await setTimeToLive({ aws }, TableName, { AttributeName: wanted, Enabled: true });
  if ((before?.recovers ?? false) === after.recovers) return;
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: after.recovers };
  await aws.call('dynamodb', 'UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
}

async function setTimeToLive(
  { aws }: Pick<ResourceContext, 'aws'>,
  TableName: string,
  TimeToLiveSpecification: { AttributeName: string; Enabled: boolean },
): Promise<void> {
  await aws.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
}

/** A copy without the members that are undefined: the engine counts those as given. */
export const given = (value: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
