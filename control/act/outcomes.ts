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
