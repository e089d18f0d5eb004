/**
 * The gate of one environment: a request becomes a version and a deployment, or an answer that says why not. Callers may
 * repeat a request after any failure: what stands already is found and used, and nothing newer is overwritten.
 */

import { type ClusterAddress, formatProfile } from '../../core/addresses.js';
import { prepareContent } from '../../core/content/content.js';
import { describeIssue } from '../../core/content/content-problems.js';
import { type PublishResult, publishRequestSchema } from '../../core/delivery/publishing.js';
import { ContentRefused, type Problem } from '../../core/errors.js';
import type { Application } from '../../core/profiles.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { type PublishingDeps, publishContent } from './publish.js';
import { type PublishMetric, publishMetrics } from './settings.js';

/** An answer with thousands of problems helps nobody; the first ones do. */
const problemsMax = 50;

export interface PublishDeps extends PublishingDeps {
  readonly application: Application;
  readonly environment: string;
  readonly sha256Hex: (bytes: Uint8Array) => string;
  readonly log: Log;
  readonly measures: Measures<PublishMetric>;
}

/** @throws ServiceUnavailable when AppConfig does not answer, or others were quicker too many times. */
export function createHandler(deps: PublishDeps) {
  const cluster = { application: deps.application.name, environment: deps.environment };
  return async (event: unknown): Promise<PublishResult> => {
    try {
      const result = await answer(deps, cluster, event);
      deps.measures.count(metricOf(result), 1);
      deps.log.info('answered', { ...cluster, ...withoutProblems(result) });
      return result;
    } catch (error) {
      deps.log.error('could not publish', error, cluster);
      throw error;
    } finally {
      deps.measures.flush();
    }
  };
}

async function answer(deps: PublishDeps, cluster: ClusterAddress, event: unknown): Promise<PublishResult> {
  const parsed = publishRequestSchema.safeParse(event);
  if (!parsed.success) {
    return refuse(
      'The request',
      parsed.error.issues.flatMap((issue) => describeIssue(issue, event)),
    );
  }
  const { content, ...request } = parsed.data;
  const address = { ...cluster, profile: request.profile };
  const subject = formatProfile(address);
  const profile = deps.application.profiles.find((item) => item.name === request.profile);
  if (!profile) return refuse(subject, [unknownProfile(deps.application)]);
  const checked = prepareContent(profile, content);
  if (!checked.ok) return refuse(subject, checked.problems);
  const sha256Hex = deps.sha256Hex(checked.value.bytes);
  const again = () => deps.measures.count(publishMetrics.again, 1);
  try {
    return await publishContent(deps, { address, request, content: checked.value, sha256Hex }, again);
  } catch (error) {
    if (error instanceof ContentRefused) return refuse(subject, error.problems);
    throw error;
  }
}

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
    case 'content-refused':
      return publishMetrics.refused;
  }
}

/** Problems quote the content, and content is not logged. */
function withoutProblems(result: PublishResult): Readonly<Record<string, unknown>> {
  return result.outcome === 'content-refused' ? { ...result, problems: result.problems.length } : result;
}
