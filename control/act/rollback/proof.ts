/** Proves by the nodes' own records that what was undone is undone, and names who does not follow, and why. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import type { Deployment, DeploymentSummary, EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { QueueEntry } from '../../../core/delivery/publish-queue.js';
import { isVeltrixError } from '../../../core/errors.js';
import { type EpochMs, epochMs, plusMs } from '../../../core/time.js';
import type { Cloud } from '../../cloud.js';
import { type NodeView, nodes } from '../../see/nodes.js';
import { NotConverged } from '../outcomes.js';
import { awaitedCount, type Progress, waitForFleet } from '../wait.js';

/** A report may be this long on its way, and say what was true before. */
const reportTravelMs = 2_000;
/** Looks that may fail before nobody waits for records any longer. */
const failedLooksMax = 3;

export interface ProofQuestion {
  readonly address: ProfileAddress;
  /** The deployment that was undone. */
  readonly undone: number;
  /** The one in force since. */
  readonly inForce: Pick<DeploymentSummary, 'number' | 'label'>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
}

/** A node that does not hold what is in force again. */
export interface Laggard {
  readonly node: string;
  readonly why: string;
  readonly next: string;
}

interface Held {
  readonly held: number;
  readonly of: number;
  readonly elapsedMs: number;
  /** Names of nodes that were silent all the while: nobody waits for them, and they may serve what was undone. */
  readonly silent?: readonly string[];
}

export type Proof =
  | (Held & { readonly kind: 'proved' })
  | (Held & { readonly kind: 'unproved'; readonly laggards: readonly Laggard[] })
  /** The records cannot be read, or AppConfig's version has no label to know it by. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Waits until every live node says that it holds what is in force again. Never throws for what nodes do. */
export async function proveRollback(cloud: Cloud, question: ProofQuestion): Promise<Proof> {
  const { label } = question.inForce;
  if (label === undefined) {
    return { kind: 'unknown', why: 'the version has no label, so nodes cannot say that they hold it' };
  }
  const startedMs = cloud.clock();
  for (let failed = 1; ; failed++) {
    try {
      return await prove(cloud, { ...question, label, startedMs });
    } catch (error) {
      if (!isVeltrixError(error) || error.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
      if (failed >= failedLooksMax) return { kind: 'unknown', why: error.message };
      await cloud.wait(1_000, question.signal);
    }
  }
}

type Search = ProofQuestion & { readonly label: string; readonly startedMs: EpochMs };

async function prove(cloud: Cloud, search: Search): Promise<Proof> {
  const { store } = await cloud.environment(search.address);
  let last: Progress | undefined;
  try {
    last = await waitForFleet(
      cloud,
      store,
      await awaitingOf(store, search, (progress) => {
        last = progress;
      }),
    );
    return { kind: 'proved', ...heldBy(cloud, search, last) };
  } catch (error) {
    if (!(error instanceof NotConverged) || last === undefined) throw error;
    const laggards = await laggardsOf(cloud, search.address, error.behind);
    return { kind: 'unproved', ...heldBy(cloud, search, last), laggards };
  }
}

async function awaitingOf(store: EnvironmentStore, search: Search, remember: (progress: Progress) => void) {
  const { address, label, inForce, signal, timeoutMs } = search;
  return {
    address,
    label,
    deployment: inForce.number,
    timeoutMs,
    signal,
    heardAfterMs: plusMs(await undoneAt(store, search), reportTravelMs),
    onRefusal: 'settle' as const,
    onProgress: async (progress: Progress) => {
      remember(progress);
      await search.onProgress?.(progress);
    },
  };
}

function heldBy(cloud: Cloud, { startedMs }: Search, progress: Progress): Held {
  const silent = progress.silent.filter((node) => !progress.lost.includes(node));
  return {
    held: progress.holding.length,
    of: awaitedCount(progress),
    elapsedMs: cloud.clock() - startedMs,
    ...(silent.length > 0 && { silent }),
  };
}

/** When the last of the two deployments moved, by AWS's clock: from then on AppConfig serves what is in force. */
async function undoneAt(store: EnvironmentStore, { undone, inForce }: ProofQuestion): Promise<EpochMs> {
  const numbers = [...new Set([undone, inForce.number])];
  const deployments = await Promise.all(numbers.map((number) => store.deployment(number)));
  return epochMs(Math.max(...deployments.map(lastMoved)));
}

const lastMoved = ({ log, startedAt }: Deployment): number =>
  Math.max(Date.parse(startedAt), ...log.map(({ occurredAt }) => Date.parse(occurredAt)));

/** Each with its causes, as `veltrix nodes` tells them. */
async function laggardsOf(
  cloud: Cloud,
  address: ProfileAddress,
  behind: readonly string[],
): Promise<readonly Laggard[]> {
  const { nodes: views } = await nodes(cloud, { cluster: address });
  const byName = new Map(views.map((view) => [view.node, view]));
  return behind.map((node) => laggard(node, byName.get(node), formatCluster(address)));
}

function laggard(node: string, view: NodeView | undefined, cluster: string): Laggard {
  const next = `veltrix nodes ${cluster} ${node}`;
  if (view === undefined)
    return { node, why: 'its record is gone: it fell silent while it was waited for', next };
  const [first] = view.behind;
  const why = view.behind.map((cause) => cause.why).join('; ') || 'has not reported since it was undone';
  return { node, why, next: first?.next ?? next };
}

/** What of the profile waits in the queue: after a rollback it waits for a person. Nothing, where that cannot be read. */
export async function queuedOf(cloud: Cloud, address: ProfileAddress): Promise<readonly QueueEntry[]> {
  const queue = await cloud.queue(address).catch(() => undefined);
  return (queue?.entries ?? []).filter(({ profile }) => profile === address.profile);
}

/** What nodes do where nothing was in force before: for people. */
export const withoutAny = (address: ProfileAddress): string =>
  `Nothing was in force at ${formatProfile(address)} before: nodes that took it keep it until another version is published; others keep what they started with.`;
