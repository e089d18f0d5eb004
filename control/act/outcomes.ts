/** Failures of a publish that only its operator knows: the gate took it, and the fleet did not come along. */

import { ContentRefused, VeltrixError } from '../../core/errors.js';
import type { CheckedFile } from '../files/check.js';
import type { PlacedProblem } from '../files/yaml-file.js';

/** A file that was refused, each problem with its line and column. Nothing was published. */
export class FileRefused extends ContentRefused {
  readonly file: string;
  override readonly problems: readonly PlacedProblem[];
  readonly environment: string;
  /** What stays deployed; 0 for nothing, absent where AWS could not be asked. */
  readonly deployedVersion: number | undefined;

  constructor(
    { file, problems }: Pick<CheckedFile, 'file' | 'problems'>,
    standing: { readonly environment: string; readonly deployedVersion?: number | undefined },
  ) {
    super(file, problems);
    this.file = file;
    this.problems = problems;
    this.environment = standing.environment;
    this.deployedVersion = standing.deployedVersion;
  }
}

/** The deployment was rolled back or reverted while somebody waited for it. */
export class RolledBack extends VeltrixError {
  override readonly name = 'RolledBack';
  override readonly code = 'VELTRIX_ROLLED_BACK';
  readonly deployment: number;

  constructor(address: string, facts: { deployment: number; why: string }) {
    super(`${address}: deployment ${facts.deployment} was rolled back${facts.why && `: ${facts.why}`}`, {
      hint: `See \`veltrix status ${address}\`; the file still says what was undone.`,
    });
    this.deployment = facts.deployment;
  }
}

/** Somebody else acted on the profile while it was being undone. Look again before undoing more than was agreed to. */
export class RollbackOvertaken extends VeltrixError {
  override readonly name = 'RollbackOvertaken';
  override readonly code = 'VELTRIX_ROLLBACK_OVERTAKEN';

  /** `by`: what was deployed meanwhile; absent where the environment did not hold still. */
  constructor(address: string, by?: { readonly number: number; readonly version: number }) {
    const what = by
      ? `version ${by.version} was deployed meanwhile (deployment ${by.number})`
      : 'its environment changed again and again meanwhile';
    super(`${address}: ${what}`, {
      hint: `See \`veltrix status ${address}\`, then roll back again if it is still needed.`,
      retryable: true,
    });
  }
}

/** What was queued waits for a person. */
export class QueueHeld extends VeltrixError {
  override readonly name = 'QueueHeld';
  override readonly code = 'VELTRIX_QUEUE_HELD';

  constructor(address: string, facts: { readonly version: number; readonly why: string }) {
    super(`${address}: version ${facts.version} waits in the queue for a person: ${facts.why}`, {
      hint: `Let it go on with \`veltrix queue release ${address} -m "…"\`, or take it out with \`veltrix queue drop ${address} -m "…"\`.`,
    });
  }
}

/** What was queued will not be published: somebody took it out, or published something newer in its place. */
export class TakenFromQueue extends VeltrixError {
  override readonly name = 'TakenFromQueue';
  override readonly code = 'VELTRIX_TAKEN_FROM_QUEUE';

  constructor(
    address: string,
    { version, instead }: { readonly version: number; readonly instead: number | undefined },
  ) {
    const how = instead === undefined ? 'was taken out of the queue' : `gave its place to version ${instead}`;
    super(`${address}: version ${version} ${how}`, { hint: `See \`veltrix history ${address}\`.` });
  }
}

/** The fleet does not hold the version: a node refused it, or the time was over. */
export class NotConverged extends VeltrixError {
  override readonly name = 'NotConverged';
  override readonly code = 'VELTRIX_NOT_CONVERGED';
  /** Names of the nodes that do not hold it. */
  readonly behind: readonly string[];

  constructor(message: string, about: { hint: string; behind: readonly string[] }) {
    super(message, { hint: about.hint, retryable: true });
    this.behind = about.behind;
  }
}
