/**
 * A replica manager that guards nothing: it changes what it knows by conditional write over exactly that, tells by an event on the
 * stream, and reads anew only when somebody else was quicker. Look-ups are answered from memory, which follows every two seconds.
 */

import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { dynamoDbClient, kinesisClient } from '../../../aws/clients.js';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import { assignmentsTable, changesStream, defaultStage } from '../../../core/names.js';
import { allSets, changed, type Record, setOf } from '../parts/replica-sets.js';
import { serve } from '../parts/serve.js';

/** As nodes read their table. */
const readEveryMs = 2_000;
const attemptsMax = 8;

const store = createDrains(await dynamoDbClient(), assignmentsTable(defaultStage));
const kinesis = await kinesisClient();
const known = new Map<string, Record>();
await follow();
setInterval(follow, readEveryMs);

await serve((url, answer) => {
  const key = url.searchParams.get('key') ?? '';
  if (url.pathname !== '/change') return answer(200, String(known.get(setOf(key))?.list.drains.length ?? 0));
  change(key).then(
    (isChanged) => (isChanged ? answer(200, 'done') : answer(409, 'conflict')),
    () => answer(503, 'failed'),
  );
});

/** @returns false when others were quicker every time. */
async function change(key: string): Promise<boolean> {
  const set = setOf(key);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const record = (attempt === 1 ? known.get(set) : undefined) ?? (await store.read(set));
    const list = changed(record, key, Date.now());
    if ((await store.write(list, record.revision)) === 'lost') continue;
    take(set, { list, revision: record.revision + 1 });
    await tell(set, record.revision + 1);
    return true;
  }
  return false;
}

async function tell(set: string, revision: number): Promise<void> {
  const Data = Buffer.from(JSON.stringify({ set, revision }));
  await kinesis.send(
    new PutRecordCommand({ StreamName: changesStream(defaultStage), PartitionKey: set, Data }),
  );
}

/** Never goes back. */
function take(set: string, record: Record): void {
  if (record.revision >= (known.get(set)?.revision ?? 0)) known.set(set, record);
}

async function follow(): Promise<void> {
  await Promise.all(allSets().map(async (set) => take(set, await store.read(set))));
}
