import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaint } from '../../../cli/terminal/paint.js';
import { describeStatus } from '../../../cli/terminal/status-page.js';
import { publish } from '../../../control/act/publish.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { attentionOf } from '../../../control/see/status/attention.js';
import { filesAtHand } from '../../../control/see/status/file-drift.js';
import { status } from '../../../control/see/status/status.js';
import { describeRollback } from '../../../core/delivery/provenance.js';
import { ServiceUnavailable, UsageError } from '../../../core/errors.js';
import { healthy } from '../../cli/terminal/statuses.js';
import { record, startMs } from '../in-memory-cloud.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

async function staging() {
  const { profiles } = await status(world.cloud, rules);
  return profiles[0];
}

describe('status', () => {
  it('of a profile nobody published says so', async () => {
    const answer = await staging();
    expect(answer).toMatchObject({ address: 'quest/staging/rules', state: 'unpublished' });
    expect(answer).not.toHaveProperty('deployed');
  });

  it('says what is deployed, by whom and why, and who holds it', async () => {
    await world.publishAndFinish(yamlWith(5000), 'first');
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b', label }), record({ node: 'c' }));
    expect(await staging()).toMatchObject({
      state: 'deployed',
      deployed: { version: 1, label, deployment: 1, author: 'anna', reason: 'first' },
      nodes: { holding: ['a', 'b'], waiting: ['c'], held: [{ label, count: 2 }, { count: 1 }] },
    });
  });

  it('sets what is on its way beside what is deployed', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const { label } = await publish(world.cloud, world.loaded, {
      address: rules,
      author: 'ben',
      reason: 'less',
    });
    world.cloud.appConfig.step('staging');
    world.cloud.nodes.push(record({ node: 'a', label }), record({ node: 'b', label: 'v1-old' }));
    expect(await staging()).toMatchObject({
      state: 'rolling-out',
      deployed: { version: 1 },
      rollout: {
        version: 2,
        percentage: 50,
        strategy: 'linear-50',
        author: 'ben',
        durationMinutes: 2,
        bakeMinutes: 1,
      },
      nodes: { holding: ['a'], waiting: ['b'] },
    });
    world.cloud.appConfig.step('staging');
    expect(await staging()).toMatchObject({ state: 'baking', rollout: { percentage: 100 } });
  });

  it('says what was undone and why, and that nodes are to hold the version before', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'less' });
    world.cloud.appConfig.rollBack('staging');
    world.cloud.nodes.push(record({ node: 'a', label }));
    expect(await staging()).toMatchObject({
      state: 'rolled-back',
      deployed: { version: 1 },
      undone: { version: 2, reason: 'less', why: 'Rollback initiated by a test' },
      nodes: { holding: ['a'], waiting: [] },
    });
  });

  it('says that every node is silent when nothing arrived for more than a minute', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    world.cloud.nodes.push(record({ node: 'a', label }));
    world.cloud.appConfig.nowMs = startMs + 60_000;
    expect(await staging()).toMatchObject({ nodes: { holding: ['a'], silent: [] } });
    world.cloud.appConfig.nowMs = startMs + 75_000;
    const answer = await staging();
    expect(answer).toMatchObject({ nodes: { holding: [], silent: ['a'], held: [] } });
    expect(
      describeStatus(await status(world.cloud, rules), { columns: 80, paint: createPaint(false) }).join('\n'),
    ).toContain('none: no report for 75 s');
  });

  it('says that it does not know what lies further back than it reads', async () => {
    await world.publishAndFinish(yamlWith(5000));
    fillHistory(world, 500);
    expect(await staging()).toMatchObject({ state: 'unknown', isDeployedUnknown: true });
  });

  it('does not call unknown what was never published', async () => {
    fillHistory(world, 500);
    const answer = await staging();
    expect(answer).toMatchObject({ state: 'unpublished' });
    expect(answer).not.toHaveProperty('isDeployedUnknown');
  });

  it('gives the record of a rollout: who in full, how it is judged, how far it came and when it goes on', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const order = { address: rules, author: 'ben', reason: 'less' };
    const { label } = await publish(world.cloud, world.loaded, order);
    world.cloud.appConfig.step('staging');
    const commit = '3f2c1e9a1b2c3f2c1e9a1b2c3f2c1e9a1b2c3f2c';
    const publication = {
      author: 'ben',
      reason: 'less, in full',
      commit,
      caller: 'arn:x',
      forced: 'it is safe',
    };
    world.cloud.rolloutRecords.set('quest/staging 2', {
      publication: { ...publication, strategy: 'linear-50', validatedAt: '2026-01-01T00:00:00.000Z' },
      guard: healthy,
    });
    const [, running] = world.cloud.appConfig.history('staging');
    const heldSinceMs = Date.parse(running?.startedAt ?? '') + 3_000;
    world.cloud.nodes.push(record({ node: 'a', label, heldSinceMs }), record({ node: 'b', label: 'v1-old' }));
    expect(await staging()).toMatchObject({
      rollout: { ...publication, step: 1, steps: 2, nextStepAt: '2026-01-01T00:00:10.000Z' },
      guard: { verdict: 'healthy' },
      log: [{ type: 'DEPLOYMENT_STARTED' }, { type: 'PERCENTAGE_UPDATED' }],
      nodes: { offered: 1, arrivals: { to50PercentMs: 3_000 }, waitingHold: [{ label: 'v1-old', count: 1 }] },
    });
  });

  it('says of what is taken back while it is asked about that it is rolled back', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'less' });
    const store = world.cloud.appConfig.environment('staging');
    let isListed = false;
    const listedBefore: typeof store = Object.create(store, {
      deployment: {
        value: (number: number) => {
          if (!isListed) world.cloud.appConfig.rollBack('staging');
          isListed = true;
          return store.deployment(number);
        },
      },
    });
    world.cloud.appConfig.environment = () => listedBefore;
    expect(await staging()).toMatchObject({ state: 'rolled-back', undone: { version: 2 } });
  });

  it('names nodes that keep what was taken back, and the file that still says it', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const order = { address: rules, author: 'ben', reason: 'less' };
    const { label } = await publish(world.cloud, world.loaded, order);
    world.cloud.appConfig.rollBack('staging');
    world.cloud.nodes.push(record({ node: 'a', label }));
    const files = filesAtHand(() => openWorkspace(world.project.root));
    const ask = async () => (await status(world.cloud, rules, files)).profiles[0];
    expect(await ask()).toMatchObject({
      state: 'rolled-back',
      undone: { by: 'appconfig', percentage: 0 },
      fileDrift: { file: 'config/quest/rules.staging.yaml', version: 2 },
      nodes: { keeping: [{ node: 'a', label }] },
    });
    world.edit(yamlWith(5000));
    expect(await ask()).not.toHaveProperty('fileDrift');
    const none = filesAtHand(() => openWorkspace('/'));
    expect((await status(world.cloud, rules, none)).profiles[0]).not.toHaveProperty('fileDrift');
  });

  it('names live nodes on which a person put something else over it', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    const override = { paths: ['hints'], until: '2026-01-01T02:00:00Z', reason: 'INC-7' };
    world.cloud.nodes.push(
      record({ node: 'a', label, override }),
      record({ node: 'b', label, override: { paths: [], refused: 'it is no JSON object' } }),
      record({ node: 'c', label, override, health: 'stopped' }),
      record({ node: 'd', label }),
    );
    const [profile] = (
      await status(
        world.cloud,
        rules,
        filesAtHand(() => openWorkspace('/')),
      )
    ).profiles;
    expect(profile?.nodes.overridden).toEqual(['a']);
    expect(profile && attentionOf(profile)).toBe(3);
  });

  it('knows the file that says what somebody went back from', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    const store = world.cloud.appConfig.environment('staging');
    const description = describeRollback({ author: 'anna', reason: 'errors', undoes: 2 });
    await store.startDeployment({
      profile: 'rules',
      version: 1,
      strategy: 'immediate',
      description,
      latestDeployment: 2,
    });
    world.cloud.appConfig.finish('staging');
    const files = filesAtHand(() => openWorkspace(world.project.root));
    expect((await status(world.cloud, rules, files)).profiles[0]).toMatchObject({
      state: 'deployed',
      deployed: { version: 1, undoes: 2, reason: 'errors' },
      fileDrift: { version: 2 },
    });
  });

  it('shows queues in which something waits', async () => {
    expect((await status(world.cloud, rules)).queues).toEqual([]);
    const entry = {
      profile: 'rules',
      version: 4,
      label: 'v4-cccccccc',
      author: 'a',
      reason: 'b',
      queuedAt: 'c',
    };
    world.cloud.queues.set('quest/staging', [entry]);
    expect((await status(world.cloud, {})).queues).toEqual([{ cluster: 'quest/staging', entries: [entry] }]);
  });

  it('stands without what cannot be read, and says what that is', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const down = async () => {
      throw new ServiceUnavailable('the table is on fire', { hint: 'Wait.' });
    };
    Object.assign(world.cloud, { queue: down, records: { list: down }, rollouts: { read: down } });
    const answer = await status(world.cloud, rules);
    expect(answer.profiles).toMatchObject([{ state: 'deployed', deployed: { version: 1 } }]);
    expect(answer.blind.toSorted()).toEqual([
      'the queue cannot be read: the table is on fire',
      'the records of nodes cannot be read: the table is on fire',
      'what the guard said, and who published in full, cannot be read: the table is on fire',
    ]);
    const broken = async () => {
      throw new TypeError('a defect');
    };
    Object.assign(world.cloud, { queue: broken });
    await expect(status(world.cloud, rules)).rejects.toThrow('a defect');
    const asked = async () => {
      throw new UsageError('asked wrongly', { hint: 'Ask otherwise.' });
    };
    Object.assign(world.cloud, { queue: asked });
    await expect(status(world.cloud, rules)).rejects.toThrow('asked wrongly');
  });

  it('covers every profile and environment when it is asked of nothing in particular', async () => {
    const { profiles } = await status(world.cloud, {});
    expect(profiles.map(({ address }) => address)).toEqual(['quest/staging/rules', 'quest/production/rules']);
  });

  it('refuses a profile that is not there', async () => {
    await expect(status(world.cloud, { ...rules, profile: 'ruels' })).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: '"ruels" is no profile of quest',
      hint: 'Did you mean "rules"? Known: rules.',
    });
  });
});
