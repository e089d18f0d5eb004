/** Reads the event logs of an environment that may hold something to tell. */

import type {
  Deployment,
  DeploymentSummary,
  EnvironmentStore,
  LogEntryType,
} from '../../core/delivery/deployments.js';

/**
 * Logs read in one run. After a long silence, or in an environment that is older than Veltrix, there are more: the oldest
 * are told first, and the next hint goes on.
 */
export const logsReadMax = 500;

/** Logs that were read in full, by deployment: each spares the next hint a call. */
export type KnownLogs = Map<number, Deployment>;

export interface Logs {
  /** Deployments after `settledThrough`, with their logs, oldest first. */
  readonly deployments: readonly Deployment[];
  /** Number through which all of the environment's deployments are known. Those not looked at have greater ones. */
  readonly knownThrough: number;
}

/**
 * Reads the deployments after `settledThrough`, oldest first. The order matters: an older deployment logs something more
 * only by a revert, once the newer ones have ended. Read after them, it could tell of its revert before they tell of
 * their end.
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
  let reads = 0;
  for (const summary of summaries.toReversed()) {
    const before = known.get(summary.number);
    const isKnown = before?.state === summary.state;
    if (!isKnown && reads++ === logsReadMax) break;
    deployments.push(isKnown ? before : await readLog(store, summary.number, known));
  }
  for (const number of known.keys()) if (number <= settledThrough) known.delete(number);
  return { deployments, knownThrough: deployments.at(-1)?.number ?? settledThrough };
}

async function readLog(store: EnvironmentStore, number: number, known: KnownLogs): Promise<Deployment> {
  const deployment = await store.deployment(number);
  if (!hasEnded(deployment)) return unfinished(deployment);
  known.set(number, deployment);
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
