/** Whether credentials lead to where a stage is: the wrong account may hold a stage of the same name. */

import { UsageError } from '../core/errors.js';
import type { Stage } from '../core/stages.js';
import type { Upkeep } from '../core/upkeep.js';
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

/** What a command is about to do in the stage. */
export type Purpose = 'look' | 'change';

type Asked = Pick<Cloud, 'caller'> & { readonly upkeep: Pick<Upkeep, 'extended'> };

/**
 * Looking goes on where AWS does not say whose credentials these are. Changing does not: applications of AppConfig bear no
 * stage in their names, so the same command may meet another account's. What is undone while STS is out is undone in
 * AppConfig, which can say whose it is, too.
 * @throws UsageError when these credentials are of another account than the stage's, or, to change something, when nobody says.
 */
export async function demandAccount(stage: Stage, cloud: Asked, purpose: Purpose): Promise<void> {
  const { name, account } = stage;
  if (account === undefined) return;
  const arn = (await cloud.caller()) ?? (purpose === 'change' ? await askAppConfig(stage, cloud) : undefined);
  const own = arn?.split(':')[4];
  if (own === undefined || own === account) return;
  throw new UsageError(
    `Stage "${name}" is in account ${account}, and these credentials are of ${own} (${arn})`,
    {
      hint: `Sign in to ${account} (AWS_PROFILE), or correct infra/stages.ts. ${nothingDone}`,
    },
  );
}

/** Every environment that Veltrix deployed has an extension that tells of its changes, and what it is attached to is named in full. */
async function askAppConfig(stage: Stage, { upkeep }: Asked): Promise<string> {
  const [arn] = await upkeep.extended().catch((cause: unknown) => {
    throw unknownAccount(stage, cause);
  });
  if (arn === undefined) throw unknownAccount(stage);
  return arn;
}

const unknownAccount = ({ name, account }: Stage, cause?: unknown): UsageError =>
  new UsageError(
    `Stage "${name}" is in account ${account}, and neither STS nor AppConfig says whose credentials these are`,
    {
      hint: `Try again; where that cannot wait and you know whose they are: type it outside of the project, with AWS_REGION and --stage ${name} (docs/stages.md). ${nothingDone}`,
      cause,
    },
  );

const nothingDone = 'Nothing was asked of the stage, and nothing was done.';
