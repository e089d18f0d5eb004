import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepare, publish, waitFor } from '../../../control/act/publish.js';
import type { Progress } from '../../../control/act/wait.js';
import { record, startMs } from '../in-memory-cloud.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const order = { address: rules, author: 'anna', reason: 'shorter' };

describe('publish', () => {
  it('takes the file through the gate', async () => {
    world.edit(yamlWith(4000));
    expect(await publish(world.cloud, world.loaded, order)).toEqual({
      target: 'memory',
      caller: 'arn:aws:iam::000000000000:user/anna',
      address: 'quest/staging/rules',
      file: 'config/quest/rules.staging.yaml',
      version: 1,
      label: expect.stringMatching(/^v1-[0-9a-f]{8}$/),
      deployment: 1,
      unchanged: false,
      strategy: 'immediate',
      previousVersion: 0,
    });
    expect(new TextDecoder().decode(world.cloud.appConfig.bytes('rules', 1))).toBe(
      '{"coolDownMs":4000,"difficulty":"easy"}',
    );
    expect(world.cloud.appConfig.history('staging')[0]?.description).toBe('shorter (anna, by user/anna)');
  });

  it('does nothing the second time', async () => {
    await world.publishAndFinish(yamlWith(4000));
    expect(await publish(world.cloud, world.loaded, order)).toMatchObject({ unchanged: true, version: 1 });
    expect(world.cloud.appConfig.history('staging')).toHaveLength(1);
  });

  it('publishes what a change makes of the file, which stays as it is', async () => {
    world.edit(yamlWith(4000));
    const change = (value: unknown) => ({ ...(value as object), coolDownMs: 4001 });
    await publish(world.cloud, world.loaded, { ...order, change });
    expect(new TextDecoder().decode(world.cloud.appConfig.bytes('rules', 1))).toContain('4001');
  });

  it('refuses a file with places, and says what stays deployed', async () => {
    await world.publishAndFinish(yamlWith(4000));
    world.edit('coolDownMs: 800ms\ndifficulty: easy\n');
    await expect(publish(world.cloud, world.loaded, order)).rejects.toMatchObject({
      code: 'VELTRIX_CONTENT_REFUSED',
      file: 'config/quest/rules.staging.yaml',
      problems: [{ path: 'coolDownMs', suggestion: '800', line: 1, column: 13 }],
      environment: 'staging',
      deployedVersion: 1,
    });
    expect(world.cloud.appConfig.versions.get('rules')).toHaveLength(1);
  });

  it('finds the place of what only the deployed schema refuses', async () => {
    world.edit('# comment\ncoolDownMs: 4000\ndifficulty: easy\n');
    world.cloud.gate = async () => ({
      outcome: 'content-refused',
      subject: 'quest/staging/rules',
      problems: [{ path: 'coolDownMs', message: 'is 4000, expected at most 3000' }],
    });
    await expect(publish(world.cloud, world.loaded, order)).rejects.toMatchObject({
      problems: [{ path: 'coolDownMs', line: 2, column: 13 }],
      deployedVersion: 0,
    });
  });

  it('is told of a conflict with what it expects', async () => {
    await world.publishAndFinish(yamlWith(4000));
    world.edit(yamlWith(3000));
    await expect(publish(world.cloud, world.loaded, { ...order, expectedVersion: 7 })).rejects.toMatchObject({
      code: 'VELTRIX_VERSION_CONFLICT',
      expectedVersion: 7,
      deployedVersion: 1,
    });
  });

  it('is told who occupies the environment', async () => {
    await world.publishAndFinish(yamlWith(4000));
    world.edit(yamlWith(3000));
    await publish(world.cloud, world.loaded, order);
    world.edit(yamlWith(2000));
    await expect(publish(world.cloud, world.loaded, order)).rejects.toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      running: { profile: 'rules', deployment: 2 },
    });
  });

  it('builds on a version that was completed hundreds of deployments ago', async () => {
    await world.publishAndFinish(yamlWith(4000));
    fillHistory(world, 600);
    world.edit(yamlWith(3000));
    expect(await publish(world.cloud, world.loaded, order)).toMatchObject({ version: 2, previousVersion: 1 });
  });

  it('publishes what was prepared, whatever the file says by then', async () => {
    world.edit(yamlWith(4000));
    const prepared = await prepare(world.loaded, rules);
    world.edit(yamlWith(3000));
    await publish(world.cloud, world.loaded, { ...order, prepared });
    expect(new TextDecoder().decode(world.cloud.appConfig.bytes('rules', 1))).toContain('4000');
  });

  it('offers the nearest environment', async () => {
    const lost = { ...order, address: { ...rules, environment: 'prodction' } };
    await expect(publish(world.cloud, world.loaded, lost)).rejects.toMatchObject({
      message: '"prodction" is no environment of quest',
      hint: 'Did you mean "production"? Known: staging, production.',
    });
  });
});

describe('waitFor', () => {
  let label = '';
  const seen: Progress[] = [];
  const waiting = (timeoutMs = 60_000) =>
    waitFor(world.cloud, rules, {
      label,
      deployment: 2,
      timeoutMs,
      onProgress: (progress) => seen.push(progress),
    });

  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    ({ label } = await publish(world.cloud, world.loaded, order));
    seen.length = 0;
  });

  /** Lets one step of the rollout, and then one thing more, happen at each wait. */
  const eachWait = (then: (wait: number) => void) => {
    let waits = 0;
    world.cloud.onWait = () => {
      world.cloud.appConfig.step('staging');
      then(++waits);
    };
  };

  it('ends when every live node holds the version', async () => {
    const old = { label: 'v1-aaaaaaaa' };
    world.cloud.nodes.push(record({ node: 'a', ...old }), record({ node: 'b', ...old }));
    eachWait((wait) => {
      world.cloud.nodes[0] = record({ node: 'a', label });
      if (wait === 2) world.cloud.nodes[1] = record({ node: 'b', label });
    });
    const progress = await waiting();
    expect(progress).toMatchObject({ holding: ['a', 'b'], waiting: [], percentage: 100 });
    expect(seen.map(({ holding }) => holding.length)).toEqual([0, 1, 2]);
  });

  it('does not wait for nodes that left or fell silent', async () => {
    world.cloud.nodes.push(
      record({ node: 'a', label }),
      record({ node: 'b', health: 'stopped' }),
      record({ node: 'c', arrivedAtMs: startMs - 500_000 }),
    );
    expect(await waiting()).toMatchObject({ holding: ['a'], silent: ['c'], left: ['b'] });
  });

  it('does not end well while a node that was live has fallen silent', async () => {
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b' }));
    world.cloud.onWait = () => {
      world.cloud.nodes[0] = record({ node: 'a', label, arrivedAtMs: world.cloud.clock() });
    };
    await expect(waiting(30_000)).rejects.toMatchObject({
      code: 'VELTRIX_NOT_CONVERGED',
      message: expect.stringMatching(/^1 of 2 nodes hold \S+ after 30 s; .* silent since: b$/),
      behind: ['b'],
    });
  });

  it('does not end well when the whole fleet falls silent', async () => {
    world.cloud.nodes.push(record({ node: 'a' }), record({ node: 'b', label }));
    eachWait(() => undefined);
    await expect(waiting(120_000)).rejects.toMatchObject({ behind: ['a', 'b'] });
    expect(seen.at(-1)).toMatchObject({ holding: [], waiting: [], silent: ['a', 'b'], lost: ['a', 'b'] });
  });

  it('does not end well when the record of a node that was live is gone', async () => {
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b' }));
    world.cloud.onWait = () => void world.cloud.nodes.splice(1);
    await expect(waiting(3_000)).rejects.toMatchObject({ behind: ['b'] });
  });

  it('counts a node that came while it waited', async () => {
    world.cloud.nodes.push(record({ node: 'a' }));
    eachWait((wait) => {
      const arrivedAtMs = world.cloud.clock();
      if (wait === 1) world.cloud.nodes.push(record({ node: 'late', arrivedAtMs }));
      world.cloud.nodes[0] = record({ node: 'a', arrivedAtMs, ...(wait > 30 && { label }) });
    });
    await expect(waiting(40_000)).rejects.toMatchObject({ behind: ['late'] });
  });

  it('ends when the silent node comes back with the version, or says good-bye', async () => {
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b' }), record({ node: 'c' }));
    eachWait((wait) => {
      const arrivedAtMs = world.cloud.clock();
      world.cloud.nodes[0] = record({ node: 'a', label, arrivedAtMs });
      if (wait === 25) world.cloud.nodes[1] = record({ node: 'b', label, arrivedAtMs });
      if (wait === 27) world.cloud.nodes[2] = record({ node: 'c', health: 'stopped', arrivedAtMs });
    });
    expect(await waiting()).toMatchObject({ holding: ['a', 'b'], left: ['c'], lost: [] });
    expect(seen).toHaveLength(28);
    expect(seen.some(({ lost }) => lost.join() === 'b,c')).toBe(true);
  });

  it('ends without nodes when the version is offered to all', async () => {
    eachWait(() => undefined);
    expect(await waiting()).toMatchObject({ holding: [], state: 'BAKING' });
  });

  it('stops when a node refuses it, with its reason', async () => {
    world.cloud.nodes.push(record({ node: 'a', refused: { label, reason: 'unknown member' } }));
    await expect(waiting()).rejects.toMatchObject({
      code: 'VELTRIX_NOT_CONVERGED',
      message: `1 of 1 nodes refuses ${label}: a: unknown member`,
      behind: ['a'],
    });
  });

  it('stops when the deployment is rolled back, with the reason', async () => {
    world.cloud.nodes.push(record({ node: 'a' }));
    world.cloud.onWait = () => world.cloud.appConfig.rollBack('staging');
    await expect(waiting()).rejects.toMatchObject({
      code: 'VELTRIX_ROLLED_BACK',
      message: 'quest/staging/rules: deployment 2 was rolled back: Rollback initiated by a test',
    });
  });

  it('gives up in time, and names who is behind', async () => {
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b' }));
    await expect(waiting(3000)).rejects.toMatchObject({
      code: 'VELTRIX_NOT_CONVERGED',
      message: expect.stringMatching(/^1 of 2 nodes hold v2-[0-9a-f]{8} after 3 s; it is offered to 1 %$/),
      behind: ['b'],
    });
  });
});
