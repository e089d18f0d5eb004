/** A fleet for a balancer: real servers that count what they are sent, and records that a story changes. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceUnavailable } from '../../../core/errors.js';
import type { Drain } from '../../../core/fleet/drains.js';
import { foldReport, type NodeRecord } from '../../../core/fleet/node-records.js';
import { type EpochMs, epochMs } from '../../../core/time.js';
import { reportOf } from '../../world/events.js';

export const cluster = { application: 'treasure-hunt', environment: 'staging' } as const;

export interface Node {
  readonly name: string;
  record: NodeRecord;
  readonly server: Server;
  served: number;
  /** False: it has stopped reporting. */
  reports: boolean;
}

export interface Fleet {
  readonly nodes: readonly Node[];
  readonly drains: Drain[];
  /** True: nothing can be read. */
  isBlind: boolean;
  /** What the agent looks at. */
  readonly stage: {
    readonly clock: () => EpochMs;
    readonly records: { list(): Promise<readonly NodeRecord[]> };
    readonly drains: {
      read(): Promise<{ list: { cluster: string; drains: readonly Drain[] }; revision: number }>;
    };
  };
  node(name: string): Node;
  close(): void;
}

const clock = (): EpochMs => epochMs(Date.now());

/** @param capacities work units a second that each node says it can do; they are `node-1`, `node-2`, … */
export async function startFleet(capacities: readonly number[]): Promise<Fleet> {
  const nodes = await Promise.all(
    capacities.map((capacity, index) => startNode(`node-${index + 1}`, capacity)),
  );
  const drains: Drain[] = [];
  const fleet: Fleet = {
    nodes,
    drains,
    isBlind: false,
    stage: {
      clock,
      records: {
        list: async () => {
          if (fleet.isBlind) throw new ServiceUnavailable('the table does not answer', { hint: 'none' });
          for (const node of nodes) if (node.reports) node.record = { ...node.record, arrivedAtMs: clock() };
          return nodes.map(({ record }) => record);
        },
      },
      drains: {
        read: async () => ({ list: { cluster: 'treasure-hunt/staging', drains: [...drains] }, revision: 1 }),
      },
    },
    node: (name) => nodes.find((node) => node.name === name) ?? unknown(name),
    close: () => {
      for (const { server } of nodes) stop(server);
    },
  };
  return fleet;
}

/** Takes a server away as a dead process does: nobody listens any more. */
export function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}

async function startNode(name: string, capacity: number): Promise<Node> {
  const server = createServer((_, response) => {
    node.served += 1;
    response.end(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const minuteAgo = epochMs(clock() - 60_000);
  const report = {
    ...reportOf(name),
    cluster: 'treasure-hunt/staging',
    health: 'ready' as const,
    capacity,
    unitsPerSecond: capacity,
    load: 0.5,
    endpoint: `http://127.0.0.1:${port}`,
  };
  const fold = foldReport(undefined, report, minuteAgo);
  if (fold.kind === 'stale') throw new Error('a first report begins a record');
  const node: Node = { name, record: fold.record, server, served: 0, reports: true };
  return node;
}

function unknown(name: string): never {
  throw new Error(`there is no ${name}`);
}
