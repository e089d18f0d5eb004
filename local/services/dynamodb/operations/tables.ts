/**
 * CreateTable, UpdateTable, DeleteTable, DescribeTable: dynalite's, plus the settings it does not know. Settings without
 * effect here are recorded and shown; what would have an effect and has none is refused.
 */
import * as z from 'zod';
import { AwsError, type Json } from '../../../kernel/aws.js';
import { validationError } from '../../../kernel/operations.js';
import type { Engine, TableRecord } from '../engine.js';

const settingsSchema = z.object({
  DeletionProtectionEnabled: z.boolean().optional(),
  SSESpecification: z
    .object({
      Enabled: z.boolean().optional(),
      SSEType: z.enum(['AES256', 'KMS']).optional(),
      KMSMasterKeyId: z.string().optional(),
    })
    .optional(),
  OnDemandThroughput: z.record(z.string(), z.number().int()).optional(),
  TableClass: z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']).optional(),
  StreamSpecification: z.object({ StreamEnabled: z.boolean() }).loose().optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
});

type Settings = z.output<typeof settingsSchema>;

/** Creates the table and answers when it is ACTIVE, so that a caller need not wait. */
export async function createTable(engine: Engine, input: Json): Promise<Json> {
  const { settings, rest } = split(input);
  const extra = { DeletionProtectionEnabled: false, ...settingsOf(settings) };
  const { TableDescription } = await engine.run('CreateTable', rest, { extra });
  const { TableName, TableArn } = TableDescription as TableRecord;
  await untilActive(engine, TableName);
  if (settings.Tags?.length) await engine.run('TagResource', { ResourceArn: TableArn, Tags: settings.Tags });
  return { TableDescription: shown(await engine.table(TableName)) };
}

/** Changes settings and throughput; answers when the table is ACTIVE again. */
export async function updateTable(engine: Engine, input: Json): Promise<Json> {
  const { settings, rest } = split(input);
  const name = tableName(rest);
  refuseIndexChanges(rest);
  // Dynalite counts an update without a change of its own as an error.
  const ofEngine = Object.keys(rest).some(
    (member) => !['TableName', 'AttributeDefinitions'].includes(member),
  );
  if (ofEngine || Object.keys(settings).length === 0) await engine.run('UpdateTable', rest);
  await untilActive(engine, name);
  const record = await engine.changeTable(name, (table) => ({ ...table, ...settingsOf(settings) }));
  return { TableDescription: shown(record) };
}

/** Throws ValidationException while deletion protection is on. */
export async function deleteTable(engine: Engine, input: Json): Promise<Json> {
  const record = await engine.table(tableName(input));
  if (record['DeletionProtectionEnabled'] === true)
    throw validationError(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  const { TableDescription } = await engine.run('DeleteTable', input);
  await untilGone(engine, record.TableName);
  return { TableDescription: shown(TableDescription as TableRecord) };
}

export async function describeTable(engine: Engine, input: Json): Promise<Json> {
  const { Table } = await engine.run('DescribeTable', input);
  return { Table: shown(Table as TableRecord) };
}

function tableName(input: Json): string {
  const parsed = z.string().safeParse(input['TableName']);
  if (!parsed.success) throw validationError('TableName: expected a string');
  return parsed.data;
}

/** Parts the members that are ours from those that the engine checks. */
function split(input: Json): { settings: Settings; rest: Json } {
  const parsed = settingsSchema.safeParse(input);
  if (!parsed.success) throw validationError(z.prettifyError(parsed.error));
  if (parsed.data.StreamSpecification?.StreamEnabled)
    throw validationError('The local AWS does not implement DynamoDB streams: remove StreamSpecification');
  const ours = Object.keys(settingsSchema.shape);
  const rest = Object.fromEntries(Object.entries(input).filter(([member]) => !ours.includes(member)));
  return { settings: parsed.data, rest };
}

function refuseIndexChanges(rest: Json): void {
  const updates = rest['GlobalSecondaryIndexUpdates'];
  if (Array.isArray(updates) && updates.some((update) => update?.Create || update?.Delete))
    throw validationError(
      'The local AWS does not add or remove a global secondary index of an existing table: delete and create the table',
    );
}

/** The settings as DescribeTable shows them. */
function settingsOf(settings: Settings): Json {
  const { DeletionProtectionEnabled, OnDemandThroughput, SSESpecification, TableClass } = settings;
  return {
    ...(DeletionProtectionEnabled === undefined ? {} : { DeletionProtectionEnabled }),
    ...(OnDemandThroughput === undefined ? {} : { OnDemandThroughput }),
    ...(TableClass === undefined ? {} : { TableClassSummary: { TableClass } }),
    ...(SSESpecification === undefined ? {} : { SSEDescription: encryption(SSESpecification) }),
  };
}

function encryption(specification: NonNullable<Settings['SSESpecification']>): Json | undefined {
  if (!specification.Enabled) return undefined;
  const { SSEType = 'KMS', KMSMasterKeyId } = specification;
  return {
    Status: 'ENABLED',
    SSEType,
    ...(KMSMasterKeyId === undefined ? {} : { KMSMasterKeyArn: KMSMasterKeyId }),
  };
}

function shown(record: TableRecord): Json {
  const { Local: _local, ...described } = record;
  return described;
}

async function untilActive(engine: Engine, name: string): Promise<void> {
  while ((await engine.table(name)).TableStatus !== 'ACTIVE') await nextTurn();
}

async function untilGone(engine: Engine, name: string): Promise<void> {
  try {
    for (;;) {
      await engine.table(name);
      await nextTurn();
    }
  } catch (error) {
    if (!(error instanceof AwsError && error.name === 'ResourceNotFoundException')) throw error;
  }
}

/** Dynalite's table changes take two turns of the event loop: no clock is involved. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
