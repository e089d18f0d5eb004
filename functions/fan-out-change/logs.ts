/** Reads the event logs of an environment that may hold something to tell. */

import type {
  Deployment,
  DeploymentSummary,
  EnvironmentStore,
  LogEntryType,
} from '../../core/deployments.js';

/** Logs that were read in full, by deployment: each spares the next hint a call. */
export type KnownLogs = Map<number, Deployment>;

export interface Logs {
  /** Deployments after `settledThrough`, with their logs. */
  readonly deployments: readonly Deployment[];
  /** The environment's newest deployment; 0 when there is none. Later ones have greater numbers. */
  readonly newest: number;
}

/**
 * Reads the deployments after `settledThrough`, newest first. The order matters: whatever an older deployment logged
 * before a newer one began is there when the older one is read after the newer one.
 * `known` is read and brought up to date.
 */
export async function readLogs(
  store: EnvironmentStore,
  settledThrough: number,
  known: KnownLogs,
): Promise<Logs> {
  const summaries: DeploymentSummary[] = [];
  for await (const summary of store.deployments()) {
    if (summary.number <= settledThrough) break;
    summaries.push(summary);
  }
  const deployments: Deployment[] = [];
  for (const summary of summaries) deployments.push(await readLog(store, summary, known));
  for (const number of known.keys()) if (number <= settledThrough) known.delete(number);
  return { deployments, newest: summaries[0]?.number ?? settledThrough };
}

async function readLog(
  store: EnvironmentStore,
  summary: DeploymentSummary,
  known: KnownLogs,
): Promise<Deployment> {
  const before = known.get(summary.number);
  if (before?.state === summary.state) return before;
  const deployment = await store.deployment(summary.number);
  if (!hasEnded(deployment)) return unfinished(deployment);
  known.set(deployment.number, deployment);
  return deployment;
}

/** The entry that ends a deployment's log, by its state. */
const lastEntries: Readonly<Record<string, LogEntryType>> = {
  COMPLETE: 'DEPLOYMENT_COMPLETED',
  ROLLED_BACK: 'ROLLBACK_COMPLETED',
  REVERTED: 'REVERT_COMPLETED',
};

/** True when the log says what the state says: it will not grow while the state stays. */
function hasEnded({ state, log }: Deployment): boolean {
  const last = lastEntries[state];
  return last !== undefined && log.some((entry) => entry.type === last);
}

/** A state that is ahead of its log is not believed yet, lest the last entries count as told. */
function unfinished(deployment: Deployment): Deployment {
  return deployment.state in lastEntries ? { ...deployment, state: 'DEPLOYING' } : deployment;
}
