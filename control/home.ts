/** Whether credentials lead to where a stage is: the wrong account may hold a stage of the same name. */

import { UsageError } from '../core/errors.js';
import type { Stage } from '../core/stages.js';
import type { Cloud } from './cloud.js';

/** Variables that say in which region a process asks, the stronger one first. */
const regionVariables = ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const;

/**
 * Has this process ask in the stage's region, where nothing says otherwise.
 * @throws UsageError when something does.
 */
export function enterRegion({ name, region }: Stage, environment: NodeJS.ProcessEnv): void {
  if (region === undefined) return;
  const chosen = regionVariables.find((variable) => environment[variable]);
  if (chosen === undefined) environment.AWS_REGION = region;
  else if (environment[chosen] !== region) {
    throw new UsageError(`Stage "${name}" is in ${region}, and ${chosen} is ${environment[chosen]}`, {
      hint: `Write ${chosen}=${region}, or leave it out; a local AWS has to be this stage's (--stage ${name}). ${nothingDone}`,
    });
  }
}

/**
 * Where AWS does not say who asks, nothing is held against it: names of functions and tables carry the stage's.
 * @throws UsageError when these credentials are of another account than the stage's.
 */
export async function demandAccount({ name, account }: Stage, cloud: Pick<Cloud, 'caller'>): Promise<void> {
  const arn = account === undefined ? undefined : await cloud.caller();
  const own = arn?.split(':')[4];
  if (own === undefined || own === account) return;
  throw new UsageError(
    `Stage "${name}" is in account ${account}, and these credentials are of ${own} (${arn})`,
    {
      hint: `Sign in to ${account} (AWS_PROFILE), or correct infra/stages.ts. ${nothingDone}`,
    },
  );
}

const nothingDone = 'Nothing was asked of the stage, and nothing was done.';
