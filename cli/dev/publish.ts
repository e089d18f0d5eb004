/** Publishes on the stage: the environment takes one deployment at a time, so the next waits for the one before. */

import { RolledBack } from '../../control/act/outcomes.js';
import { type Published, publish } from '../../control/act/publish.js';
import { type Deployment, isRunning } from '../../core/delivery/deployments.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { isVeltrixError } from '../../core/errors.js';
import { convergenceTimeoutMs, lookEveryMs, type Play } from './play.js';

export interface Order {
  readonly profile: string;
  readonly reason: string;
  readonly strategy?: StrategyName;
  /** Why content that was taken back lately is published all the same. */
  readonly force?: string;
  /** Publishes what this makes of the file's value, which itself stays as it is. */
  readonly change?: (value: unknown) => unknown;
}

/** On a machine under load the guard may be late more than once. */
const attemptsMax = 4;
/** What was not heard goes on starting meanwhile; asked sooner, another one would start from nothing beside it. */
const pauseMs = 5_000;

/**
 * Publishes, and waits until the deployment is complete. A guard whose first start takes longer than AppConfig waits for its
 * answer, as on a machine under load, has every version taken back: once it is awake, the version is published again.
 * @throws RolledBack when it is taken back each time.
 */
export async function publishForGood(play: Play, order: Order): Promise<Published> {
  for (let attempt = 1; ; attempt++) {
    const again = attempt > 1 && { force: 'the guard was not heard, it did not judge' };
    const published = await publishNext(play, { ...order, ...again });
    const { state, log } = await untilEnded(play, published.deployment);
    if (state === 'COMPLETE') return published;
    const why = log.find(({ type }) => type === 'ROLLBACK_STARTED')?.description ?? '';
    const failure = new RolledBack(published.address, { deployment: published.deployment, why });
    if (attempt === attemptsMax || !/error invoking/i.test(why)) throw failure;
    play.tell({ event: 'trouble', message: `${failure.message}; it is published again` });
    await play.cloud.wait(pauseMs, play.context.signal);
  }
}

async function untilEnded({ cloud, cluster, context }: Play, number: number): Promise<Deployment> {
  const { store } = await cloud.environment(cluster);
  for (;;) {
    const deployment = await store.deployment(number);
    if (!isRunning(deployment)) return deployment;
    context.signal.throwIfAborted();
    await cloud.wait(lookEveryMs, context.signal);
  }
}

export async function publishNext(play: Play, { profile, ...order }: Order): Promise<Published> {
  const { cloud, cluster, loaded, tell, context } = play;
  const address = { ...cluster, profile };
  const published = await whenFree(play, () =>
    publish(cloud, loaded, { address, author: context.author(), ...order }),
  );
  const { version, unchanged } = published;
  tell({ event: 'published', address: published.address, version, unchanged });
  return published;
}

async function whenFree<T>({ cloud, context }: Play, act: () => Promise<T>): Promise<T> {
  const deadlineMs = cloud.clock() + convergenceTimeoutMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const isBusy = isVeltrixError(error) && error.code === 'VELTRIX_DEPLOYMENT_IN_PROGRESS';
      if (!isBusy || cloud.clock() > deadlineMs || context.signal.aborted) throw error;
    }
    await cloud.wait(lookEveryMs, context.signal);
  }
}
