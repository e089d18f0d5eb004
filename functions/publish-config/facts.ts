/** Reads as much of an environment as a decision needs, and no more: lists grow with every publish. */

import { parseLabel } from '../../core/content/content.js';
import type { DeploymentSummary, EnvironmentStore, VersionSummary } from '../../core/delivery/deployments.js';
import type { EnvironmentFacts, PublishIntent } from '../../core/delivery/publishing.js';

/**
 * The facts for one decision. Versions are read down to the one that holds the content (or all); deployments down to the
 * profile's newest completed one and, where the content stands as a version, to a deployment of that version: only then
 * is it known whether it was ever deployed here.
 */
export async function readFacts(store: EnvironmentStore, intent: PublishIntent): Promise<EnvironmentFacts> {
  const versions = await readVersions(store, intent);
  const standing = versions.find((item) => holds(item, intent.hash8));
  const deployments: DeploymentSummary[] = [];
  let deployedKnown = false;
  let standingKnown = standing === undefined;
  for await (const item of store.deployments()) {
    deployments.push(item);
    if (item.profile !== intent.address.profile) continue;
    deployedKnown ||= item.state === 'COMPLETE';
    standingKnown ||= item.version === standing?.version;
    if (deployedKnown && standingKnown) break;
  }
  return { deployments, versions };
}

async function readVersions(store: EnvironmentStore, intent: PublishIntent): Promise<VersionSummary[]> {
  const versions: VersionSummary[] = [];
  for await (const item of store.versions(intent.address.profile)) {
    versions.push(item);
    if (holds(item, intent.hash8)) break;
  }
  return versions;
}

const holds = (version: VersionSummary, hash8: string): boolean =>
  version.label !== undefined && parseLabel(version.label)?.hash8 === hash8;
