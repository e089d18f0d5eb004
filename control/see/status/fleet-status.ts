/** What the nodes of a cluster make of one version: who holds it, who does not and why, and how long it took. */

import type { DeploymentSummary } from '../../../core/delivery/deployments.js';
import { liveNodes, newestArrival } from '../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import { type EpochMs, epochMs } from '../../../core/time.js';
import { type Arrivals, arrivals } from '../../fleet/arrivals.js';
import { type Convergence, convergence, liveCount } from '../../fleet/convergence.js';
import { type KeptVersion, keepingWithdrawn } from '../withdrawn.js';

export interface FleetStatus extends Convergence {
  /** Live nodes by the label in force, most first; without label where a default is, or nothing. */
  readonly held: readonly HeldLabel[];
  /** The same of the waiting ones alone. */
  readonly waitingHold: readonly HeldLabel[];
  /** About so many of the live nodes the version is offered to: AppConfig draws them at random. */
  readonly offered: number;
  /** From the deployment's start. */
  readonly arrivals: Arrivals;
  /** Live nodes that still hold a version that was taken back. */
  readonly keeping: readonly KeptVersion[];
  /** Live nodes on which a person has put something else over it. */
  readonly overridden: readonly string[];
  /** When the newest report arrived; absent when no node ever reported. */
  readonly lastReportAt?: string;
  /** The records of nodes cannot be read: there may be any number of them. */
  readonly isUnread?: true;
}

export interface HeldLabel {
  readonly label?: string;
  readonly count: number;
}

export interface FleetQuestion {
  readonly profile: string;
  /** The deployment whose version the nodes are meant to hold, or are being offered. */
  readonly wanted: DeploymentSummary | undefined;
  /** Newest first. */
  readonly deployments: readonly DeploymentSummary[];
  readonly now: EpochMs;
}

export function fleetStatus(records: readonly NodeRecord[], question: FleetQuestion): FleetStatus {
  const { profile, wanted, deployments, now } = question;
  const newest = newestArrival(records);
  const live = liveNodes(records, now);
  const awaited = { profile, label: wanted?.label ?? '' };
  const fleet = convergence(records, awaited, now);
  const share = wanted === undefined || wanted.state === 'COMPLETE' ? 100 : wanted.percentage;
  const startedAtMs = epochMs(Date.parse(wanted?.startedAt ?? ''));
  const names = new Set(fleet.waiting);
  const waiting = live.filter(({ node }) => names.has(node));
  return {
    ...fleet,
    held: heldLabels(live, profile),
    waitingHold: heldLabels(waiting, profile),
    offered: Math.round((liveCount(fleet) * share) / 100),
    arrivals: wanted === undefined ? {} : arrivals(records, awaited, { startedAtMs, now }),
    keeping: keepingWithdrawn(live, deployments, profile),
    overridden: live.filter((record) => isOverridden(record, profile)).map(({ node }) => node),
    ...(newest !== undefined && { lastReportAt: new Date(newest).toISOString() }),
  };
}

const isOverridden = ({ profiles }: NodeRecord, profile: string): boolean =>
  Object.hasOwn(profiles, profile) && (profiles[profile]?.override?.paths.length ?? 0) > 0;

function heldLabels(live: readonly NodeRecord[], profile: string): readonly HeldLabel[] {
  const counts = new Map<string | undefined, number>();
  for (const { profiles } of live) {
    const label = Object.hasOwn(profiles, profile) ? profiles[profile]?.label : undefined;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => ({ ...(label !== undefined && { label }), count }));
}
