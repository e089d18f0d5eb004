/**
 * Records of rollouts in DynamoDB. A deployment has two items under its cluster: its record, which people ask for and which
 * stays small, and what the guard remembers, which is large for large fleets and goes after a week.
 */

import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type GuardMemory,
  guardMemoryRetentionMs,
  publicationSchema,
  type RolloutRecord,
  type RolloutRecords,
  retiredSchema,
  rolloutRetentionMs,
  undoneSchema,
} from '../../core/delivery/rollout-records.js';
import { rolloutFactsSchema } from '../../core/guard/look.js';
import { guardReportSchema } from '../../core/guard/report.js';
import { guardStateSchema } from '../../core/guard/state.js';
import { type Clock, plusMs, ttlSeconds } from '../../core/time.js';
import { calling } from '../failures.js';
import { document, type Item, lost } from './items.js';
import { readItems } from './read-items.js';

/** A state of 2,000 nodes takes about 0.6 MB as JSON; nothing that Veltrix wrote is larger than this. */
const stateMaxBytes = 16 * 1024 * 1024;

/** Whatever cannot be read counts as absent, and the next write replaces it. */
const recordItemSchema = z.object({
  deployment: z.object({ S: z.string() }).transform((attribute) => Number(attribute.S)),
  publication: document(publicationSchema).optional().catch(undefined),
  guard: document(guardReportSchema).optional().catch(undefined),
  undone: document(undoneSchema).optional().catch(undefined),
  retired: document(retiredSchema).optional().catch(undefined),
});

const memoryItemSchema = z.object({
  revision: z
    .object({ N: z.string() })
    .transform((attribute) => Number(attribute.N))
    .catch(0),
  report: document(guardReportSchema).optional().catch(undefined),
  facts: document(rolloutFactsSchema).optional().catch(undefined),
  state: z
    .object({ B: z.instanceof(Uint8Array) })
    .transform((attribute) => unpack(attribute.B))
    .pipe(guardStateSchema)
    .optional()
    .catch(undefined),
});

/** `table` is the table's name: partition key `cluster`, sort key `deployment`. The clock tells when something expires. */
export function createRolloutRecords(client: DynamoDBClient, table: string, clock: Clock): RolloutRecords {
  const update = updating(client, table);
  const expiry = (retentionMs: number) => ({ N: String(ttlSeconds(plusMs(clock(), retentionMs))) });
  return {
    async read(cluster, deployments) {
      const keys = [...new Set(deployments)].map((deployment) => recordKey({ cluster, deployment }));
      return new Map((await readItems(client, table, keys)).flatMap(readRecord));
    },
    async savePublication(cluster, deployment, publication) {
      const doing = `keep who published ${cluster} ${deployment}`;
      const written = await update(doing, recordKey({ cluster, deployment }), {
        set: { publication: toDocument(publication), expiresAtSeconds: expiry(rolloutRetentionMs) },
        // In words: nobody did yet, or what stands there is no text of ours.
        condition: 'NOT attribute_type(#publication, :text)',
        values: { ':text': { S: 'S' } },
      });
      return written === 'lost' ? 'kept' : written;
    },
    async saveUndone(cluster, deployment, undone) {
      await update(`keep who took back ${cluster} ${deployment}`, recordKey({ cluster, deployment }), {
        set: { undone: toDocument(undone), expiresAtSeconds: expiry(rolloutRetentionMs) },
      });
    },
    async saveRetired(cluster, deployment, retired) {
      await update(
        `keep who retired the profile of ${cluster} ${deployment}`,
        recordKey({ cluster, deployment }),
        {
          set: { retired: toDocument(retired), expiresAtSeconds: expiry(rolloutRetentionMs) },
        },
      );
    },
    async readGuard(cluster, deployment) {
      const Key = memoryKey({ cluster, deployment });
      // A memory that is behind its latest write would only be refused when it is written.
      const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
      const doing = `read what the guard knows of ${cluster} ${deployment}`;
      const { Item } = await calling(doing, () => client.send(command));
      return Item ? readMemory(Item) : { revision: 0 };
    },
    async writeGuard(where, { state, report, facts }, over) {
      const doing = `keep what the guard knows of ${where.cluster} ${where.deployment}`;
      const written = await update(doing, memoryKey(where), {
        set: {
          revision: { N: String(over + 1) },
          report: toDocument(report),
          ...(facts && { facts: toDocument(facts) }),
          ...(state && { state: { B: gzipSync(JSON.stringify(state)) } }),
          expiresAtSeconds: expiry(guardMemoryRetentionMs),
        },
        // In words: nobody wrote since revision `over` was read; for 0, nobody wrote a revision that can be read.
        ...(over === 0
          ? { condition: 'NOT attribute_type(#revision, :type)', values: { ':type': { S: 'N' } } }
          : { condition: '#revision = :over', values: { ':over': { N: String(over) } } }),
      });
      if (written === 'lost') return 'lost';
      await update(doing, recordKey(where), {
        set: {
          guard: toDocument(report),
          guardLookedAtMs: { N: String(report.lookedAtMs) },
          expiresAtSeconds: expiry(rolloutRetentionMs),
        },
        // In words: no later look was told of. Somebody who looked since may have been quicker with the record.
        condition: 'NOT attribute_type(#guardLookedAtMs, :type) OR #guardLookedAtMs <= :guardLookedAtMs',
        values: { ':type': { S: 'N' } },
      });
      return 'saved';
    },
  };
}

interface Where {
  readonly cluster: string;
  readonly deployment: number;
}

/** Ten digits, so that they stand in the order of their numbers. */
const recordKey = ({ cluster, deployment }: Where): Item => ({
  cluster: { S: cluster },
  deployment: { S: String(deployment).padStart(10, '0') },
});

const memoryKey = (where: Where): Item => {
  const key = recordKey(where);
  return { ...key, deployment: { S: `${key['deployment']?.S}#guard` } };
};

interface Update {
  /** Attributes to set; all others stay as they are. */
  readonly set: Item;
  readonly condition?: string;
  /** What the condition speaks of beside what is set. */
  readonly values?: Item;
}

/** Sets attributes of one item, which is created where there is none; `lost` when the condition does not hold. */
function updating(client: DynamoDBClient, table: string) {
  return async (doing: string, key: Item, { set, condition, values }: Update): Promise<'saved' | 'lost'> => {
    const names = Object.keys(set);
    const command = new UpdateItemCommand({
      TableName: table,
      Key: key,
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ...(condition !== undefined && { ConditionExpression: condition }),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
        ...values,
      },
    });
    const answer = await calling(doing, () => client.send(command), lost);
    return answer === 'lost' ? 'lost' : 'saved';
  };
}

function readRecord(item: Item): [number, RolloutRecord][] {
  const parsed = recordItemSchema.safeParse(item);
  if (!parsed.success) return [];
  const { deployment, publication, guard, undone, retired } = parsed.data;
  const record = {
    ...(publication && { publication }),
    ...(guard && { guard }),
    ...(undone && { undone }),
    ...(retired && { retired }),
  };
  return [[deployment, record]];
}

function readMemory(item: Item): GuardMemory {
  const { revision, report, facts, state } = memoryItemSchema.parse(item);
  return { revision, ...(report && { report }), ...(facts && { facts }), ...(state && { state }) };
}

const toDocument = (value: unknown) => ({ S: JSON.stringify(value) });

/** Undefined for what is no JSON in gzip. */
function unpack(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(gunzipSync(bytes, { maxOutputLength: stateMaxBytes }).toString());
  } catch {
    return undefined;
  }
}
