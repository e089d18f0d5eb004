/** The nodes of one cluster: what each holds, and why one is left behind. */

import { type ClusterAddress, formatCluster, formatProfile } from '../../core/addresses.js';
import { deployedOf, isRunning } from '../../core/delivery/deployments.js';
import { UsageError } from '../../core/errors.js';
import { hasTwin, type NodeRecord } from '../../core/fleet/node-records.js';
import type { NodeHealth, ValueSource } from '../../core/fleet/node-reports.js';
import type { EpochMs } from '../../core/time.js';
import type { Cloud } from '../cloud.js';
import { type NewestDeployments, readNewestDeployments } from '../facts.js';
import { suggestNames } from '../files/nearest.js';
import { judgedAt, type Presence, presenceOf } from '../fleet/liveness.js';

export interface Nodes {
  readonly target: string;
  readonly cluster: string;
  readonly nodes: readonly NodeView[];
}

export interface NodeView {
  readonly node: string;
  readonly presence: Presence;
  readonly health: NodeHealth;
  readonly endpoint?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly load: number;
  readonly capacity: number;
  readonly queueDepth: number;
  readonly inFlight: number;
  /** When this life of the node began to report, and when it last did: arrival at the stream, ISO 8601, UTC. */
  readonly since: string;
  readonly lastReportAt: string;
  readonly profiles: Readonly<Record<string, HeldProfile>>;
  /** Why it does not hold what it is meant to, and what to do: empty for a node that does. */
  readonly behind: readonly Cause[];
}

export interface HeldProfile {
  readonly label?: string;
  readonly source: ValueSource;
  readonly schemaVersion: number;
  readonly refused?: { readonly label: string; readonly reason: string };
}

export interface Cause {
  readonly why: string;
  readonly next: string;
}

export interface NodesQuestion {
  readonly cluster: ClusterAddress;
  /** Only this one. */
  readonly node?: string | undefined;
  /** Only those with a cause. */
  readonly behind?: boolean | undefined;
}

/** Live ones first, then silent ones, then those that left; by name. @throws UsageError for an unknown name. */
export async function nodes(cloud: Cloud, question: NodesQuestion): Promise<Nodes> {
  const { store, profiles } = await cloud.environment(question.cluster);
  const cluster = formatCluster(question.cluster);
  const [read, records] = await Promise.all([
    readNewestDeployments(store, profiles),
    cloud.records.list(cluster),
  ]);
  const asked = question.node === undefined ? records : [demandNode(records, question.node, cluster)];
  const moment = judgedAt(records, cloud.clock());
  const views = asked
    .map((record) => view({ record, moment }, { cluster: question.cluster, ...read, profiles }))
    .sort(byPresence);
  const shown = question.behind ? views.filter(({ behind }) => behind.length > 0) : views;
  return { target: cloud.target, cluster, nodes: shown };
}

interface Seen {
  readonly record: NodeRecord;
  /** When its cluster is judged. */
  readonly moment: EpochMs;
}

interface Wanted extends NewestDeployments {
  readonly cluster: ClusterAddress;
  readonly profiles: readonly string[];
}

function view({ record, moment }: Seen, wanted: Wanted): NodeView {
  const presence = presenceOf(record, moment);
  return {
    node: record.node,
    presence,
    health: record.health,
    ...(record.endpoint !== undefined && { endpoint: record.endpoint }),
    labels: record.labels,
    load: record.load,
    capacity: record.capacity,
    queueDepth: record.queueDepth,
    inFlight: record.inFlight,
    since: new Date(record.since).toISOString(),
    lastReportAt: new Date(record.arrivedAtMs).toISOString(),
    profiles: Object.fromEntries(
      Object.entries(record.profiles).map(([name, { counters: _counters, ...held }]) => [name, held]),
    ),
    behind: presence === 'left' ? [] : causesOf({ record, moment }, { presence, wanted }),
  };
}

function causesOf({ record, moment }: Seen, about: { presence: Presence; wanted: Wanted }): Cause[] {
  const { presence, wanted } = about;
  const causes: Cause[] = [];
  if (presence === 'silent') causes.push(silence(record, moment));
  if (hasTwin(record)) causes.push(twins(record));
  for (const profile of wanted.profiles) causes.push(...causesIn(record, profile, wanted));
  if (presence === 'live' && record.health === 'degraded') causes.push(degraded);
  return causes;
}

function causesIn(record: NodeRecord, profile: string, wanted: Wanted): Cause[] {
  const { cluster, deployments } = wanted;
  const running = deployments.find((item) => item.profile === profile && isRunning(item));
  const deployed = deployedOf(deployments, profile);
  const held = record.profiles[profile];
  const acceptable = [running?.label, deployed?.label].filter((label) => label !== undefined);
  const refused = held?.refused;
  const address = formatProfile({ ...cluster, profile });
  if (refused && acceptable.includes(refused.label) && refused.label !== held.label) {
    return [
      { why: `refuses ${profile} ${refused.label}: ${refused.reason}`, next: `veltrix get ${address}` },
    ];
  }
  // What is deployed may be what it holds, and nobody read that far back.
  if (deployed === undefined && !wanted.isComplete) return [];
  if (acceptable.length === 0 || (held?.label !== undefined && acceptable.includes(held.label))) return [];
  return [
    {
      why: `holds ${profile} ${held?.label ?? `from ${held?.source ?? 'nowhere'}`}, ${deployed?.label ?? 'nothing'} is deployed`,
      next: `veltrix status ${address}`,
    },
  ];
}

const silence = (record: NodeRecord, moment: EpochMs): Cause => ({
  why: `silent for ${Math.round((moment - record.arrivedAtMs) / 1000)} s: gone, or cut off and still serving`,
  next: record.endpoint === undefined ? 'look for its process' : `ask it: curl ${record.endpoint}`,
});

const twins = (record: NodeRecord): Cause => ({
  why: `two processes report as ${record.node}`,
  next: 'give each process a name of its own',
});

const degraded: Cause = {
  why: 'says it cannot reach AWS: it serves what it has',
  next: "look at the node's network and permissions",
};

function demandNode(records: readonly NodeRecord[], name: string, cluster: string): NodeRecord {
  const found = records.find(({ node }) => node === name);
  if (found) return found;
  const known = records.map(({ node }) => node).sort();
  throw new UsageError(`No node "${name}" reported in ${cluster} within the last hour`, {
    hint: suggestNames(name, known),
  });
}

const presenceOrder: readonly Presence[] = ['live', 'silent', 'left'];

function byPresence(a: NodeView, b: NodeView): number {
  const order = presenceOrder.indexOf(a.presence) - presenceOrder.indexOf(b.presence);
  return order === 0 ? a.node.localeCompare(b.node, 'en', { numeric: true }) : order;
}
