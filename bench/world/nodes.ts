/** Records of nodes, as they stand in the table after nodes reported. */

import { foldReport } from '../../core/fleet/node-records.js';
import { defaultStage, nodeShard, nodesTable } from '../../core/names.js';
import { epochMs } from '../../core/time.js';
import type { LocalAws } from '../../local/index.js';
import { reportOf } from './events.js';

const cluster = 'treasure-hunt/staging';
/** DynamoDB takes 25 writes in one request. */
const batchWrites = 25;

/** Puts the records of so many nodes of staging, each as if it had just reported. */
export async function putNodes(aws: LocalAws, count: number): Promise<void> {
  const TableName = nodesTable(defaultStage);
  const items = Array.from({ length: count }, (_, index) => itemOf(`ip-10-0-${index >> 8}-${index & 255}`));
  for (let from = 0; from < count; from += batchWrites) {
    const writes = items.slice(from, from + batchWrites).map((Item) => ({ PutRequest: { Item } }));
    await aws.call('dynamodb', 'BatchWriteItem', { RequestItems: { [TableName]: writes } });
  }
}

function itemOf(node: string) {
  const fold = foldReport(
    undefined,
    { ...reportOf(node), incarnation: crypto.randomUUID() },
    epochMs(Date.now()),
  );
  if (fold.kind === 'stale') throw new Error('a first report begins a record');
  const { record } = fold;
  return {
    cluster: { S: nodeShard(cluster, node) },
    node: { S: node },
    revision: { N: '1' },
    expiresAtSeconds: { N: String(record.expiresAtSeconds) },
    record: { S: JSON.stringify(record) },
  };
}
