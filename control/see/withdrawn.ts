/** Versions that were taken back: by AppConfig, by somebody, or by going back to an earlier version. */

import { parseLabel } from '../../core/content/content.js';
import { type DeploymentSummary, deployedOf, isRunning } from '../../core/delivery/deployments.js';
import type { NodeRecord, ProfileRecord } from '../../core/fleet/node-records.js';

export interface KeptVersion {
  readonly node: string;
  readonly label: string;
}

/** Deployments of a profile that were taken back since its standing one, newest first. */
export function withdrawnSince(
  newestFirst: readonly DeploymentSummary[],
  profile: string,
): readonly DeploymentSummary[] {
  const mine = newestFirst.filter((item) => item.profile === profile);
  const coming = mine.find((item) => isRunning(item) && !isTakenBack(item.state));
  const standing = [deployedOf(mine, profile)?.label, coming?.label];
  return mine.filter(({ label, state }) => isTakenBack(state) && !standing.includes(label));
}

const isTakenBack = (state: DeploymentSummary['state']): boolean =>
  state === 'ROLLING_BACK' || state === 'ROLLED_BACK' || state === 'REVERTED';

/** The nodes among these that still hold a version that was withdrawn. */
export function keepingWithdrawn(
  records: readonly NodeRecord[],
  newestFirst: readonly DeploymentSummary[],
  profile: string,
): readonly KeptVersion[] {
  const labels = withdrawnSince(newestFirst, profile).map(({ label }) => label);
  const standing = deployedOf(newestFirst, profile);
  return records.flatMap(({ node, profiles }) => {
    const held = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
    if (held?.label === undefined) return [];
    if (!labels.includes(held.label) && !isOlderStock(held, standing)) return [];
    return [{ node, label: held.label }];
  });
}

/**
 * Numbers of versions only grow: a node that holds a higher one than stands, since before that was deployed, was left over
 * when somebody went back. The deployment it came from may be further back than was read.
 */
function isOlderStock({ label = '', held }: ProfileRecord, standing: DeploymentSummary | undefined): boolean {
  const version = parseLabel(label)?.version;
  if (standing === undefined || version === undefined || version <= standing.version) return false;
  return held?.label === label && held.sinceMs < Date.parse(standing.startedAt);
}
