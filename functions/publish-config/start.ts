/** Creates versions and starts deployments: the one way, for who publishes directly and for whose turn has come. */

import type { ProfileAddress } from '../../core/addresses.js';
import { versionLabel } from '../../core/content/content.js';
import { describeProvenance } from '../../core/delivery/provenance.js';
import type { PublishResult } from '../../core/delivery/publishing.js';
import type { Publication } from '../../core/delivery/rollout-records.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import type { PublishDeps } from './deps.js';
import { keepRecord, provenanceOf } from './records.js';
import { publishMetrics } from './settings.js';

/** Who publishes what, and why. */
export interface Candidate {
  readonly address: ProfileAddress;
  readonly publication: Omit<Publication, 'strategy'>;
  /** The strategy that was asked for. */
  readonly strategy?: StrategyName | undefined;
}

export interface Content {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes in lower case hex. */
  readonly sha256Hex: string;
}

/** Creates version `after + 1`; `again` when somebody else did. */
export async function createVersion(
  { store }: Pick<PublishDeps, 'store'>,
  { address, publication }: Candidate,
  { bytes, sha256Hex, after }: Content & { readonly after: number },
): Promise<{ readonly version: number; readonly label: string } | 'again'> {
  const version = after + 1;
  const label = versionLabel(version, sha256Hex);
  const description = describeProvenance(provenanceOf(publication));
  const created = await store.createVersion({ profile: address.profile, bytes, label, description, after });
  return created === 'taken' ? 'again' : { version, label };
}

export interface Start {
  readonly version: number;
  readonly label: string;
  readonly first: boolean;
  /** The newest deployment's number when this was decided; 0 when there was none. */
  readonly latestDeployment: number;
}

/** Only over the deployment the decision was taken on: one that was started since makes AppConfig refuse this one. */
export async function startVersion(
  deps: PublishDeps,
  candidate: Candidate,
  { version, label, first, latestDeployment }: Start,
): Promise<Extract<PublishResult, { outcome: 'accepted' }> | 'again'> {
  // A first deployment has nothing to keep serving: growing slowly would leave nodes with nothing.
  const strategy = first ? 'immediate' : (candidate.strategy ?? deps.defaultStrategy);
  const started = await deps.store.startDeployment({
    profile: candidate.address.profile,
    version,
    strategy,
    description: describeProvenance(provenanceOf(candidate.publication)),
    latestDeployment,
  });
  if (started === 'outdated') return 'again';
  if (!first && strategy === 'immediate') deps.measures.count(publishMetrics.immediate, 1);
  await keepRecord(
    deps,
    { address: candidate.address, deployment: started.number },
    { ...candidate.publication, strategy },
  );
  return { outcome: 'accepted', version, label, deployment: started.number, unchanged: false, strategy };
}
