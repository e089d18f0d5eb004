/** Who undid it and why is kept beside undoing, and never in its way. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { planRollback } from '../../../control/act/rollback/plan.js';
import { type RollbackOrder, rollback } from '../../../control/act/rollback/rollback.js';
import { history } from '../../../control/see/history.js';
import { status } from '../../../control/see/status/status.js';
import { trace } from '../../../control/see/trace.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000), 'opening');
  world.edit(yamlWith(4000));
  await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason: 'faster' });
});
afterEach(() => world.project.remove());

async function undo(order: Partial<RollbackOrder> = {}) {
  const { goal } = await planRollback(world.cloud, { address: rules });
  return rollback(world.cloud, {
    address: rules,
    goal,
    author: 'ben',
    reason: 'errors doubled',
    mayStop: () => false,
    timeoutMs: 30_000,
    ...order,
  });
}

const saidOf = (deployment: number) => world.cloud.rolloutRecords.get(`quest/staging ${deployment}`)?.undone;

describe('who undid it, and why', () => {
  it('is kept of what was stopped, and shown wherever it is asked for', async () => {
    const before = new Date(world.cloud.clock()).toISOString();
    expect(await undo()).not.toHaveProperty('notKept');
    const undone = saidOf(2);
    expect(undone).toEqual({ author: 'ben', reason: 'errors doubled', at: expect.any(String) });
    const after = new Date(world.cloud.clock()).toISOString();
    expect([before, after, undone?.at].toSorted()).toEqual([before, undone?.at, after]);
    expect(saidOf(1)).toBeUndefined();
    const { entries } = await history(world.cloud, { address: rules });
    expect(entries[0]).toMatchObject({ undone, undoneBy: 'person', author: 'anna', reason: 'faster' });
    expect(entries[1]).not.toHaveProperty('undone');
    expect(await trace(world.cloud, { address: rules, deployment: 2 })).toMatchObject({ undone });
    const { profiles } = await status(world.cloud, rules);
    expect(profiles[0]?.undone).toMatchObject({ by: 'person', said: undone, author: 'anna' });
  });

  it('is kept of what was reverted', async () => {
    world.cloud.appConfig.finish('staging');
    expect(await undo()).toMatchObject({ how: 'reverted' });
    expect(saidOf(2)).toMatchObject({ author: 'ben', reason: 'errors doubled' });
  });

  it('is kept of another profile that was in the way, with what it was for', async () => {
    world.cloud.appConfig.finish('staging');
    fillHistory(world, 1);
    const all = world.cloud.appConfig.history('staging');
    const newest = all.at(-1);
    if (newest) all[all.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
    await undo({ mayStop: () => true });
    expect(saidOf(3)).toMatchObject({
      author: 'ben',
      reason: 'to roll back quest/staging/rules: errors doubled',
    });
    expect(saidOf(2)).toMatchObject({ reason: 'errors doubled' });
  });

  it('says what the other was stopped for where no reason is given', async () => {
    world.cloud.appConfig.finish('staging');
    fillHistory(world, 1);
    const all = world.cloud.appConfig.history('staging');
    const newest = all.at(-1);
    if (newest) all[all.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
    await undo({ mayStop: () => true, reason: '' });
    expect(saidOf(3)).toMatchObject({ reason: 'to roll back quest/staging/rules' });
    expect(saidOf(2)).toMatchObject({ author: 'ben', reason: '' });
  });

  it('is not told of a version that the guard took back first', async () => {
    await undo();
    const all = world.cloud.appConfig.history('staging');
    const last = all[1];
    const log = last?.log.map((entry) => ({ ...entry, triggeredBy: 'APPCONFIG' })) ?? [];
    if (last) all[1] = { ...last, log };
    const { entries } = await history(world.cloud, { address: rules });
    expect(saidOf(2)).toBeDefined();
    expect(entries[0]).not.toHaveProperty('undone');
  });
});

describe('where it cannot be kept', () => {
  it('is undone all the same, and says so', async () => {
    world.cloud.keepingFails = true;
    expect(await undo()).toMatchObject({
      how: 'stopped',
      inForce: { version: 1 },
      notKept: 'could not keep it',
    });
    expect(world.cloud.appConfig.history('staging').map(({ state }) => state)).toEqual([
      'COMPLETE',
      'ROLLED_BACK',
    ]);
  });

  it('is undone before anybody waits for it', async () => {
    const states: unknown[] = [];
    let tell = () => {};
    world.cloud.rollouts.saveUndone = () =>
      new Promise((resolve) => {
        tell = resolve;
      });
    const done = undo();
    const settled = new Promise((resolve) => setImmediate(resolve));
    for (let looks = 0; looks < 50 && states.at(-1) !== 'ROLLED_BACK'; looks++) {
      await settled;
      states.push(world.cloud.appConfig.history('staging')[1]?.state);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(states.at(-1)).toBe('ROLLED_BACK');
    tell();
    expect(await done).toMatchObject({ how: 'stopped' });
  });
});
