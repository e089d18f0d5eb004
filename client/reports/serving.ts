/** Work that asks before it begins: for a place, and where it is exclusive for the partition. */

import { UsageError } from '../../core/errors.js';
import type { KeyedTask, Membership } from '../routing/membership.js';
import type { ServeOptions, Task } from '../routing/router.js';
import type { Admission } from './admission.js';
import type { Work } from './work.js';

export interface ServingDeps {
  readonly work: Work;
  readonly admission: Admission;
  readonly membership: Membership;
}

/**
 * Runs a piece of work when its turn comes.
 * @throws Overloaded, Misdirected: nothing was done. @throws what the work throws.
 */
export async function serve<Result>(
  deps: ServingDeps,
  run: (task: Task) => Result | Promise<Result>,
  options: ServeOptions = {},
): Promise<Result> {
  const { work, admission, membership } = deps;
  const task = taskOf(options);
  // What belongs elsewhere is no load of this node.
  membership.demand(task);
  work.offered(task.units);
  if (task.key !== undefined) membership.offered(task.key, task.units);
  const turn = admission.enter(task.units);
  if (turn !== undefined) await turn;
  try {
    return await begun(deps, run, task);
  } finally {
    admission.leave(task.units);
  }
}

/** The turn has come; meanwhile the partition may have gone. */
async function begun<Result>(
  { work, membership }: ServingDeps,
  run: (task: Task) => Result | Promise<Result>,
  task: KeyedTask,
): Promise<Result> {
  const { end, ...admitted } = membership.admit(task);
  try {
    return await work.run(async () => run(admitted), task.units);
  } finally {
    end();
  }
}

function taskOf({ key, exclusive = false, units = 1 }: ServeOptions): KeyedTask {
  if (Number.isSafeInteger(units) && units >= 1) return { key, exclusive, units };
  throw new UsageError(`serve: units: is ${units}, expected a whole number from 1 on`, {
    hint: 'Give what the work weighs in the units of the option `capacity` of connect().',
  });
}
