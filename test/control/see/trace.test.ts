import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import { trace } from '../../../control/see/trace.js';
import { pendingChanges, startOfChanges } from '../../../core/delivery/change-events.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { unhealthy } from '../../cli/terminal/statuses.js';
import { record, startMs } from '../in-memory-cloud.js';
import { createWorld, rules, type World, yamlWith } from '../world.js';

const staging = { application: 'quest', environment: 'staging' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const ask = (deployment = 1) => trace(world.cloud, { address: staging, deployment });

/** Puts the events of all deployments on the stream. */
function tell(): void {
  const deployments = world.cloud.appConfig.history('staging');
  world.cloud.events.push(...pendingChanges(startOfChanges('quest/staging/rules'), rules, deployments));
}

const publication = {
  author: 'anna',
  caller: 'arn:aws:sts::1:assumed-role/Deployer/anna',
  reason: 'first',
  commit: '3f2c1e9a1b2c3f2c1e9a1b2c3f2c1e9a1b2c3f2c',
  strategy: 'linear-50',
  queuedAt: new Date(startMs - 60_000).toISOString(),
  validatedAt: new Date(startMs - 2_000).toISOString(),
} as const;

describe('trace', () => {
  it('tells the whole way in order: queue, check, each step with its event, the nodes', async () => {
    await world.publishAndFinish(yamlWith(5000), 'first');
    const label = world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
    const [deployment] = world.cloud.appConfig.history('staging');
    const startedMs = Date.parse(deployment?.startedAt ?? '');
    world.cloud.rolloutRecords.set('quest/staging 1', { publication });
    tell();
    const nodes = [2_500, 2_600].map((ms, index) => ({
      node: `n${index}`,
      label,
      heldSinceMs: startedMs + ms,
    }));
    world.cloud.nodes.push(...nodes.map(record));
    const told = await ask();
    expect(told).toMatchObject({
      address: 'quest/staging/rules@1',
      deployment: 1,
      author: 'anna',
      caller: publication.caller,
      commit: publication.commit,
      strategy: 'linear-50',
      state: 'COMPLETE',
      missing: ['no word of the guard: it did not look at this deployment'],
    });
    expect(
      told.steps.map(({ kind, entry, offsetMs, percent, toldAfterMs }) => [
        entry?.type ?? percent ?? kind,
        offsetMs,
        toldAfterMs,
      ]),
    ).toEqual([
      ['queued', -61_000, undefined],
      ['validated', -3_000, undefined],
      ['DEPLOYMENT_STARTED', 1_000, 1_500],
      ['PERCENTAGE_UPDATED', 2_000, 1_500],
      [50, 2_500, undefined],
      [95, 2_600, undefined],
      [100, 2_600, undefined],
      ['BAKE_TIME_STARTED', 3_000, 1_500],
      ['DEPLOYMENT_COMPLETED', 4_000, 1_500],
    ]);
  });

  it('says what is missing, each by its name', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.cloud.rolloutRecords.clear();
    expect((await ask()).missing).toEqual([
      'no record of who published it: only what its description says is known',
      'no word of the guard: it did not look at this deployment',
      '4 of 4 entries have no change event on the stream: not yet, or no longer kept there',
      'when nodes took it: no node reports',
    ]);
  });

  it('says who took it back, why, and that records keep no past', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason: 'less' });
    world.cloud.appConfig.step('staging');
    world.cloud.appConfig.rollBack('staging');
    const { commit: _commit, ...uncommitted } = publication;
    world.cloud.rolloutRecords.set('quest/staging 2', { publication: uncommitted, guard: unhealthy });
    tell();
    const told = await ask(2);
    expect(told).toMatchObject({
      state: 'ROLLED_BACK',
      percentage: 50,
      undoneBy: 'guard',
      why: 'Rollback initiated by a test',
      guard: { verdict: 'unhealthy' },
      missing: [
        'no commit: its file was not as committed, or not in git',
        'when nodes took it: it is not what they are meant to hold now, and records keep no past',
      ],
    });
    expect(told).not.toHaveProperty('nodes');
    expect(await ask(1)).toHaveProperty('nodes');
  });

  it('knows no nodes of a version that was replaced', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    expect(await ask(1)).not.toHaveProperty('nodes');
  });

  it('goes on without what cannot be read, and says so', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const down = async () => {
      throw new ServiceUnavailable('the table is on fire', { hint: 'Wait.' });
    };
    Object.assign(world.cloud.records, { list: down });
    Object.assign(world.cloud.rollouts, { read: down });
    const { missing, steps } = await ask();
    expect(missing).toContain('the records of nodes cannot be read: the table is on fire');
    expect(missing).toContain(
      'what the guard said, and who published in full, cannot be read: the table is on fire',
    );
    expect(steps).toHaveLength(4);
  });

  it('refuses a number that is not there, and names the newest', async () => {
    await expect(ask(1)).rejects.toMatchObject({
      message: 'quest/staging has no deployment 1',
      hint: 'Nothing was ever published there.',
    });
    await world.publishAndFinish(yamlWith(5000));
    await expect(ask(7)).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      hint: 'The newest is 1: see `veltrix history quest/staging`.',
    });
  });
});
