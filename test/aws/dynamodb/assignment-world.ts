/** Tables of assignments for tests, and clients that something is wrong with. */

import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { createAssignments } from '../../../aws/dynamodb/assignments.js';
import type { Grant, GrantTable } from '../../../core/assignment/table/table.js';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import type { Roster, RosterNode } from '../../../core/fleet/roster.js';
import { epochMs } from '../../../core/time.js';
import type { InLocalAws } from '../in-local-aws.js';

export const cluster = 'shop/staging';
export const now = epochMs(1_700_000_000_000);

export const grant = (node: string, epoch = 1): Grant => ({
  owners: [node],
  incarnations: [`${node}-life`],
  epoch,
  sinceMs: now,
  began: 1,
  waitsFor: [],
});

export const tableOf = (generation: number, ...owners: string[]): GrantTable => ({
  generation,
  slots: owners.map((owner) => grant(owner)),
});

export const rosterNode = (node: string, changes: Partial<RosterNode> = {}): RosterNode => ({
  node,
  incarnation: `${node}-life`,
  labels: { zone: 'a' },
  health: 'ready',
  unitsPerSecond: 100,
  ...changes,
});

export const rosterOf = (revision: number, ...nodes: string[]): Roster => ({
  revision,
  nodes: nodes.map((node) => rosterNode(node)),
});

export async function world(aws: InLocalAws) {
  const table = await aws.table('cluster', 'part');
  const unswept: unknown[] = [];
  const assignments = createAssignments(aws.dynamodb, table, (error) => unswept.push(error));
  return { table, assignments, reader: assignments.reader(cluster), unswept };
}

/** Sort keys of everything that is stored of the cluster, without hashes. */
export async function partsOf(aws: InLocalAws, table: string): Promise<string[]> {
  const { Items = [] } = await aws.dynamodb.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#c = :c',
      ExpressionAttributeNames: { '#c': 'cluster' },
      ExpressionAttributeValues: { ':c': { S: cluster } },
    }),
  );
  return Items.map(({ part }) => unhashed(part?.S));
}

const unhashed = (part = ''): string =>
  part.replace(
    /#0*(\d+)#(?:(changes)-)?[0-9a-f]{16}#/,
    (_, number, changes) => `#${number}#${changes ? `${changes}#` : ''}`,
  );

export async function headOf({ reader }: Awaited<ReturnType<typeof world>>): Promise<AssignmentHead> {
  const head = await reader.head();
  if (!head) throw new Error('there is no head');
  return head;
}

/** A client of somebody who may do everything but delete. */
export const withoutDeleting = (client: DynamoDBClient): DynamoDBClient => {
  const send = (command: object, ...rest: unknown[]) => {
    if (command instanceof DeleteItemCommand)
      return Promise.reject(Object.assign(new Error('not allowed'), { name: 'AccessDenied' }));
    return Reflect.apply(client.send, client, [command, ...rest]);
  };
  return Object.create(client, { send: { value: send } });
};

/** A client whose reads that need not be consistent show nothing yet. */
export const seenBehind = (client: DynamoDBClient, asked: string[]): DynamoDBClient => {
  const send = async (command: object, ...rest: unknown[]) => {
    if (command instanceof GetItemCommand) {
      const { Key, ConsistentRead } = command.input;
      asked.push(`${Key?.['part']?.S?.split('#')[0]} ${ConsistentRead}`);
      if (!ConsistentRead) return {};
    }
    return Reflect.apply(client.send, client, [command, ...rest]);
  };
  return Object.create(client, { send: { value: send } });
};

/** A client that notes which parts it gets, without hashes. */
export const noting = (client: DynamoDBClient, asked: string[]): DynamoDBClient => {
  const send = (command: object, ...rest: unknown[]) => {
    if (command instanceof GetItemCommand) asked.push(unhashed(command.input.Key?.['part']?.S));
    return Reflect.apply(client.send, client, [command, ...rest]);
  };
  return Object.create(client, { send: { value: send } });
};

export const keyOf = (part: string) => ({ cluster: { S: cluster }, part: { S: part } });
