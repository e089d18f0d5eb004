import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeStatus } from '../../../cli/commands/status.js';
import { createPaint } from '../../../cli/terminal/paint.js';
import { publish } from '../../../control/act/publish.js';
import { status } from '../../../control/see/status.js';
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
    expect(describeStatus(await status(world.cloud, rules), createPaint(false)).join('\n')).toContain(
      'none: no report for 75 s',
    );
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
