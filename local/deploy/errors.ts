/** Why a deployment did not happen, with the place in the template. */

export interface DeployProblem {
  readonly stack: string;
  readonly logicalId?: string;
  readonly type?: string;
  /** Path inside the resource, such as `Properties.Code.S3Key`. */
  readonly property?: string;
  readonly reason: string;
}

/**
 * `TemplateRefused`: nothing was touched. `ResourceFailed`: a resource could not be made, changed or removed; what this run
 * did in its stack was undone, stacks before it stay deployed.
 */
export type DeployErrorCode = 'AssemblyUnreadable' | 'ResourceFailed' | 'TemplateRefused';

export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly code: DeployErrorCode;
  readonly problems: readonly DeployProblem[];

  constructor(code: DeployErrorCode, problems: readonly DeployProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.code = code;
    this.problems = problems;
  }
}

/** `Stack.LogicalId (AWS::Type) Properties.X: reason`. */
export function describeProblem(problem: DeployProblem): string {
  const where = [problem.stack, problem.logicalId].filter(Boolean).join('.');
  const type = problem.type ? ` (${problem.type})` : '';
  const property = problem.property ? ` ${problem.property}` : '';
  return `${where}${type}${property}: ${problem.reason}`;
}

/** A problem at a place that the caller knows: thrown while a value is evaluated, caught and placed by the planner. */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  readonly path: readonly (number | string)[];

  constructor(path: readonly (number | string)[], reason: string) {
    super(reason);
    this.path = path;
  }
}
