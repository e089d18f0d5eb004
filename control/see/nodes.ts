/** The nodes of one cluster: what each holds, and why one is left behind. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { UsageError } from '../../core/errors.js';
import { judgedAt, type Presence, presenceOf } from '../../core/fleet/liveness.js';
import type { NodeRecord, ProfileRecord } from '../../core/fleet/node-records.js';
import type { Counters, NodeHealth, OverrideReport, ValueSource } from '../../core/fleet/node-reports.js';
import type { Cloud } from '../cloud.js';
import { readNewestDeployments } from '../facts.js';
import { suggestNames } from '../files/nearest.js';
import { readStuck } from '../fleet/assignment.js';
import { Blindness } from './blindness.js';
import { type DrainView, standingDrains } from './drains.js';
import { type Cause, causesOf, type Seen, type Wanted } from './node-causes.js';

export interface Nodes {
  readonly target: string;
  readonly cluster: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  readonly nodes: readonly NodeView[];
  /** Nodes that were looked at, shown or not. */
  readonly nodeCount: number;
  /** What could not be read, for people: everything else stands all the same. */
  readonly blind: readonly string[];
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
  /** Reports that this life could not send. */
  readonly droppedReports: number;
  /** Lives before this one that are remembered: restarts. */
  readonly restarts: number;
  readonly profiles: Readonly<Record<string, HeldProfile>>;
  /** The drain in force: a person keeps work away from it. */
  readonly drain?: DrainView;
  /** Why it does not hold what it is meant to, and what to do: empty for a node that does. */
  readonly behind: readonly Cause[];
}

export interface HeldProfile {
  readonly label?: string;
  /** Since when it holds that label without a break (arrival, ISO 8601, UTC); absent where nobody kept it. */
  readonly heldSince?: string;
  readonly source: ValueSource;
  readonly schemaVersion: number;
  readonly refused?: { readonly label: string; readonly reason: string };
  /** Why its last poll failed; absent once one succeeds. */
  readonly lastError?: string;
  /** What a person has put over it on that node, or why that was refused. */
  readonly override?: OverrideReport;
  /** Why its secrets could not be read anew. */
  readonly secretsError?: string;
  /** What this life did under the label in force; absent where it counted nothing. */
  readonly counters?: Counters;
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
  const cluster = formatCluster(question.cluster);
  const blindness = new Blindness();
  const none = { list: { cluster, drains: [] }, revision: 0 };
  const [deployed, records, { list }, stuck] = await Promise.all([
    blindness.orElse('what is deployed, in AppConfig,', readDeployed(cloud, question.cluster), undefined),
    cloud.records.list(cluster),
    blindness.orElse('the drains', cloud.drains.read(cluster), none),
    blindness.orElse('who takes up no work', readStuck(cloud.assignment(question.cluster)), undefined),
  ]);
  const asked = question.node === undefined ? records : [demandNode(records, question.node, cluster)];
  const now = cloud.clock();
  const moment = judgedAt(records, now);
  // Without AppConfig nobody knows what nodes should hold; what they say of themselves is told all the same.
  const known = { deployments: [], isComplete: false, profiles: profilesOf(records) };
  const wanted = { cluster: question.cluster, ...known, ...deployed, stuck, now };
  const drains = standingDrains(list, now);
  const views = asked.map((record) => withDrain(view({ record, moment }, wanted), drains)).sort(byPresence);
  return {
    target: cloud.target,
    cluster,
    askedAt: new Date(now).toISOString(),
    nodes: question.behind ? views.filter(({ behind }) => behind.length > 0) : views,
    nodeCount: views.length,
    blind: blindness.notes,
  };
}

async function readDeployed(cloud: Cloud, cluster: ClusterAddress) {
  const { store, profiles } = await cloud.environment(cluster);
  return { ...(await readNewestDeployments(store, profiles)), profiles };
}

const profilesOf = (records: readonly NodeRecord[]): readonly string[] => [
  ...new Set(records.flatMap(({ profiles }) => Object.keys(profiles))),
];

function withDrain(node: NodeView, drains: readonly DrainView[]): NodeView {
  const drain = drains.find((each) => each.node === node.node);
  return drain ? { ...node, drain } : node;
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
    droppedReports: record.droppedReports,
    restarts: record.retired.length,
    profiles: Object.fromEntries(
      Object.entries(record.profiles).map(([name, profile]) => [name, heldOf(profile)]),
    ),
    behind: presence === 'left' ? [] : causesOf({ record, moment }, { presence, wanted }),
  };
}

function heldOf({ counters: all, held, label, ...profile }: ProfileRecord): HeldProfile {
  const counters = label !== undefined && Object.hasOwn(all, label) ? all[label] : undefined;
  return {
    ...profile,
    ...(label !== undefined && { label }),
    ...(held !== undefined && held.label === label && { heldSince: new Date(held.sinceMs).toISOString() }),
    ...(counters && { counters }),
  };
}

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
