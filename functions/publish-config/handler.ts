/**
 * The gate of one environment: a request becomes a version and a deployment, or waits for its turn, or an answer says why
 * not. Callers may repeat a request after any failure: what stands already is found and used, and nothing newer is
 * overwritten.
 */

import { formatProfile } from '../../core/addresses.js';
import { prepareContent } from '../../core/content/content.js';
import { describeIssue } from '../../core/content/content-problems.js';
import {
  advanceRequestSchema,
  type PublishRequest,
  type PublishResult,
  publishRequestSchema,
  queueRequestSchema,
} from '../../core/delivery/publishing.js';
import { ContentRefused, type Problem } from '../../core/errors.js';
import type { Application } from '../../core/profiles.js';
import { type AdvanceResult, advance } from './advance.js';
import { changeQueue } from './change-queue.js';
import { clusterOf, instant, type PublishDeps } from './deps.js';
import { publishContent } from './publish.js';
import { type Door, type PublishMetric, publishMetrics } from './settings.js';

/** An answer with thousands of problems helps nobody; the first ones do. */
const problemsMax = 50;

/** @throws ServiceUnavailable when AppConfig does not answer, or others were quicker too many times. */
export function createHandler(deps: PublishDeps) {
  const cluster = clusterOf(deps);
  return async (event: unknown, door: Door = 'gate'): Promise<PublishResult | AdvanceResult> => {
    try {
      const result = await (door === 'queue' ? answerQueue(deps, event) : answer(deps, event));
      deps.log.info('answered', { ...cluster, ...withoutProblems(result) });
      return result;
    } catch (error) {
      deps.log.error('could not publish', error, { ...cluster });
      throw error;
    } finally {
      deps.measures.flush();
    }
  };
}

async function answer(deps: PublishDeps, event: unknown): Promise<PublishResult | AdvanceResult> {
  if (advanceRequestSchema.safeParse(event).success) return advance(deps);
  const result = isQueueRequest(event) ? await change(deps, event) : await publish(deps, event);
  deps.measures.count(metricOf(result), 1);
  return result;
}

/** Whoever may come by this door may change the queue, and has no right to publish. */
async function answerQueue(deps: PublishDeps, event: unknown): Promise<PublishResult> {
  const result = isQueueRequest(event) ? await change(deps, event) : notByThisDoor;
  deps.measures.count(metricOf(result), 1);
  return result;
}

const isQueueRequest = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'queueAction' in event;

async function change(deps: PublishDeps, event: unknown): Promise<PublishResult> {
  const parsed = queueRequestSchema.safeParse(event);
  if (!parsed.success) return notUnderstood(parsed.error, event);
  const caller = await callerOf(deps, parsed.data.identity, event);
  const result = await changeQueue(deps, { request: parsed.data, caller });
  if (result.outcome === 'queue-changed' && result.action === 'release') await startAtOnce(deps);
  return result;
}

/** Somebody waits for what he let go on; the schedule would start it within the minute. */
async function startAtOnce(deps: PublishDeps): Promise<void> {
  try {
    await advance(deps);
  } catch (error) {
    deps.log.error('could not start what was released', error, { ...clusterOf(deps) });
  }
}

async function publish(deps: PublishDeps, event: unknown): Promise<PublishResult> {
  const parsed = publishRequestSchema.safeParse(event);
  if (!parsed.success) return notUnderstood(parsed.error, event);
  const { content, ...request } = parsed.data;
  const address = { ...clusterOf(deps), profile: request.profile };
  const subject = formatProfile(address);
  const profile = deps.application.profiles.find((item) => item.name === request.profile);
  if (!profile) return refuse(subject, [unknownProfile(deps.application)]);
  const checked = prepareContent(profile, content);
  if (!checked.ok) return refuse(subject, checked.problems);
  const { bytes } = checked.value;
  const publication = await publicationOf(deps, request, event);
  const { strategy } = request;
  const prepared = { bytes, sha256Hex: deps.sha256Hex(bytes) };
  try {
    const result = await publishContent(deps, { address, request, strategy, content: prepared, publication });
    return result.outcome === 'accepted' || result.outcome === 'queued'
      ? { ...result, ...pickCaller(publication) }
      : result;
  } catch (error) {
    if (error instanceof ContentRefused) return refuse(subject, error.problems);
    throw error;
  }
}

async function publicationOf(deps: PublishDeps, request: Omit<PublishRequest, 'content'>, event: unknown) {
  const caller = await callerOf(deps, request.identity, event);
  return {
    author: request.author,
    reason: request.description,
    validatedAt: instant(deps.clock()),
    ...(caller !== undefined && { caller }),
    ...(request.commit !== undefined && { commit: request.commit }),
    ...(request.force !== undefined && { forced: request.force }),
  };
}

const pickCaller = ({ caller }: { readonly caller?: string }) => (caller === undefined ? {} : { caller });

/** Who asked, as AWS knows it. Whoever may invoke the function may publish: an identity that is not proved refuses nothing. */
async function callerOf(
  { caller, log, measures }: PublishDeps,
  proof: string | undefined,
  event: unknown,
): Promise<string | undefined> {
  if (proof === undefined) {
    measures.count(publishMetrics.unproven, 1);
    return undefined;
  }
  try {
    return await caller.arnOf(proof, event);
  } catch (error) {
    measures.count(publishMetrics.unidentified, 1);
    log.warn('could not tell who asks', { why: String(error) });
    return undefined;
  }
}

/** No fault of the content: the command and this function are of different releases. */
const notUnderstood = ({ issues }: { readonly issues: readonly Issue[] }, event: unknown): PublishResult => ({
  outcome: 'request-not-understood',
  problems: issues.flatMap((issue) => describeIssue(issue, event)).slice(0, problemsMax),
});

const notByThisDoor: PublishResult = {
  outcome: 'request-not-understood',
  problems: [{ path: '', message: 'only changes of the queue are taken through this alias' }],
};

type Issue = Parameters<typeof describeIssue>[0];

const refuse = (subject: string, problems: readonly Problem[]): PublishResult => ({
  outcome: 'content-refused',
  subject,
  problems: problems.slice(0, problemsMax),
});

function unknownProfile({ name, profiles }: Application): Problem {
  const known = profiles.map((profile) => profile.name).join(', ');
  return { path: '', message: `is no profile of ${name} as it is deployed, which has: ${known}` };
}

function metricOf(result: PublishResult): PublishMetric {
  switch (result.outcome) {
    case 'accepted':
      return result.unchanged ? publishMetrics.unchanged : publishMetrics.started;
    case 'version-conflict':
      return publishMetrics.conflict;
    case 'deployment-in-progress':
      return publishMetrics.busy;
    case 'queued':
      return publishMetrics.queued;
    case 'queue-ahead':
      return publishMetrics.queueAhead;
    case 'rolled-back-lately':
      return publishMetrics.rolledBackLately;
    case 'queue-changed':
    case 'not-queued':
      return publishMetrics.queueChanged;
    case 'content-refused':
      return publishMetrics.refused;
    case 'request-not-understood':
      return publishMetrics.notUnderstood;
  }
}

/** Problems quote the content, and content is not logged. */
function withoutProblems(result: PublishResult | AdvanceResult): Readonly<Record<string, unknown>> {
  return 'problems' in result ? { ...result, problems: result.problems.length } : { ...result };
}
