/**
 * A replica manager that guards everything with one lock: it reads the record, tells each replica in turn, writes the record, and only
 * then lets go. Who looks something up takes the lock as well, shared.
 */

import * as z from 'zod';
import { dynamoDbClient } from '../../../aws/clients.js';
import { createDrains } from '../../../aws/dynamodb/drains.js';
import { assignmentsTable, defaultStage } from '../../../core/names.js';
import { ask } from '../parts/ask.js';
import { allSets, changed, type Record, setOf } from '../parts/replica-sets.js';
import { serve } from '../parts/serve.js';

const { LOCK_PORT, REPLICA_PORT } = z
  .object({ LOCK_PORT: z.coerce.number(), REPLICA_PORT: z.coerce.number() })
  .parse(process.env);
const replicas = 3;

const store = createDrains(await dynamoDbClient(), assignmentsTable(defaultStage));
/** As it was when this manager held the lock last. */
const known = new Map<string, Record>();
for (const set of allSets()) known.set(set, await store.read(set));

await serve((url, answer) => {
  const key = url.searchParams.get('key') ?? '';
  const work =
    url.pathname === '/change' ? locked('exclusive', () => change(key)) : locked('shared', () => lookUp(key));
  work.then(
    (done) => (done ? answer(200, 'done') : answer(503, 'overflow')),
    () => answer(503, 'failed'),
  );
});

/** @returns false when too many wait for the lock. */
async function locked(mode: 'shared' | 'exclusive', work: () => unknown): Promise<boolean> {
  const { status, body: ticket } = await ask(LOCK_PORT, `/acquire?mode=${mode}`);
  if (status !== 200) return false;
  try {
    await work();
  } finally {
    await ask(LOCK_PORT, `/release?ticket=${ticket}`);
  }
  return true;
}

async function change(key: string): Promise<void> {
  const record = await store.read(setOf(key));
  const list = changed(record, key, Date.now());
  for (let replica = 0; replica < replicas; replica += 1) await ask(REPLICA_PORT, '/apply');
  if ((await store.write(list, record.revision)) === 'lost') throw new Error('changed under the lock');
  known.set(setOf(key), { list, revision: record.revision + 1 });
}

const lookUp = (key: string): number => known.get(setOf(key))?.list.drains.length ?? 0;
