import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { events } from '../../../control/see/events.js';
import { history } from '../../../control/see/history.js';
import { difference, getValue } from '../../../control/see/values.js';
import { parseAddress } from '../../../core/addresses.js';
import { pendingChanges, startOfChanges } from '../../../core/delivery/change-events.js';
import { unhealthy } from '../../cli/terminal/statuses.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

describe('getValue', () => {
  it('gives the deployed version with its provenance', async () => {
    await world.publishAndFinish(yamlWith(5000), 'first');
    expect(await getValue(world.cloud, rules)).toEqual({
      address: 'quest/staging/rules@1',
      version: 1,
      label: expect.stringMatching(/^v1-/),
      author: 'anna',
      caller: 'user/anna',
      reason: 'first',
      value: { coolDownMs: 5000, difficulty: 'easy' },
    });
  });

  it('finds the deployed version hundreds of deployments ago', async () => {
    await world.publishAndFinish(yamlWith(5000));
    fillHistory(world, 600);
    expect(await getValue(world.cloud, rules)).toMatchObject({ version: 1 });
  });

  it('gives an earlier one by its number', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    expect(await getValue(world.cloud, parseAddress('quest/staging/rules@1'))).toMatchObject({
      value: { coolDownMs: 5000 },
    });
  });

  it.each([
    ['quest/staging/rules', 'Nothing is deployed at quest/staging/rules'],
    ['quest/staging/rules@7', 'There is no version 7 of quest/rules'],
    ['quest/staging', 'Which profile of quest/staging?'],
    ['quest', 'Which environment of quest?'],
    ['quest/staging/rulez', '"rulez" is no profile of quest'],
  ])('refuses %s', async (address, message) => {
    await expect(getValue(world.cloud, parseAddress(address))).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message,
    });
  });
});

describe('difference', () => {
  it('tells what changes from one version to another', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    const told = await difference(world.cloud, parseAddress('quest/staging/rules@1'), rules);
    expect(told).toMatchObject({
      from: { address: 'quest/staging/rules@1' },
      to: { address: 'quest/staging/rules@2' },
      changes: [{ path: 'coolDownMs', before: 5000, after: 4000 }],
    });
  });
});

describe('history', () => {
  it('lists changes newest first, with who, why and what became of them', async () => {
    await world.publishAndFinish(yamlWith(5000), 'first');
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'second' });
    world.cloud.appConfig.rollBack('staging');
    const { entries } = await history(world.cloud, { address: {} });
    expect(entries).toMatchObject([
      {
        address: 'quest/staging/rules',
        version: 2,
        author: 'ben',
        state: 'ROLLED_BACK',
        why: 'Rollback initiated by a test',
      },
      { address: 'quest/staging/rules', version: 1, author: 'anna', reason: 'first', state: 'COMPLETE' },
    ]);
  });

  it('tells who in full, how it was judged, and how far it had come', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, {
      address: rules,
      author: 'ben',
      reason: 'x',
      strategy: 'immediate',
    });
    world.cloud.appConfig.step('staging');
    world.cloud.appConfig.rollBack('staging');
    const publication = { author: 'ben', reason: 'in full', caller: 'arn:x', commit: 'c', forced: 'f' };
    world.cloud.rolloutRecords.set('quest/staging 2', {
      publication: { ...publication, strategy: 'immediate', validatedAt: '2026-01-01T00:00:00.000Z' },
      guard: unhealthy,
    });
    const { entries } = await history(world.cloud, { address: rules });
    expect(entries[0]).toMatchObject({
      ...publication,
      strategy: 'immediate',
      percentage: 50,
      guard: { verdict: 'unhealthy', action: 'rollback' },
      undoneBy: 'guard',
    });
    expect(entries[1]).toMatchObject({ strategy: 'immediate', author: 'anna' });
    expect(entries[1]).not.toHaveProperty('guard');
  });

  it('counts what was taken back since, though it began before', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.cloud.appConfig.nowMs += 24 * 3_600_000;
    expect(await history(world.cloud, { address: rules, sinceMs: 600_000 })).toMatchObject({ entries: [] });
    world.cloud.appConfig.revert('staging', 'rules');
    expect(await history(world.cloud, { address: rules, sinceMs: 600_000 })).toMatchObject({
      entries: [{ version: 1, state: 'REVERTED', percentage: 100 }],
    });
  });

  it('counts what still goes on', async () => {
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'x' });
    world.cloud.appConfig.nowMs += 3_600_000;
    await expect(history(world.cloud, { address: rules, sinceMs: 600_000 })).resolves.toMatchObject({
      entries: [],
      lastBefore: { version: 1 },
    });
    world.cloud.appConfig.step('staging');
    await expect(history(world.cloud, { address: rules, sinceMs: 600_000 })).resolves.toMatchObject({
      entries: [{ version: 1, state: 'DEPLOYING', percentage: 50 }],
    });
  });

  it('keeps to the time that was asked for', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.cloud.appConfig.nowMs += 3_600_000;
    await world.publishAndFinish(yamlWith(4000));
    const { entries } = await history(world.cloud, { address: rules, sinceMs: 600_000 });
    expect(entries.map(({ version }) => version)).toEqual([2]);
  });

  it('names the last change when none falls into the time', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.cloud.appConfig.nowMs += 3_600_000;
    const answer = await history(world.cloud, { address: {}, sinceMs: 600_000 });
    expect(answer).toMatchObject({ entries: [], lastBefore: { version: 1 } });
  });
});

describe('a long history', () => {
  const monthMs = 30 * 24 * 3_600_000;

  it('is read down to the time that was asked for', async () => {
    fillHistory(world, 450, 'rules');
    const { entries, truncated } = await history(world.cloud, { address: rules, sinceMs: monthMs });
    expect(entries).toHaveLength(450);
    expect(truncated).toBe(false);
  });

  it('says so when a limit came first', async () => {
    fillHistory(world, 2_001, 'rules');
    const { entries, truncated } = await history(world.cloud, { address: rules, sinceMs: monthMs });
    expect(entries).toHaveLength(2_000);
    expect(truncated).toBe(true);
  });

  it('shows the newest 20 when no time is given, and says that there are more', async () => {
    fillHistory(world, 20, 'rules');
    expect(await history(world.cloud, { address: rules })).toMatchObject({ truncated: false });
    fillHistory(world, 1, 'rules');
    const { entries, truncated } = await history(world.cloud, { address: rules });
    expect(entries.map(({ deployment }) => deployment)).toEqual([
      21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
    ]);
    expect(truncated).toBe(true);
  });

  it('is read a few calls at a time', async () => {
    fillHistory(world, 60, 'rules');
    let running = 0;
    let most = 0;
    const environment = world.cloud.environment.bind(world.cloud);
    world.cloud.environment = async (cluster) => {
      const open = await environment(cluster);
      const deployment = async (number: number) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return open.store.deployment(number);
      };
      return { ...open, store: { ...open.store, deployment } };
    };
    const { entries } = await history(world.cloud, { address: rules, sinceMs: monthMs });
    expect(entries).toHaveLength(60);
    expect(most).toBe(10);
  });
});

describe('events', () => {
  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000));
    const deployments = world.cloud.appConfig.history('staging');
    const all = pendingChanges(startOfChanges('quest/staging/rules'), rules, deployments);
    world.cloud.events.push(...all, ...all);
  });

  const typesAt = async (address: string) => {
    const types: string[] = [];
    for await (const event of events(world.cloud, { address: parseAddress(address), follow: false })) {
      types.push(event.type.replace('dev.veltrix.deployment.', ''));
    }
    return types;
  };

  it('come once each, in order', async () => {
    expect(await typesAt('quest/staging')).toEqual(['started', 'progressed', 'baking', 'completed']);
  });

  it.each(['quest/production', 'quest/staging/rules@2'])('leave out what is not of %s', async (address) => {
    expect(await typesAt(address)).toEqual([]);
  });
});
