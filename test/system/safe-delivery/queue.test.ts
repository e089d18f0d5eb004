/** Who comes first: publishers that race, and the queue of a busy environment through everything that may go wrong with it. */

import { describe, expect, it } from 'vitest';
import { type Published, publishOrQueue, type Queued } from '../../../control/act/publish.js';
import { changeQueue, queue } from '../../../control/act/queue.js';
import { planRollback } from '../../../control/act/rollback/plan.js';
import { rollback } from '../../../control/act/rollback/rollback.js';
import { history } from '../../../control/see/history.js';
import { status } from '../../../control/see/status/status.js';
import type { DeploymentSummary } from '../../../core/delivery/deployments.js';
import { personsTurnMs } from '../../../core/delivery/queue-turns.js';
import { queuesTable } from '../../../core/names.js';
import type { Json } from '../../../local/kernel/aws.js';
import type { ProfileName } from '../manual/fleet-node.js';
import { inManualWorld, minuteMs } from '../manual-world.js';
import { ended, gameplay, staging } from './views.js';

const world = inManualWorld();
const secondMs = 1_000;
/** From an end to what starts upon it, where AppConfig's notice arrives. */
const soonMs = 5 * secondMs;
const author = 'bert';

let fresh = 10_000;
/** A change that nobody made before. */
function change(profile: ProfileName) {
  fresh += 1;
  return profile === 'gameplay' ? { coolDownMs: fresh } : { requestMaxBytes: fresh };
}

const start = (profile: ProfileName, changed = change(profile)): Promise<Published> =>
  world().publish(profile, changed, { strategy: 'linear-50' });

function wait(profile: ProfileName): Promise<Published | Queued> {
  const changed = change(profile);
  return publishOrQueue(world().cloud, world().loaded, {
    address: { ...staging, profile },
    author,
    reason: 'in its turn',
    strategy: 'immediate',
    change: (value) => ({ ...(value as object), ...changed }),
  });
}

/** All deployments of one version. */
async function deploymentsOf(profile: ProfileName, version: number): Promise<DeploymentSummary[]> {
  const { store } = await world().cloud.environment(staging);
  const found: DeploymentSummary[] = [];
  for await (const item of store.deployments())
    if (item.profile === profile && item.version === version) found.push(item);
  return found;
}

/** How long after an instant the version started. */
async function startedAfter(
  { profile, version }: { readonly profile: ProfileName; readonly version: number },
  instantMs: number | undefined,
): Promise<number> {
  const find = async () => (await deploymentsOf(profile, version))[0];
  const { startedAt } = await world().until(find, `the turn of ${profile} v${version}`, 2 * minuteMs);
  return Date.parse(startedAt) - (instantMs ?? Number.NaN);
}

const entries = async () => (await queue(world().cloud, staging)).entries;
const isEmpty = async () => (await entries()).length === 0;

/** AppConfig's notices of the ends of deployments reach the queue, or do not. */
async function notices(operation: 'EnableRule' | 'DisableRule'): Promise<void> {
  const { Rules } = await world().aws.call<Json & { Rules: { Name: string; EventPattern?: string }[] }>(
    'events',
    'ListRules',
    {},
  );
  for (const { Name, EventPattern } of Rules)
    if (EventPattern?.includes('On Deployment Complete'))
      await world().aws.call('events', operation, { Name });
}

describe('two who publish the same profile at the same instant', () => {
  it('learn who won: one version is deployed, once, and the other publisher may try again', async () => {
    const both = await Promise.allSettled([start('gameplay'), start('gameplay')]);
    const won = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect([won.length, lost.length]).toEqual([1, 1]);
    expect(lost[0]).toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      retryable: true,
      running: { profile: 'gameplay', deployment: won[0]?.deployment },
    });
    const { state, number, label } = await ended(world(), won[0]?.deployment ?? 0);
    expect(state).toBe('COMPLETE');
    const { entries: changes } = await history(world().cloud, { address: gameplay });
    // And the one that the world began with.
    expect(changes.map(({ deployment }) => deployment)).toEqual([number, 1]);
    expect(changes[0]?.label).toBe(label);
  });

  it('both win with the same content, and it is deployed once', async () => {
    const same = change('gameplay');
    const [one, other] = await Promise.all([start('gameplay', same), start('gameplay', same)]);
    expect(one.deployment).toBe(other.deployment);
    expect([one.unchanged, other.unchanged].toSorted()).toEqual([false, true]);
    await ended(world(), one.deployment);
    expect(await deploymentsOf('gameplay', one.version)).toHaveLength(1);
  });
});

describe('what waits for its turn', () => {
  it('is seen, and starts within seconds of the end it waited for', async () => {
    const running = await start('limits');
    const queued = await wait('gameplay');
    expect(queued).toMatchObject({ place: 1 });
    const { queues } = await status(world().cloud, staging);
    expect(queues.flatMap((one) => one.entries)).toMatchObject([{ profile: 'gameplay', author }]);
    const { completedAtMs } = await ended(world(), running.deployment);
    expect(await startedAfter({ ...queued, profile: 'gameplay' }, completedAtMs)).toBeLessThan(soonMs);
    await world().until(isEmpty, 'an empty queue', soonMs);
  });

  it('gives its place to a newer publish of its profile, and is never deployed', async () => {
    const running = await start('limits');
    const older = await wait('gameplay');
    const newer = await wait('gameplay');
    expect(newer).toMatchObject({ place: 1, superseded: older.version });
    await ended(world(), running.deployment);
    await world().until(isEmpty, 'an empty queue', soonMs);
    expect(await deploymentsOf('gameplay', older.version)).toEqual([]);
    expect(await deploymentsOf('gameplay', newer.version)).toMatchObject([{ state: 'COMPLETE' }]);
  });

  it('is started by the schedule when the notice of the end is lost, and nobody goes past it', async () => {
    await notices('DisableRule');
    // Its end does not fall upon the schedule's minute.
    await world().advance(20 * secondMs);
    const running = await start('limits');
    const queued = await wait('gameplay');
    const { completedAtMs } = await ended(world(), running.deployment);
    await expect(start('limits')).rejects.toMatchObject({
      code: 'VELTRIX_QUEUE_AHEAD',
      ahead: [{ profile: 'gameplay', version: queued.version }],
    });
    const afterMs = await startedAfter({ ...queued, profile: 'gameplay' }, completedAtMs);
    await notices('EnableRule');
    expect(afterMs).toBeGreaterThan(soonMs);
    expect(afterMs).toBeLessThanOrEqual(minuteMs);
    await world().until(isEmpty, 'an empty queue', soonMs);
  });

  it('is not started twice by a function that was killed between its start and its leaving', async () => {
    const TableName = queuesTable('main');
    const running = await start('limits');
    const queued = await wait('gameplay');
    const { Items } = await world().aws.call<Json & { Items: Json[] }>('dynamodb', 'Scan', { TableName });
    expect(Items).toHaveLength(1);
    await ended(world(), running.deployment);
    await world().until(isEmpty, 'an empty queue', soonMs);
    // As a function leaves it that is killed before it takes out what it started.
    await world().aws.call('dynamodb', 'PutItem', { TableName, Item: Items[0] });
    expect(await entries()).toMatchObject([{ profile: 'gameplay', version: queued.version }]);
    await world().until(isEmpty, 'an empty queue', 2 * minuteMs);
    expect(await deploymentsOf('gameplay', queued.version)).toHaveLength(1);
  });

  it('waits for a person once its profile was rolled back; others go past, and a person lets it go on', async () => {
    const running = await start('gameplay');
    const held = await wait('gameplay');
    const other = await wait('limits');
    await world().advance(50 * secondMs);
    const { goal } = await planRollback(world().cloud, { address: gameplay });
    const order = { address: gameplay, goal, author, reason: 'it hurts', timeoutMs: minuteMs };
    await world().drive(rollback(world().cloud, { ...order, mayStop: () => false }));
    const { log } = await ended(world(), running.deployment);
    const endedMs = Date.parse(log.at(-1)?.occurredAt ?? '');
    // The environment is his who stopped it; the schedule goes on after that.
    const afterMs = await startedAfter({ ...other, profile: 'limits' }, endedMs);
    expect(afterMs).toBeGreaterThanOrEqual(personsTurnMs);
    expect(afterMs).toBeLessThanOrEqual(personsTurnMs + minuteMs);
    await world().advance(minuteMs);
    const [entry] = await entries();
    expect(entry).toMatchObject({ profile: 'gameplay', version: held.version });
    expect(entry?.held?.why).toMatch(
      new RegExp(
        `^Version ${running.version} was taken back since it was queued: deployment ${running.deployment}, `,
      ),
    );
    expect(await deploymentsOf('gameplay', held.version)).toEqual([]);

    const released = await changeQueue(world().cloud, {
      address: gameplay,
      action: 'release',
      author,
      reason: 'it was the other one',
    });
    expect(released).toMatchObject({ version: held.version, unchanged: false });
    expect(await deploymentsOf('gameplay', held.version)).toHaveLength(1);
    await world().until(isEmpty, 'an empty queue', soonMs);
  });
});
