/** Publishes content that was checked: decides on facts, acts, and decides again when somebody else was quicker. */

import { formatCluster, formatProfile } from '../../core/addresses.js';
import { hash8Of } from '../../core/content/content.js';
import { failureMemoryMs } from '../../core/delivery/failure-memory.js';
import type { StoredQueue } from '../../core/delivery/publish-queue.js';
import {
  decidePublish,
  type PublishDecision,
  type PublishIntent,
  type PublishRequest,
  type PublishResult,
} from '../../core/delivery/publishing.js';
import { decideTurn } from '../../core/delivery/queue-turns.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { busy, conflict, failedLately, queueAhead } from './answers.js';
import { attemptsMax, instant, type PublishDeps } from './deps.js';
import { type Facts, readFacts } from './facts.js';
import { joinQueue, takeOut } from './queue.js';
import { makeUpFor } from './records.js';
import { publishMetrics } from './settings.js';
import { type Candidate, type Content, createVersion, startVersion } from './start.js';

export interface Order extends Candidate {
  readonly content: Content;
  readonly request: Pick<PublishRequest, 'expectedVersion' | 'queue' | 'force'>;
}

/** One look at the environment: the queue is read after the facts, so that what waited before is seen. */
export interface Look {
  readonly intent: PublishIntent;
  readonly facts: Facts;
  readonly stored: StoredQueue;
}

/**
 * Publishes, or says why not.
 * @throws ContentRefused when AppConfig's validator refuses. ServiceUnavailable, retryable, when others were quicker
 * `attemptsMax` times.
 */
export async function publishContent(deps: PublishDeps, order: Order): Promise<PublishResult> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const result = await attemptToPublish(deps, order);
    if (result !== 'again') return result;
    deps.measures.count(publishMetrics.again, 1);
    if (attempt < attemptsMax) await deps.pause(attempt);
  }
  const address = formatProfile(order.address);
  throw new ServiceUnavailable(`${address}: other publishers were quicker ${attemptsMax} times`, {
    hint: 'Try again: nothing was deployed, and a version that was created will be used.',
    retryable: true,
  });
}

async function attemptToPublish(deps: PublishDeps, order: Order): Promise<PublishResult | 'again'> {
  const { address, content, request } = order;
  const intent: PublishIntent = {
    address,
    hash8: hash8Of(content.sha256Hex),
    expectedVersion: request.expectedVersion,
    forced: request.force !== undefined,
  };
  const facts = await readFacts(deps.store, questionOf(deps, intent));
  const stored = await deps.queues.read(formatCluster(address));
  const decision = decidePublish(intent, facts);
  const turn = decideTurn(decision, stored.queue, request.queue === true);
  if (turn.kind === 'behind') return queueAhead(address, turn.ahead);
  if (turn.kind === 'wait') return joinQueue(deps, order, { intent, facts, stored });
  return act(deps, order, { intent, facts, stored, decision });
}

function questionOf({ clock }: PublishDeps, { address, hash8, expectedVersion }: PublishIntent) {
  const { profile } = address;
  const failures = { profile, hash8, since: instant(clock() - failureMemoryMs) };
  return { profile, hash8, failures, isNew: false, isExpecting: expectedVersion !== undefined };
}

async function act(
  deps: PublishDeps,
  order: Order,
  { decision, ...look }: Look & { readonly decision: PublishDecision },
): Promise<PublishResult | 'again'> {
  const { intent } = look;
  switch (decision.kind) {
    case 'unchanged':
      return unchanged(deps, order, { ...look, decision });
    case 'conflict':
      return conflict(intent, decision.deployedVersion);
    case 'failed-lately':
      return failedLately(intent, decision.failure);
    case 'busy':
      return busy(intent.address, decision.running);
    case 'start':
      return start(deps, order, { ...look, ...decision });
    case 'create': {
      const { first } = decision;
      const created = await createVersion(deps, order, { ...order.content, after: decision.after });
      return created === 'again' ? created : start(deps, order, { ...look, ...created, first });
    }
  }
}

/**
 * A retry of a publish that died once it had started, or whose answer was lost, does what that one would have done: it
 * keeps who published, and takes out of the queue.
 */
async function unchanged(
  deps: PublishDeps,
  order: Order,
  look: Look & { readonly decision: Extract<PublishDecision, { kind: 'unchanged' }> },
): Promise<PublishResult> {
  const { version, label, deployment } = look.decision;
  const { startedAt = '' } = look.facts.deployments.find((item) => item.number === deployment) ?? {};
  await makeUpFor(deps, order, { deployment, label });
  const superseded = await takeOut(deps, look.stored, publishedOf(order, look.intent, startedAt));
  return { outcome: 'accepted', version, label, deployment, unchanged: true, ...superseded };
}

async function start(
  deps: PublishDeps,
  order: Order,
  { intent, facts, stored, ...plan }: Look & { version: number; label: string; first: boolean },
): Promise<PublishResult | 'again'> {
  const latestDeployment = facts.deployments[0]?.number ?? 0;
  const started = await startVersion(deps, order, { ...plan, latestDeployment });
  if (started === 'again') return started;
  const superseded = await takeOut(deps, stored, publishedOf(order, intent, instant(deps.clock())));
  return { ...started, ...superseded };
}

const publishedOf = ({ request }: Order, { address, hash8 }: PublishIntent, startedAt: string) => ({
  profile: address.profile,
  hash8,
  startedAt,
  mayWait: request.queue === true,
});
