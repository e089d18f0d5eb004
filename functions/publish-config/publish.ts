/** Publishes content that was checked: decides on facts, acts, and decides again when somebody else was quicker. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import { hash8Of, type PreparedContent, versionLabel } from '../../core/content/content.js';
import type { EnvironmentStore } from '../../core/delivery/deployments.js';
import { describeProvenance } from '../../core/delivery/provenance.js';
import {
  decidePublish,
  type EnvironmentFacts,
  type PublishDecision,
  type PublishIntent,
  type PublishRequest,
  type PublishResult,
} from '../../core/delivery/publishing.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { readFacts } from './facts.js';

/** Decisions for one request. Each that is lost means that somebody else got further. */
export const attemptsMax = 8;

export interface Publication {
  readonly address: ProfileAddress;
  readonly request: Omit<PublishRequest, 'content'>;
  readonly content: PreparedContent;
  /** SHA-256 of the content in lower case hex. */
  readonly sha256Hex: string;
}

export interface PublishingDeps {
  readonly store: EnvironmentStore;
  readonly defaultStrategy: StrategyName;
  /** Waits before deciding again, longer with each attempt (from 1), so that racing publishers part. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** Told of every decision that has to be taken again. */
type OnAgain = (attempt: number) => void;

/**
 * Publishes, or says why not.
 * @throws ContentRefused when AppConfig's validator refuses. ServiceUnavailable, retryable, when others were quicker
 * `attemptsMax` times.
 */
export async function publishContent(
  deps: PublishingDeps,
  publication: Publication,
  onAgain: OnAgain,
): Promise<PublishResult> {
  const intent: PublishIntent = {
    address: publication.address,
    hash8: hash8Of(publication.sha256Hex),
    expectedVersion: publication.request.expectedVersion,
  };
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const facts = await readFacts(deps.store, intent);
    const result = await act(deps, publication, { facts, decision: decidePublish(intent, facts) });
    if (result !== 'again') return result;
    onAgain(attempt);
    if (attempt < attemptsMax) await deps.pause(attempt);
  }
  const address = formatProfile(publication.address);
  throw new ServiceUnavailable(`${address}: other publishers were quicker ${attemptsMax} times`, {
    hint: 'Try again: nothing was deployed, and a version that was created will be used.',
    retryable: true,
  });
}

interface Decided {
  readonly facts: EnvironmentFacts;
  readonly decision: PublishDecision;
}

async function act(
  deps: PublishingDeps,
  publication: Publication,
  { facts, decision }: Decided,
): Promise<PublishResult | 'again'> {
  switch (decision.kind) {
    case 'unchanged': {
      const { version, label, deployment } = decision;
      return { outcome: 'accepted', version, label, deployment, unchanged: true };
    }
    case 'conflict':
      return conflict(publication, decision.deployedVersion);
    case 'busy':
      return busy(publication.address, decision.running);
    case 'start':
      return start(deps, publication, { ...decision, facts });
    case 'create':
      return create(deps, publication, { ...decision, facts });
  }
}

async function create(
  deps: PublishingDeps,
  publication: Publication,
  plan: { readonly after: number; readonly first: boolean; readonly facts: EnvironmentFacts },
): Promise<PublishResult | 'again'> {
  const version = plan.after + 1;
  const label = versionLabel(version, publication.sha256Hex);
  const created = await deps.store.createVersion({
    profile: publication.address.profile,
    bytes: publication.content.bytes,
    label,
    description: descriptionOf(publication),
    after: plan.after,
  });
  return created === 'taken' ? 'again' : start(deps, publication, { ...plan, version, label });
}

interface Start {
  readonly version: number;
  readonly label: string;
  readonly first: boolean;
  readonly facts: EnvironmentFacts;
}

/** Only over the deployment the decision was taken on: one that was started since makes AppConfig refuse this one. */
async function start(
  deps: PublishingDeps,
  publication: Publication,
  { version, label, first, facts }: Start,
): Promise<PublishResult | 'again'> {
  // A first deployment has nothing to keep serving: growing slowly would leave nodes with nothing.
  const strategy = first ? 'immediate' : (publication.request.strategy ?? deps.defaultStrategy);
  const started = await deps.store.startDeployment({
    profile: publication.address.profile,
    version,
    strategy,
    description: descriptionOf(publication),
    latestDeployment: facts.deployments[0]?.number ?? 0,
  });
  if (started === 'outdated') return 'again';
  return { outcome: 'accepted', version, label, deployment: started.number, unchanged: false, strategy };
}

function conflict({ address, request }: Publication, deployedVersion: number): PublishResult {
  return {
    outcome: 'version-conflict',
    address: formatProfile(address),
    ...(request.expectedVersion !== undefined && { expectedVersion: request.expectedVersion }),
    deployedVersion,
  };
}

function busy(
  address: ProfileAddress,
  running: { readonly profile: string; readonly number: number; readonly startedAt: string },
): PublishResult {
  const { profile, number: deployment, startedAt } = running;
  return {
    outcome: 'deployment-in-progress',
    environment: formatCluster(address),
    running: { profile, deployment, startedAt },
  };
}

const descriptionOf = ({ request }: Publication): string =>
  describeProvenance({ author: request.author, reason: request.description });
