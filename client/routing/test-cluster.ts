/** A cluster for a service's own tests: its nodes and owners are what the test says, and time stands still. */

import type { Grant, GrantTable, Life } from '../../core/assignment/table/table.js';
import type { NodeHealth } from '../../core/fleet/node-reports.js';
import type { RosterNode } from '../../core/fleet/roster.js';
import { epochMs } from '../../core/time.js';
import type { NodeClock } from '../clock.js';
import type { SafeLog } from '../safe-log.js';
import type { Membership } from './membership.js';
import { Routed } from './routed.js';
import type { Peer } from './router.js';

/** Another node, as a test describes it. */
export interface TestPeer {
  readonly node: string;
  readonly endpoint?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Default: `ready`. */
  readonly health?: NodeHealth;
  /** Default: 100. */
  readonly unitsPerSecond?: number;
}

export interface TestCluster {
  readonly membership: Membership;
  setPeers(peers: readonly TestPeer[]): void;
  setOwner(key: string, node: string): void;
}

export interface TestClusterDeps {
  readonly self: () => Peer;
  readonly partitions: number;
  readonly log: SafeLog;
}

export const stillClock: NodeClock = {
  now: () => epochMs(0),
  monotonicMs: () => 0,
  setTimer: () => () => undefined,
};

/** The test's own node owns everything at first. */
export function createTestCluster({ self, partitions, log }: TestClusterDeps): TestCluster {
  const { node } = self();
  const routed = new Routed({
    node,
    incarnation: node,
    zone: undefined,
    partitions,
    hotKeys: false,
    reader: undefined,
    clock: stillClock,
    random: () => 0.5,
    log,
    self,
    onLetGo: () => undefined,
    onRead: () => undefined,
  });
  let table: GrantTable = { generation: 1, slots: Array.from({ length: partitions }, () => grant(node, 1)) };
  let revision = 0;
  const takeTable = () => {
    routed.cluster.takeTable(table);
    routed.holdings.read({ startedMs: 0, table });
  };
  const setPeers = (peers: readonly TestPeer[]) => {
    revision += 1;
    const nodes = [rosterNode(self()), ...peers.map(rosterNode)];
    routed.cluster.takeRoster({ revision, nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)) });
  };
  const setOwner = (key: string, owner: string) => {
    const partition = routed.cluster.partitionOf(key);
    const epoch = (table.slots[partition]?.epoch ?? 0) + 1;
    const generation = table.generation + 1;
    table = { generation, slots: table.slots.with(partition, grant(owner, epoch, generation)) };
    takeTable();
  };
  takeTable();
  setPeers([]);
  return { membership: routed, setPeers, setOwner };
}

function grant(node: Life['node'], epoch: number, began = 1): Grant {
  return { owners: [node], incarnations: [node], epoch, began, sinceMs: epochMs(0), waitsFor: [] };
}

const rosterNode = (peer: TestPeer): RosterNode => ({
  node: peer.node,
  incarnation: peer.node,
  ...(peer.endpoint !== undefined && { endpoint: peer.endpoint }),
  labels: { ...peer.labels },
  health: peer.health ?? 'ready',
  unitsPerSecond: peer.unitsPerSecond ?? 100,
});
