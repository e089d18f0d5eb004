/** What the gate answers, as a publisher has to take it: done, queued, or refused with what to do. */

import type { PublishResult } from '../../core/delivery/publishing.js';
import {
  DeploymentInProgress,
  describeProblem,
  type Problem,
  QueueAhead,
  RolledBackLately,
  ServiceUnavailable,
  VersionConflict,
} from '../../core/errors.js';
import type { PreparedFile } from '../files/check.js';
import { FileRefused } from './outcomes.js';

export type Accepted = Extract<PublishResult, { outcome: 'accepted' }>;
export type InQueue = Extract<PublishResult, { outcome: 'queued' }>;

export interface Standing {
  readonly prepared: PreparedFile;
  readonly environment: string;
  /** The version deployed before; 0 for none. */
  readonly previousVersion: number;
}

/** @throws VersionConflict, DeploymentInProgress, QueueAhead, RolledBackLately, FileRefused, ServiceUnavailable. */
export function demandTaken(result: PublishResult, standing: Standing): Accepted | InQueue {
  switch (result.outcome) {
    case 'accepted':
    case 'queued':
      return result;
    case 'version-conflict':
      throw new VersionConflict(result);
    case 'deployment-in-progress':
      throw new DeploymentInProgress(result.environment, result.running);
    case 'queue-ahead':
      throw new QueueAhead(result.environment, result.ahead);
    case 'rolled-back-lately':
      throw new RolledBackLately(result);
    case 'content-refused':
      throw refusedByFunction(result.problems, standing);
    case 'request-not-understood':
      throw notUnderstood(result.problems);
    default:
      throw unexpected(result.outcome);
  }
}

/** Nobody's file is at fault: what was sent around it is of another release. */
export function notUnderstood(problems: readonly Problem[]): ServiceUnavailable {
  const what = problems.map(describeProblem).join('; ');
  return new ServiceUnavailable(`The deployed functions are of another release than this command: ${what}`, {
    hint: 'Deploy the stacks (`npm run deploy`), or use the command of the release that is deployed.',
  });
}

/** The function answered something else than was asked. */
export const unexpected = (outcome: string): ServiceUnavailable =>
  new ServiceUnavailable(`The publish function answered "${outcome}", which nobody asked for`, {
    hint: 'The deployed functions and this command are of different versions: deploy the stacks again, or update the command.',
  });

/** The deployed schema found what the file's own did not: it is found in the file all the same. */
function refusedByFunction(problems: readonly Problem[], standing: Standing): FileRefused {
  const { prepared, environment, previousVersion } = standing;
  return new FileRefused(
    { file: prepared.file, problems: problems.map(prepared.place) },
    { environment, deployedVersion: previousVersion },
  );
}
