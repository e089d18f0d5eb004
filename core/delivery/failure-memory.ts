/**
 * Memory of failure: content that was taken back in an environment is not deployed there again within the hour unless
 * somebody says why, so that a pipeline cannot retry it for ever. AppConfig's lists and logs are all it knows: they hold
 * every rollback, whoever asked for it. One that says nothing of the content is not remembered: AppConfig rolls back as
 * well when an extension it asks (the guard) crashes, is throttled or does not answer.
 *
 * AppConfig runs one deployment per environment at a time, so a deployment ended before the next newer one started; and it
 * reverts only the newest completed deployment of a profile. That says how far down there is anything to find.
 */

import { parseLabel } from '../content/content.js';
import { type Deployment, type DeploymentSummary, type LogEntry, triggeredByUser } from './deployments.js';
import { readProvenance } from './provenance.js';

export const failureMemoryMs = 60 * 60 * 1000;

/** A deployment whose content was taken back. */
export interface Failure {
  readonly deployment: number;
  readonly version: number;
  readonly label?: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** AppConfig's words, or the reason of who undid it; may be empty. */
  readonly why: string;
}

/** Which failures are asked for. */
export interface FailureQuestion {
  readonly profile: string;
  /** Of this content alone: first 8 hex digits of its SHA-256. Absent: of any. */
  readonly hash8?: string | undefined;
  /** ISO 8601, UTC, milliseconds. */
  readonly since: string;
}

/** True when older deployments cannot answer the question. */
export const knowsFailures = (
  newestFirst: readonly DeploymentSummary[],
  question: FailureQuestion,
): boolean => horizonOf(newestFirst, question) !== -1;

/** Numbers of the deployments whose logs and descriptions answer the question, newest first. */
export function deploymentsToAsk(
  newestFirst: readonly DeploymentSummary[],
  question: FailureQuestion,
): number[] {
  const horizon = horizonOf(newestFirst, question);
  return (horizon === -1 ? newestFirst : newestFirst.slice(0, horizon))
    .filter((item, index) => {
      if (item.profile !== question.profile) return false;
      const older = newestFirst.slice(index + 1).filter(({ profile }) => profile === question.profile);
      return mayHaveFailed(newestFirst, index, question) || mayUndo(item, older, question);
    })
    .map(({ number }) => number);
}

/** What one of those deployments tells: that it was taken back itself, or that it undoes an earlier one. */
export function failureToldBy(
  told: Deployment,
  newestFirst: readonly DeploymentSummary[],
  question: FailureQuestion,
): Failure | undefined {
  const failure = wasTakenBack(told) ? failureOf(told) : undoneBy(told, newestFirst);
  return failure && failure.at >= question.since && holds(failure, question) ? failure : undefined;
}

/** Index of the first deployment from which on everything ended, for good, before the question begins. */
const horizonOf = (newestFirst: readonly DeploymentSummary[], { profile, since }: FailureQuestion): number =>
  newestFirst.findIndex(
    (item, index) =>
      item.profile === profile && item.state === 'COMPLETE' && endedBefore(newestFirst, index, since),
  );

function endedBefore(newestFirst: readonly DeploymentSummary[], index: number, since: string): boolean {
  const next = newestFirst[index - 1];
  return next !== undefined && next.startedAt < since;
}

/** A revert comes long after the deployment ended, so only the horizon bounds it. */
function mayHaveFailed(
  newestFirst: readonly DeploymentSummary[],
  index: number,
  question: FailureQuestion,
): boolean {
  const item = newestFirst[index];
  if (item === undefined || !wasTakenBack(item) || !holds(item, question)) return false;
  return item.state === 'REVERTED' || !endedBefore(newestFirst, index, question.since);
}

/** Publishing never deploys a version twice: one that was deployed before is perhaps a way back. */
function mayUndo(
  item: DeploymentSummary,
  older: readonly DeploymentSummary[],
  question: FailureQuestion,
): boolean {
  if (wasTakenBack(item) || item.state === 'ROLLING_BACK' || item.startedAt < question.since) return false;
  const isReturn = older.some(({ version }) => version === item.version);
  return isReturn && older.some((other) => holds(other, question));
}

const wasTakenBack = ({ state }: DeploymentSummary): boolean =>
  state === 'ROLLED_BACK' || state === 'REVERTED';

const holds = (item: { readonly label?: string }, { hash8 }: FailureQuestion): boolean =>
  hash8 === undefined || (item.label !== undefined && parseLabel(item.label)?.hash8 === hash8);

function failureOf(told: Deployment): Failure | undefined {
  const end = told.log.findLast(({ type }) => type === 'ROLLBACK_COMPLETED' || type === 'REVERT_COMPLETED');
  const cause = told.log.findLast(({ type }) => type === 'ROLLBACK_STARTED') ?? end;
  if (cause && isFaultOfAsking(cause)) return undefined;
  return { ...identityOf(told), at: end?.occurredAt ?? told.startedAt, why: cause ? whyOf(cause) : '' };
}

/** AppConfig's words for an extension that gave no answer; one that answered "roll back" is quoted in others. */
const isFaultOfAsking = ({ triggeredBy, description }: LogEntry): boolean =>
  triggeredBy !== triggeredByUser && /^error invoking extension/i.test(description);

/** AppConfig logs that a person stopped a rollout, and not what for. */
function whyOf({ type, triggeredBy, description }: LogEntry): string {
  if (type !== 'ROLLBACK_STARTED' || triggeredBy !== triggeredByUser) return description;
  return `${description}; AppConfig does not tell whether for its content or to make way for another profile`;
}

/** A way back that is itself being taken back leaves in force what it undid. */
function undoneBy(told: Deployment, newestFirst: readonly DeploymentSummary[]): Failure | undefined {
  const { undoes, reason } = readProvenance(told.description);
  const undone = newestFirst.find((item) => item.number === undoes && item.profile === told.profile);
  if (told.state === 'ROLLING_BACK' || undone === undefined || undone.number >= told.number) return undefined;
  return { ...identityOf(undone), at: told.startedAt, why: reason };
}

const identityOf = ({ number, version, label }: DeploymentSummary) => ({
  deployment: number,
  version,
  ...(label !== undefined && { label }),
});
