/** From what a node knows of itself to values of metrics. */

import { parseLabel } from '../../core/content/content.js';
import { type Counters, type NodeHealth, nodeHealths } from '../../core/fleet/node-reports.js';
import type { NodeStatus } from '../node.js';
import type { MetricName } from './metrics.js';
import type { Observed } from './telemetry.js';

type Tell = (name: MetricName, value: number, attributes?: Readonly<Record<string, string>>) => void;

export function observe(observed: Observed, tell: Tell): void {
  for (const [profile, state] of Object.entries(observed.status.profiles))
    observeProfile(tell, profile, state);
  for (const [profile, counters] of observed.counters) observeCounters(tell, profile, counters.report());
  observeNode(tell, observed.status);
  if (observed.status.routing) observeRouter(tell, observed, observed.status.routing);
}

function observeProfile(tell: Tell, profile: string, state: NodeStatus['profiles'][string]): void {
  const { label, ageMs, refused } = state;
  const about = { 'veltrix.profile': profile };
  const version = label === undefined ? undefined : parseLabel(label)?.version;
  if (version !== undefined) tell('veltrix.config.version', version, about);
  tell('veltrix.config.age', ageMs / 1000, about);
  tell('veltrix.config.refused', refused ? 1 : 0, about);
}

function observeCounters(tell: Tell, profile: string, reported: Readonly<Record<string, Counters>>): void {
  for (const [label, { requests, errors, slow }] of Object.entries(reported)) {
    const version = String(parseLabel(label)?.version ?? label);
    const about = { 'veltrix.profile': profile, 'veltrix.version': version };
    tell('veltrix.config.requests', requests, about);
    tell('veltrix.config.failed_requests', errors, about);
    tell('veltrix.config.slow_requests', slow, about);
  }
}

function observeNode(tell: Tell, status: NodeStatus): void {
  const states: readonly NodeHealth[] = nodeHealths;
  for (const state of states)
    tell('veltrix.node.health', state === status.health ? 1 : 0, { 'veltrix.node.state': state });
  tell('veltrix.node.load', status.load);
  tell('veltrix.node.active_requests', status.inFlight);
  tell('veltrix.node.queued_requests', status.queueDepth);
  tell('veltrix.node.shed', status.shed);
  tell('veltrix.report.sent', status.reports.sent);
  tell('veltrix.report.dropped', status.reports.dropped);
}

function observeRouter(
  tell: Tell,
  { status, nodes, misdirected, nowMs }: Observed,
  { readAtMs }: NonNullable<NodeStatus['routing']>,
): void {
  tell('veltrix.router.nodes', nodes);
  tell('veltrix.router.misdirected', misdirected);
  if (status.partitions !== undefined) tell('veltrix.router.partitions', status.partitions);
  if (readAtMs !== undefined) tell('veltrix.router.table.age', Math.max(0, nowMs - readAtMs) / 1000);
}
