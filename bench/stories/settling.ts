/** Waits until the table of assignments has come to rest under load, and tells what it cost until then. */

import * as z from 'zod';
import { headPart } from '../../aws/dynamodb/assignment-reader.js';
import { assignmentsTable, defaultStage } from '../../core/names.js';
import type { LocalAws } from '../../local/index.js';
import { round } from '../figures.js';

/** So often the generation is looked at. */
export const lookEveryMs = 5_000;
/** Longer than a partition that has moved stays, and than the first moments of a node, which count for nothing. */
const [leastMs, restMs, mostMs] = [45_000, 15_000, 90_000];

export interface Settled {
  readonly afterMs: number;
  /** Of the requests until then. */
  readonly failedShare: number;
  /** False where it was still moving when there was no more time. */
  readonly isAtRest: boolean;
}

/** @param drive loads the fleet for `lookEveryMs`, and gives the share that failed. */
export async function untilSettled(
  aws: LocalAws,
  drive: (round: number) => Promise<number>,
): Promise<Settled> {
  const failed: number[] = [];
  let [afterMs, stillMs, generation] = [0, 0, await generationOf(aws)];
  while (afterMs < leastMs || (stillMs < restMs && afterMs < mostMs)) {
    failed.push(await drive(failed.length + 1));
    afterMs += lookEveryMs;
    const now = await generationOf(aws);
    stillMs = now === generation ? stillMs + lookEveryMs : 0;
    generation = now;
  }
  const failedShare = failed.reduce((sum, share) => sum + share, 0) / failed.length;
  return { afterMs, failedShare, isAtRest: stillMs >= restMs };
}

export function describeSettling({ afterMs, failedShare, isAtRest }: Settled): string {
  const rest = isAtRest ? 'it came to rest' : 'it had not come to rest';
  return `The table was given load until ${rest}, after ${afterMs / 1_000} s, in which ${round(100 * failedShare)} % failed: a partition on its way to another owner is served by nobody for some seconds.`;
}

const headSchema = z.object({
  Item: z.object({ generation: z.object({ N: z.coerce.number() }) }).optional(),
});

async function generationOf(aws: LocalAws): Promise<number> {
  const answer = await aws.call('dynamodb', 'GetItem', {
    TableName: assignmentsTable(defaultStage),
    Key: { cluster: { S: 'treasure-hunt/staging' }, part: { S: headPart } },
    ConsistentRead: true,
  });
  return headSchema.parse(answer).Item?.generation.N ?? 0;
}
