/** Which stage a command talks to, and the way there. */

import type { Cloud } from '../control/cloud.js';
import { connect } from '../control/connect.js';
import { type Home, homeOf } from '../control/files/stages.js';
import { openWorkspace } from '../control/files/workspace.js';
import { demandAccount, enterRegion, type Purpose } from '../control/home.js';
import { type Address, parseAddress } from '../core/addresses.js';
import type { StrategyName } from '../core/delivery/strategies.js';
import { environmentOf, type Stage } from '../core/stages.js';
import type { Context } from './command.js';
import { chooseTarget } from './local-aws/target.js';
import type { RawArguments } from './parse-arguments.js';

/** Options that name an address, too. */
const addressOptions = ['after'] as const;

/** Somebody who stands outside of any project knows his stage. @throws UsageError when the project's list is not as it should be. */
export const stagesAt = (directory: string): Promise<readonly Stage[] | undefined> =>
  openWorkspace(directory).then(
    (workspace) => workspace.stages(),
    () => undefined,
  );

/** @param about what the command is about where its words name nothing. @throws UsageError when it is none, or more than one. */
export function homeFor(
  stages: readonly Stage[] | undefined,
  { positional, options }: RawArguments,
  about?: Address,
): Home {
  const words = [...positional, ...addressOptions.map((name) => options[name])];
  return homeOf(stages, {
    name: typeof options.stage === 'string' ? options.stage : undefined,
    addresses: [...(about ? [about] : []), ...words.flatMap(addressIn)],
  });
}

/** What is no address is refused, or understood otherwise, by the command itself. */
function addressIn(word: unknown): readonly Address[] {
  if (typeof word !== 'string') return [];
  try {
    return [parseAddress(word)];
  } catch {
    return [];
  }
}

/** @throws UsageError, before anything is asked of the stage, when the credentials are for another account or region. */
export async function openCloud(
  { name, stage }: Home,
  { directory, environment }: { readonly directory: string; readonly environment: NodeJS.ProcessEnv },
  purpose: Purpose,
): Promise<Cloud> {
  const target = await chooseTarget(directory, environment);
  if (stage) enterRegion(stage, environment);
  const cloud = connect({ stage: name, target });
  if (stage) await demandAccount(stage, cloud, purpose);
  return cloud;
}

/** The strategy of who publishes to an environment and names none, as far as the project says. @throws UsageError as `home`. */
export async function defaultStrategyOf(
  { home }: Pick<Context, 'home'>,
  environment: string,
): Promise<StrategyName | undefined> {
  const { stage } = await home();
  return stage && environmentOf(stage, environment).strategy;
}
