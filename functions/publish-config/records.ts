/** Keeps who published what was started: at once, or later for a publish that never heard that it had started. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { Deployment } from '../../core/delivery/deployments.js';
import { isDescribedBy, lastPartOf, type Provenance } from '../../core/delivery/provenance.js';
import type { Publication } from '../../core/delivery/rollout-records.js';
import { strategyOf } from '../../core/delivery/strategies.js';
import type { PublishDeps } from './deps.js';
import { publishMetrics } from './settings.js';
import type { Candidate } from './start.js';

/** What is running or deployed. */
interface Started {
  readonly deployment: number;
  readonly label: string;
}

interface Place {
  readonly address: ProfileAddress;
  readonly deployment: number;
}

/** What was started runs, whether or not it is on record who started it: AppConfig's description says most of it. */
export async function keepRecord(
  { records, log, measures }: PublishDeps,
  { address, deployment }: Place,
  publication: Publication,
): Promise<'saved' | 'kept' | 'failed'> {
  try {
    return await records.savePublication(formatCluster(address), deployment, publication);
  } catch (error) {
    measures.count(publishMetrics.unrecorded, 1);
    log.error('could not keep who published', error, { address: formatProfile(address), deployment });
    return 'failed';
  }
}

/**
 * Keeps who published a deployment that this candidate started without hearing of it, if nobody did, and counts it then
 * where it reached everybody at once. Another one's deployment of the same content is left alone. Never fails: what it is
 * about runs already.
 */
export async function makeUpFor(deps: PublishDeps, candidate: Candidate, started: Started): Promise<void> {
  const { address, publication } = candidate;
  const { deployment } = started;
  try {
    const found = await deps.store.deployment(deployment);
    const isOwn =
      found.label === started.label && isDescribedBy(found.description, provenanceOf(publication));
    if (!isOwn) return;
    const strategy = strategyOf(found) ?? candidate.strategy ?? deps.defaultStrategy;
    const kept = await keepRecord(deps, { address, deployment }, { ...publication, strategy });
    if (kept !== 'saved' || strategy !== 'immediate' || (await isFirst(deps, found))) return;
    deps.measures.count(publishMetrics.immediate, 1);
  } catch (error) {
    deps.log.error('could not look who published', error, { address: formatProfile(address), deployment });
  }
}

/** True when nothing of its profile had completed here before it. */
async function isFirst({ store }: PublishDeps, { number, profile }: Deployment): Promise<boolean> {
  for await (const item of store.deployments()) {
    const wasInForce = item.state === 'COMPLETE' || item.state === 'REVERTED';
    if (item.profile === profile && item.number < number && wasInForce) return false;
  }
  return true;
}

/** As AppConfig's descriptions tell it. */
export function provenanceOf({
  author,
  reason,
  commit,
  caller,
  released,
}: Candidate['publication']): Omit<Provenance, 'undoes'> {
  return {
    author,
    reason,
    ...(commit !== undefined && { commit }),
    ...(caller !== undefined && { caller: lastPartOf(caller) }),
    ...(released !== undefined && { releasedBy: released.author }),
  };
}
