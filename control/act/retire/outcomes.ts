/** Why a profile is not retired. */

import type { Obstacle } from '../../../core/delivery/retirement.js';
import { VeltrixError } from '../../../core/errors.js';

/** Names of nodes that a sentence shows; the rest is counted. */
const namesMax = 3;

/** Something needs the profile still. Nothing of it was deleted, unless it says so. */
export class RetirementRefused extends VeltrixError {
  override readonly name = 'RetirementRefused';
  override readonly code = 'VELTRIX_RETIREMENT_REFUSED';
  /** What is in the way, in the order in which it is cleared; empty where AppConfig itself refuses. */
  readonly obstacles: readonly Obstacle[];

  constructor(
    profile: string,
    { obstacles = [], why }: { readonly obstacles?: readonly Obstacle[]; readonly why?: string },
  ) {
    const reasons = why === undefined ? obstacles.map(describeObstacle) : [why];
    super(`${profile} is not retired: ${reasons.join('; ')}`, {
      hint: 'Clear what is in the way, then retire it again. docs/upgrade.md tells the order.',
      retryable: true,
    });
    this.obstacles = obstacles;
  }
}

/** One sentence, without its end. */
export function describeObstacle(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'named':
      return `${obstacle.file} names it: take it out of the application first`;
    case 'provided':
      return 'the stacks deploy it: take it out of the application and run `npx cdk deploy --all`';
    case 'running':
      return `deployment ${obstacle.deployment} of it is under way in ${obstacle.environment}`;
    case 'revertible':
      return `deployment ${obstacle.deployment} of it in ${obstacle.environment} may be reverted until ${new Date(obstacle.untilMs).toISOString()}`;
    case 'queued':
      return `version ${obstacle.version} waits in the queue of ${obstacle.environment}`;
    case 'held':
      return `${held(obstacle.nodes)} it in ${obstacle.environment}: release the service without it`;
  }
}

function held(nodes: readonly string[]): string {
  const more = nodes.length - namesMax;
  const names = nodes.slice(0, namesMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `${names} ${nodes.length === 1 ? 'holds' : 'hold'}`;
}
