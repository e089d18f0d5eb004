/**
 * `veltrix publish app/env --planned FILE`: each profile of a plan in turn, over the version that the plan was made over. The
 * first that fails ends it; each is told of as it ends, since the next may take half an hour.
 */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Planned, readPlan } from '../../../control/act/planned.js';
import { demandCluster } from '../../../control/addressing.js';
import type { LoadedApplication } from '../../../control/files/workspace.js';
import type { Address } from '../../../core/addresses.js';
import { formatProfile } from '../../../core/addresses.js';
import { UsageError } from '../../../core/errors.js';
import { describePublished, type PublishAnswer } from '../../act/published-lines.js';
import type { Context } from '../../command.js';

export interface PlannedPublish {
  /** What was planned, as `--planned` names it. */
  readonly file: string;
  readonly address: Address;
  readonly loaded: LoadedApplication;
  /** Asked of all that is planned before the first is published: nothing is begun that could not be finished. */
  readonly check: (planned: readonly Planned[]) => Promise<unknown>;
  readonly publish: (planned: Planned) => Promise<PublishAnswer | undefined>;
  /** Of a profile that has nothing to publish: it still is so, and what is on its way already is seen to its end. */
  readonly settle: (planned: Planned) => Promise<unknown>;
}

export async function publishPlanned(context: Context, about: PlannedPublish): Promise<void> {
  const { address, loaded, check } = about;
  if (address.profile !== undefined) {
    throw new UsageError('--planned publishes all of an environment, in the order of the plan', {
      hint: `Write ${address.application}/${address.environment}, without a profile.`,
    });
  }
  const planned = await readPlan(await readText(context, about.file), demandCluster(address), loaded);
  await check(planned);
  for (const [index, each] of planned.entries()) {
    try {
      await carryOut(context, about, each);
    } catch (error) {
      showNotBegun(context, planned.slice(index + 1));
      throw error;
    }
  }
}

export const isChange = ({ outcome }: Planned): boolean => outcome !== 'unchanged';

async function carryOut(
  context: Context,
  { publish, settle }: PlannedPublish,
  planned: Planned,
): Promise<void> {
  if (isChange(planned)) return show(context, await publish(planned));
  await settle(planned);
  const { json, screen } = context;
  const at = formatProfile(planned.address);
  if (json) screen.json({ address: at, outcome: 'unchanged' });
  else screen.line(`${screen.paint.good('=')} ${screen.paint.strong(at)}: unchanged`);
}

async function readText({ directory }: Context, file: string): Promise<string> {
  try {
    return await readFile(path.resolve(directory, file), 'utf8');
  } catch (cause) {
    throw new UsageError(`There is no plan at ${file}`, {
      hint: `Make one with \`veltrix plan application/environment --save ${file}\`.`,
      cause,
    });
  }
}

function show({ json, screen }: Context, answer: PublishAnswer | undefined): void {
  if (answer === undefined) return;
  if (json) screen.json(answer);
  else for (const line of describePublished(answer, screen)) screen.line(line);
}

function showNotBegun({ json, screen }: Context, planned: readonly Planned[]): void {
  for (const { address } of planned) {
    const at = formatProfile(address);
    if (json) screen.json({ address: at, outcome: 'not-begun' });
    else screen.line(`${screen.paint.warn('!')} ${screen.paint.strong(at)}: not begun`);
  }
}
