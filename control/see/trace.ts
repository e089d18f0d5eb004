/** The whole way of one deployment: from the commit to the nodes that hold it, each step with its time. */

import {
  type Address,
  type ClusterAddress,
  formatAddress,
  formatCluster,
  formatProfile,
} from '../../core/addresses.js';
import type { Deployment, DeploymentState, EnvironmentStore } from '../../core/delivery/deployments.js';
import type { Retired, RolloutRecord, Undone } from '../../core/delivery/rollout-records.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { strategyOf } from '../../core/delivery/strategies.js';
import { UsageError } from '../../core/errors.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { GuardReport } from '../../core/guard/report.js';
import { demandCluster } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { type DeployedVersion, describeVersion } from '../facts.js';
import { Blindness } from './blindness.js';
import { type FleetStatus, fleetStatus } from './status/fleet-status.js';
import { offeredOf } from './status/offered.js';
import { type ToldAt, type TraceStep, traceSteps } from './trace-steps.js';
import { type UndoneBy, undoingOf } from './undone.js';

export interface Trace extends DeployedVersion {
  readonly target: string;
  /** With the version: `treasure-hunt/staging/gameplay@18`. */
  readonly address: string;
  /** ISO 8601, UTC. */
  readonly askedAt: string;
  readonly state: DeploymentState;
  /** Share of the fleet it is, or had been, offered to. */
  readonly percentage: number;
  readonly strategy?: StrategyName;
  /** What happened, oldest first. */
  readonly steps: readonly TraceStep[];
  /** Absent where the version is not what nodes are meant to hold now: records tell only what they hold. */
  readonly nodes?: FleetStatus;
  readonly guard?: GuardReport;
  /** Where it was taken back: by whom, AppConfig's words, and when (ISO 8601, UTC). */
  readonly undoneBy?: UndoneBy;
  readonly why?: string;
  readonly undoneAt?: string;
  /** Where a person took it back: who and why, as claimed; absent where it was not kept. */
  readonly undone?: Undone;
  /** Where its profile was retired after it: who, why, when, and how many versions went. */
  readonly retired?: Retired;
  /** What is not known of it, and why, for people. */
  readonly missing: readonly string[];
}

export interface TraceQuestion {
  readonly address: Address;
  /** The deployment's number in its environment. */
  readonly deployment: number;
}

/** @throws UsageError when the environment has no such deployment. */
export async function trace(cloud: Cloud, { address, deployment: number }: TraceQuestion): Promise<Trace> {
  const where = demandCluster(address);
  const blindness = new Blindness();
  const { store } = await cloud.environment(where);
  const summary = await demandDeployment(store, where, number);
  const deployment = await store.deployment(number);
  const facts = { cloud, where, blindness, deployment };
  const [record, told, records] = await Promise.all([readRecord(facts), readTold(facts), readNodes(facts)]);
  const { profile, version } = deployment;
  const fleet = summary.isWanted ? fleetOf(facts, records, summary.deployments) : undefined;
  const undoing = undoingOf(deployment, record);
  const strategy = record.publication?.strategy ?? strategyOf(deployment);
  return {
    target: cloud.target,
    address: formatAddress({ ...where, profile, version }),
    askedAt: new Date(cloud.clock()).toISOString(),
    ...describeVersion(deployment, deployment.description, record.publication),
    state: deployment.state,
    percentage: offeredOf(deployment),
    ...(strategy !== undefined && { strategy }),
    steps: traceSteps({ deployment, record, told, fleet }),
    ...(fleet && { nodes: fleet }),
    ...(record.guard && { guard: record.guard }),
    ...(undoing && { undoneBy: undoing.by, why: undoing.why, undoneAt: undoing.at }),
    ...(undoing?.said && { undone: undoing.said }),
    ...(record.retired && { retired: record.retired }),
    missing: [...missingOf({ deployment, record, told, fleet }), ...blindness.notes],
  };
}

interface Facts {
  readonly cloud: Cloud;
  readonly where: ClusterAddress;
  readonly blindness: Blindness;
  readonly deployment: Deployment;
}

/** Read down to it: whether there is such a deployment, and whether its version is the one nodes are meant to hold. */
async function demandDeployment(store: EnvironmentStore, where: ClusterAddress, number: number) {
  const deployments = [];
  for await (const item of store.deployments()) {
    deployments.push(item);
    if (item.number <= number) break;
  }
  const found = deployments.at(-1);
  if (found?.number !== number) throw noSuchDeployment(where, number, deployments[0]?.number);
  // A later rollout takes nodes from it, and they still say since when they hold it; a later completed one replaced it.
  const isReplaced = deployments.some(
    (item) => item.profile === found.profile && item.number > number && item.state === 'COMPLETE',
  );
  const isTakenBack =
    found.state === 'ROLLED_BACK' || found.state === 'REVERTED' || found.state === 'ROLLING_BACK';
  return { deployments, isWanted: !isReplaced && !isTakenBack };
}

function noSuchDeployment(where: ClusterAddress, number: number, newest = 0): UsageError {
  const cluster = formatCluster(where);
  return new UsageError(`${cluster} has no deployment ${number}`, {
    hint:
      newest === 0
        ? 'Nothing was ever published there.'
        : `The newest is ${newest}: see \`veltrix history ${cluster}\`.`,
  });
}

async function readRecord({ cloud, where, blindness, deployment }: Facts): Promise<RolloutRecord> {
  const asked = cloud.rollouts.read(formatCluster(where), [deployment.number]);
  const records = await blindness.orElse('what the guard said, and who published in full,', asked, new Map());
  return records.get(deployment.number) ?? {};
}

async function readNodes({ cloud, where, blindness }: Facts): Promise<readonly NodeRecord[]> {
  return blindness.orElse('the records of nodes', cloud.records.list(formatCluster(where)), []);
}

/** When each entry of the log stood on the stream, by its position; the first time, where it was put twice. */
async function readTold({ cloud, where, blindness, deployment }: Facts): Promise<ToldAt> {
  const subject = formatProfile({ ...where, profile: deployment.profile });
  const read = async () => {
    const found = new Map<number, number>();
    const sinceMs = Date.parse(deployment.startedAt);
    for await (const { event, arrivedAtMs } of cloud.changes({ follow: false, sinceMs })) {
      const { data } = event;
      if (event.subject !== subject || data.deployment !== deployment.number || found.has(data.ordinal))
        continue;
      found.set(data.ordinal, arrivedAtMs);
    }
    return found;
  };
  return blindness.orElse('the stream of change events', read(), new Map());
}

function fleetOf(
  { cloud, deployment }: Facts,
  records: readonly NodeRecord[],
  deployments: Parameters<typeof fleetStatus>[1]['deployments'],
): FleetStatus {
  const { profile } = deployment;
  return fleetStatus(records, { profile, wanted: deployment, deployments, now: cloud.clock() });
}

interface Known {
  readonly deployment: Deployment;
  readonly record: RolloutRecord;
  readonly told: ToldAt;
  readonly fleet: FleetStatus | undefined;
}

function missingOf({ deployment, record, told, fleet }: Known): string[] {
  const entries = deployment.log.filter(({ type }) => type !== 'OTHER').length;
  const untold = entries - told.size;
  const missing: string[] = [];
  if (!record.publication)
    missing.push('no record of who published it: only what its description says is known');
  if (record.publication && record.publication.commit === undefined) {
    missing.push('no commit: its file was not as committed, or not in git');
  }
  if (!record.guard) missing.push('no word of the guard: it did not look at this deployment');
  if (untold > 0) {
    missing.push(
      `${untold} of ${entries} entries have no change event on the stream: not yet, or no longer kept there`,
    );
  }
  if (!fleet)
    missing.push('when nodes took it: it is not what they are meant to hold now, and records keep no past');
  else if (fleet.holding.length + fleet.waiting.length + fleet.refused.length === 0) {
    missing.push('when nodes took it: no node reports');
  }
  return missing;
}
