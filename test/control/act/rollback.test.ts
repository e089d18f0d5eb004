import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { planRollback } from '../../../control/act/rollback/plan.js';
import { proveRollback } from '../../../control/act/rollback/proof.js';
import { type RollbackOrder, rollback } from '../../../control/act/rollback/rollback.js';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { record } from '../in-memory-cloud.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const states = () =>
  world.cloud.appConfig
    .history('staging')
    .map(({ profile, version, state }) => `${profile === 'rules' ? '' : `${profile} `}v${version} ${state}`);

async function begin(coolDownMs: number, reason = 'faster'): Promise<void> {
  world.edit(yamlWith(coolDownMs));
  await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason });
}

/** A deployment of another profile that runs, beside those of rules. */
function occupy(): void {
  fillHistory(world, 1);
  const history = world.cloud.appConfig.history('staging');
  const newest = history.at(-1);
  if (newest) history[history.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
}

const planned = (to?: number) => planRollback(world.cloud, { address: rules, to });

async function undo(order: Partial<RollbackOrder> = {}, to?: number) {
  const { goal } = await planned(to);
  return rollback(world.cloud, {
    address: rules,
    goal,
    author: 'anna',
    reason: 'errors doubled',
    mayStop: () => false,
    timeoutMs: 30_000,
    ...order,
  });
}

/** What each call of AppConfig meets, before it is made. */
function meanwhile(method: 'stopDeployment' | 'startDeployment', happens: () => unknown): void {
  const { cloud } = world;
  const environment = cloud.environment.bind(cloud);
  cloud.environment = async (where) => {
    const open = await environment(where);
    const call = open.store[method] as (...given: unknown[]) => Promise<never>;
    const through = async (...given: unknown[]) => {
      await happens();
      return call(...given);
    };
    return { ...open, store: { ...open.store, [method]: through } as EnvironmentStore };
  };
}

describe('planRollback', () => {
  it('tells what comes back, what changes and how many nodes it touches', async () => {
    await world.publishAndFinish(yamlWith(5000), 'opening');
    await begin(4000);
    const label = world.cloud.appConfig.history('staging')[1]?.label ?? '';
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b' }));
    world.cloud.nodes.push(record({ node: 'c', label, health: 'stopped' }));
    expect(await planned()).toMatchObject({
      target: 'memory',
      address: 'quest/staging/rules',
      outcome: 'undo',
      undoes: { version: 2, author: 'anna', reason: 'faster', state: 'DEPLOYING', percentage: 1 },
      back: { version: 1 },
      changes: [{ path: 'coolDownMs', before: 4000, after: 5000 }],
      nodes: { count: 2, holding: 1 },
    });
  });

  it('says who is in the way', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    occupy();
    expect((await planned()).inTheWay).toMatchObject({ profile: 'other', deployment: 3, percentage: 20 });
  });

  it('needs neither records nor a readable content', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    world.cloud.records.list = () => Promise.reject(new ServiceUnavailable('no table', { hint: 'none' }));
    const versions = world.cloud.appConfig.versions.get('rules') ?? [];
    const [first] = versions;
    if (first) versions[0] = { ...first, bytes: new Uint8Array([123]) };
    const plan = await planned();
    expect(plan).toMatchObject({ outcome: 'undo', back: { version: 1 } });
    expect(plan).not.toHaveProperty('nodes');
    expect(plan).not.toHaveProperty('changes');
  });

  it.each([
    ['nothing was deployed', async () => undefined, 'Nothing is deployed at quest/staging/rules'],
    ['nothing was before', () => world.publishAndFinish(yamlWith(1)), 'version 1 is the first'],
  ])('is a wrong usage where %s', async (_, happened, message) => {
    await happened();
    await expect(planned()).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: expect.stringContaining(message),
    });
  });

  it('is a wrong usage for a version that was never in force here', async () => {
    await world.publishAndFinish(yamlWith(1));
    await world.publishAndFinish(yamlWith(2));
    await expect(planned(7)).rejects.toMatchObject({
      message: 'Version 7 was never deployed at quest/staging/rules',
      hint: 'See `veltrix history quest/staging/rules` for those that were.',
    });
  });

  it('offers the nearest profile', async () => {
    await expect(
      planRollback(world.cloud, { address: { ...rules, profile: 'rulez' } }),
    ).rejects.toMatchObject({ message: '"rulez" is no profile of quest' });
  });

  it('has nothing to do for the version that is deployed, or what was undone before', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    expect(await planned(2)).toMatchObject({ outcome: 'in-force', undoes: { version: 2 } });
    await begin(3000);
    world.cloud.appConfig.rollBack('staging');
    expect(await planned()).toMatchObject({
      outcome: 'undone-already',
      undoes: { version: 3 },
      back: { version: 2 },
    });
  });
});

describe('rollback', () => {
  it('stops what is on its way', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await begin(4000);
    expect(await undo()).toMatchObject({ how: 'stopped', inForce: { number: 1, version: 1 } });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 ROLLED_BACK']);
  });

  it('reverts what is complete', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    expect(await undo()).toMatchObject({ how: 'reverted', inForce: { number: 1 } });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 REVERTED']);
  });

  it('deploys the version before, at once, where it is too late to revert', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    world.cloud.appConfig.nowMs += 72 * 3_600_000;
    world.cloud.onWait = () => world.cloud.appConfig.step('staging');
    expect(await undo()).toMatchObject({ how: 'redeployed', inForce: { number: 3, version: 1 } });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'v1 COMPLETE']);
    const started = world.cloud.appConfig.history('staging')[2];
    expect(started).toMatchObject({ durationMinutes: 0, bakeMinutes: 0 });
    expect(started?.description).toBe('rollback of deployment 2: errors doubled (anna)');
  });

  it('deploys it too where AppConfig says that it is too late', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    // The clock of AppConfig is an hour ahead of the operator's.
    const newest = world.cloud.appConfig.history('staging')[1];
    const completedAtMs = world.cloud.clock() - 72 * 3_600_000;
    if (newest) world.cloud.appConfig.history('staging')[1] = { ...newest, completedAtMs } as typeof newest;
    const here = world.cloud.clock();
    world.cloud.onWait = () => world.cloud.appConfig.step('staging');
    Object.assign(world.cloud, { clock: () => here - 3_600_000 });
    expect(await undo()).toMatchObject({ how: 'redeployed', inForce: { version: 1 } });
  });

  it('goes further back by stopping first, then deploying the version that is named', async () => {
    for (const coolDownMs of [5000, 4000]) await world.publishAndFinish(yamlWith(coolDownMs));
    await begin(3000);
    world.cloud.onWait = () => world.cloud.appConfig.step('staging');
    await undo({}, 1);
    expect(states()).toEqual(['v1 COMPLETE', 'v2 REVERTED', 'v3 ROLLED_BACK']);
  });

  it('stops the first one, with nothing to come back', async () => {
    await begin(4000);
    const done = await undo();
    expect(done).toMatchObject({ how: 'stopped' });
    expect(done).not.toHaveProperty('inForce');
    expect(states()).toEqual(['v1 ROLLED_BACK']);
  });

  it("leaves another profile's rollout alone, and says how to stop it", async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    occupy();
    await expect(undo()).rejects.toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      running: { profile: 'other', deployment: 3 },
      hint: expect.stringContaining('Add --stop-other to stop that one first, which rolls other back'),
    });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'other v3 DEPLOYING']);
  });

  it('stops it first where that is allowed', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    occupy();
    const asked: number[] = [];
    const done = await undo({ mayStop: ({ number }) => asked.push(number) > 0 });
    expect(asked).toEqual([3]);
    expect(done).toMatchObject({ how: 'reverted', stoppedOther: { profile: 'other', deployment: 3 } });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 REVERTED', 'other v3 ROLLED_BACK']);
  });

  it('stops one at most: what the queue starts in its place was agreed to by nobody', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    occupy();
    const { cloud } = world;
    const environment = cloud.environment.bind(cloud);
    cloud.environment = async (where) => {
      const open = await environment(where);
      const stopDeployment: EnvironmentStore['stopDeployment'] = async (number, options) => {
        const answer = await open.store.stopDeployment(number, options);
        occupy();
        return answer;
      };
      return { ...open, store: { ...open.store, stopDeployment } };
    };
    await expect(undo({ mayStop: () => true })).rejects.toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      running: { profile: 'other', deployment: 4 },
    });
    expect(states().slice(2)).toEqual(['other v3 ROLLED_BACK', 'other v4 DEPLOYING']);
  });

  it('undoes its own rollout without asking, whatever else waits', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await begin(4000);
    expect(await undo({ mayStop: () => expect.unreachable() })).toMatchObject({ how: 'stopped' });
  });
});

describe('rollback, while something else happens', () => {
  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000));
    await begin(4000);
  });

  it('reverts what completed in the very moment', async () => {
    let isFirst = true;
    meanwhile('stopDeployment', () => {
      if (isFirst) world.cloud.appConfig.finish('staging');
      isFirst = false;
    });
    expect(await undo()).toMatchObject({ how: 'reverted' });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 REVERTED']);
  });

  it('has nothing to do where the guard was quicker', async () => {
    meanwhile('stopDeployment', () => world.cloud.appConfig.rollBack('staging'));
    expect(await undo()).toMatchObject({ how: 'none', inForce: { version: 1 } });
  });

  it('undoes nothing that nobody agreed to', async () => {
    const { goal } = await planned();
    world.cloud.appConfig.finish('staging');
    await begin(3000);
    const order = { address: rules, goal, author: 'anna', reason: '', mayStop: () => true, timeoutMs: 1000 };
    await expect(rollback(world.cloud, order)).rejects.toMatchObject({
      code: 'VELTRIX_ROLLBACK_OVERTAKEN',
      message: 'quest/staging/rules: version 3 was deployed meanwhile (deployment 3)',
    });
    expect(states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'v3 DEPLOYING']);
  });

  it('deploys the version before after another deployment came between look and act', async () => {
    world.cloud.appConfig.finish('staging');
    world.cloud.appConfig.nowMs += 72 * 3_600_000;
    let isFirst = true;
    meanwhile('startDeployment', () => {
      if (isFirst) fillHistory(world, 1);
      isFirst = false;
    });
    world.cloud.onWait = () => world.cloud.appConfig.step('staging');
    expect(await undo()).toMatchObject({ how: 'redeployed', inForce: { number: 4 } });
  });

  it('gives up where the environment never holds still', async () => {
    world.cloud.appConfig.finish('staging');
    world.cloud.appConfig.nowMs += 72 * 3_600_000;
    meanwhile('startDeployment', () => fillHistory(world, 1));
    await expect(undo()).rejects.toMatchObject({
      code: 'VELTRIX_ROLLBACK_OVERTAKEN',
      message: 'quest/staging/rules: its environment changed again and again meanwhile',
    });
    expect(states()).toHaveLength(2 + 5);
  });

  it('does not wait for ever', async () => {
    world.cloud.appConfig.finish('staging');
    world.cloud.appConfig.nowMs += 72 * 3_600_000;
    await expect(undo({ timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'VELTRIX_NOT_CONVERGED',
      message: expect.stringMatching(/^quest\/staging\/rules: AppConfig has not undone it after [56] s$/),
    });
  });

  it('says so when the version it deployed was taken back', async () => {
    world.cloud.appConfig.finish('staging');
    world.cloud.appConfig.nowMs += 72 * 3_600_000;
    world.cloud.onWait = () => world.cloud.appConfig.rollBack('staging');
    await expect(undo()).rejects.toMatchObject({
      code: 'VELTRIX_ROLLED_BACK',
      message: 'quest/staging/rules: deployment 3 was rolled back: Rollback initiated by a test',
    });
  });
});

describe('proveRollback', () => {
  let label = '';
  let withdrawn = '';
  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    [label = '', withdrawn = ''] = world.cloud.appConfig
      .history('staging')
      .map((deployment) => deployment.label ?? '');
    world.cloud.appConfig.revert('staging', 'rules');
  });

  const prove = (timeoutMs = 20_000) =>
    proveRollback(world.cloud, { address: rules, undone: 2, inForce: { number: 1, label }, timeoutMs });
  const now = () => world.cloud.clock();
  /** Each node says at each look what it holds by then. */
  const report = (held: Readonly<Record<string, (lookMs: number) => string>>) => {
    const beganMs = now();
    const say = () => {
      const records = Object.entries(held).map(([node, at]) =>
        record({ node, label: at(now() - beganMs), arrivedAtMs: now() }),
      );
      world.cloud.nodes.splice(0, world.cloud.nodes.length, ...records);
    };
    say();
    world.cloud.onWait = say;
  };

  it('waits until every node has said that it holds what is in force again', async () => {
    report({ a: () => label, b: (lookMs) => (lookMs < 8_000 ? withdrawn : label) });
    expect(await prove()).toEqual({ kind: 'proved', held: 2, of: 2, elapsedMs: 8_000 });
  });

  it('believes no report from before the rollback', async () => {
    world.cloud.nodes.push(record({ node: 'a', label, arrivedAtMs: now() }));
    world.cloud.onWait = () => {
      const isBack = world.cloud.clock() - beganMs >= 6_000;
      if (isBack) world.cloud.nodes[0] = record({ node: 'a', label, arrivedAtMs: now() });
    };
    const beganMs = now();
    expect(await prove()).toEqual({ kind: 'proved', held: 1, of: 1, elapsedMs: 6_000 });
  });

  it('names who does not follow, and why', async () => {
    report({ a: () => label, b: () => withdrawn });
    expect(await prove(5_000)).toEqual({
      kind: 'unproved',
      held: 1,
      of: 2,
      elapsedMs: 5_000,
      laggards: [
        {
          node: 'b',
          why: expect.stringContaining(withdrawn),
          next: expect.stringContaining('veltrix'),
        },
      ],
    });
  });

  it('waits for the others while one refuses', async () => {
    report({ a: (lookMs) => (lookMs < 4_000 ? withdrawn : label) });
    const say = world.cloud.onWait;
    const refusing = () =>
      record({
        node: 'z',
        label: withdrawn,
        refused: { label, reason: 'unknown member' },
        arrivedAtMs: now(),
      });
    world.cloud.nodes.push(refusing());
    world.cloud.onWait = () => {
      say();
      world.cloud.nodes.push(refusing());
    };
    expect(await prove()).toMatchObject({
      kind: 'unproved',
      held: 1,
      of: 2,
      elapsedMs: 4_000,
      laggards: [{ node: 'z', why: expect.stringContaining('unknown member') }],
    });
  });

  it('does not wait for a node that left, and names one that fell silent', async () => {
    world.cloud.nodes.push(record({ node: 'left', health: 'stopped', arrivedAtMs: now() }));
    world.cloud.nodes.push(record({ node: 'lost', label: withdrawn, arrivedAtMs: now() }));
    world.cloud.nodes.push(record({ node: 'a', label, arrivedAtMs: now() }));
    world.cloud.onWait = () => {
      world.cloud.nodes[2] = record({ node: 'a', label, arrivedAtMs: now() });
    };
    expect(await prove(30_000)).toMatchObject({
      kind: 'unproved',
      held: 1,
      of: 2,
      laggards: [{ node: 'lost', why: expect.stringContaining('silent') }],
    });
  });

  it('says that nobody can prove it where the records cannot be read', async () => {
    let looks = 0;
    world.cloud.records.list = () => {
      looks++;
      return Promise.reject(new ServiceUnavailable('could not read the records', { hint: 'none' }));
    };
    expect(await prove()).toEqual({ kind: 'unknown', why: 'could not read the records' });
    expect(looks).toBe(3);
  });

  it('goes on after a look that failed', async () => {
    report({ a: () => label });
    const list = world.cloud.records.list;
    let looks = 0;
    world.cloud.records.list = (cluster) =>
      ++looks === 1 ? Promise.reject(new ServiceUnavailable('once', { hint: 'none' })) : list(cluster);
    expect(await prove()).toMatchObject({ kind: 'proved', held: 1, of: 1 });
  });

  it('cannot know a version without a label', async () => {
    const nameless = { address: rules, undone: 2, inForce: { number: 1 }, timeoutMs: 1_000 };
    expect(await proveRollback(world.cloud, nameless)).toMatchObject({ kind: 'unknown' });
  });
});
