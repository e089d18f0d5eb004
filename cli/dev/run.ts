/** Runs the story of `veltrix dev`: a fleet that holds the first versions, then whatever the person does. */

import { ServiceUnavailable } from '../../core/errors.js';
import type { Context } from '../command.js';
import { followAlong, untilConverged } from './follow.js';
import type { Play, StageOptions } from './play.js';
import { publishNext } from './publish.js';
import { onStage } from './raise.js';
import type { Tell } from './story.js';

export interface DevOptions extends StageOptions {
  readonly once: boolean;
}

/** Tells the story until it is interrupted (or over, with `once`), then stops everything it started. */
export async function runDev(context: Context, options: DevOptions, tell: Tell): Promise<void> {
  try {
    await onStage({ context, options, tell }, async (play) => {
      const first = await untilConverged(play);
      if (options.once) await changeOnce(play);
      else await followAlong(play, first);
    });
  } catch (error) {
    if (!context.signal.aborted || options.once) throw error;
  }
}

/** Changes one value, in memory only, and waits until every node holds it. */
async function changeOnce(play: Play): Promise<void> {
  const profile = play.loaded.application.profiles[0]?.name;
  if (profile === undefined) throw nothingToChange();
  const reason = 'one value changed, by veltrix dev --once';
  await untilConverged(play, await publishNext(play, { profile, reason, change: increaseFirstNumber }));
}

/** The same value with its first whole number one larger: `coolDownMs` 5000 → 5001. */
function increaseFirstNumber(value: unknown): unknown {
  const entries = Object.entries(value as object);
  const [found] = entries.filter(([, item]) => Number.isInteger(item));
  if (!found) throw nothingToChange();
  return { ...(value as object), [found[0]]: Number(found[1]) + 1 };
}

const nothingToChange = (): ServiceUnavailable =>
  new ServiceUnavailable('The first profile has no whole number to change', {
    hint: 'Give it one at the top level, or leave --once out.',
  });
