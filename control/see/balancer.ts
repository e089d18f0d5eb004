/** What a balancer is told of the nodes of one cluster: read again and again, and kept while it cannot be read. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { type Answers, nextAnswers } from '../../core/balancer/answers.js';
import { isVeltrixError } from '../../core/errors.js';
import { isInForce } from '../../core/fleet/draining.js';
import { liveNodes } from '../../core/fleet/liveness.js';
import type { Cloud } from '../cloud.js';
import { explainFailure } from '../failures.js';

export interface BalancerView {
  /** As of the last look that saw something, with the drains of the last that could be made; empty before it. */
  readonly answers: Answers;
  /**
   * Looks again. @returns why the answers stay as they were, drains apart, for people; undefined when they are new. Never rejects for what
   * cannot be read.
   */
  look(): Promise<string | undefined>;
}

/** As much of a stage as a balancer's view needs. */
type Watched = Pick<Cloud, 'records' | 'clock'> & { readonly drains: Pick<Cloud['drains'], 'read'> };

export function createBalancerView(cloud: Watched, address: ClusterAddress): BalancerView {
  const cluster = formatCluster(address);
  let answers: Answers = new Map();
  return {
    get answers() {
      return answers;
    },
    async look() {
      try {
        const [records, { list }] = await Promise.all([
          cloud.records.list(cluster),
          cloud.drains.read(cluster),
        ]);
        const now = cloud.clock();
        const standing = list.drains.filter((drain) => isInForce(drain, now));
        const drained = new Set(standing.map(({ node }) => node));
        const judged = nextAnswers(answers, { records, drained, now });
        answers = judged.answers;
        return judged.kind === 'suspect' ? suspicion(cluster, judged) : undefined;
      } catch (error) {
        const failure = explainFailure(error);
        if (!isVeltrixError(failure) || failure.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
        return failure.message;
      }
    },
  };
}

const suspicion = (
  cluster: string,
  { silent, of }: { readonly silent: number; readonly of: number },
): string =>
  of === 0
    ? `no node of ${cluster} reports`
    : `${silent} of ${of} nodes of ${cluster} are silent: the measurement is suspect`;

/** A node as a balancer reaches it. */
export interface Server {
  readonly node: string;
  /** As the node says it; absent where it says none. */
  readonly endpoint?: string;
}

/** The nodes that are there, by name. @throws UsageError for an environment that does not exist. */
export async function serversOf(cloud: Cloud, address: ClusterAddress): Promise<readonly Server[]> {
  const records = await cloud.records.list(formatCluster(address));
  // Without any, the cluster's name may be wrong: AppConfig knows.
  if (records.length === 0) await cloud.environment(address);
  return liveNodes(records, cloud.clock())
    .map(({ node, endpoint }) => ({ node, ...(endpoint !== undefined && { endpoint }) }))
    .sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
}
