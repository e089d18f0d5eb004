import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AfterQuestion, demandAfter } from '../../../control/act/after.js';
import { prepare, publish } from '../../../control/act/publish.js';
import type { GuardReport } from '../../../core/guard/report.js';
import { record } from '../in-memory-cloud.js';
import { createWorld, rules, type World, yamlWith } from '../world.js';

let world: World;
let label = '';
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(4000));
  label = world.cloud.appConfig.history('staging')[0]?.label ?? '';
  world.cloud.nodes.push(record({ node: 'a', label }));
});
afterEach(() => world.project.remove());

const production = { ...rules, environment: 'production' };
const staging = { application: 'quest', environment: 'staging' };

async function check(changes: Partial<AfterQuestion> = {}) {
  return demandAfter(world.cloud, world.loaded, {
    address: production,
    prepared: await prepare(world.loaded, production),
    after: staging,
    isCommitted: () => undefined,
    ...changes,
  });
}

async function unmet(changes: Partial<AfterQuestion> = {}): Promise<readonly string[]> {
  const thrown: unknown = await check(changes).catch((error: unknown) => error);
  expect(thrown).toMatchObject({
    code: 'VELTRIX_PREREQUISITE_UNMET',
    hint: expect.stringContaining('Publish quest/staging/rules from the same commit'),
  });
  return (thrown as { readonly unmet: readonly string[] }).unmet;
}

const guard = (verdict: GuardReport['verdict'], summary = ''): GuardReport => ({
  verdict,
  action: 'none',
  summary,
  looks: 3,
  lookedAtMs: 1,
  nodes: { tested: 1, previous: 0 },
  signals: [],
});

async function begin(coolDownMs: number): Promise<void> {
  world.edit(yamlWith(coolDownMs));
  await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason: 'x' });
}

describe('--after', () => {
  it('holds where the other environment runs its own file to the end, and every node has it', async () => {
    world.cloud.rolloutRecords.set('quest/staging 1', { guard: guard('healthy') });
    expect(await check()).toEqual({
      address: 'quest/staging/rules',
      version: 1,
      deployment: 1,
      nodeCount: 1,
      verdict: 'healthy',
    });
  });

  it('holds without a verdict, and without nodes, and says so', async () => {
    world.cloud.nodes.length = 0;
    const before = await check();
    expect(before).toMatchObject({ nodeCount: 0 });
    expect(before).not.toHaveProperty('verdict');
    world.cloud.rolloutRecords.set('quest/staging 1', { guard: guard('inconclusive') });
    expect(await check()).toMatchObject({ verdict: 'inconclusive' });
  });

  it('needs no two files that say the same', async () => {
    world.project.write('config/quest/rules.production.yaml', yamlWith(9999));
    expect(await check()).toMatchObject({ version: 1 });
  });

  it('fails where the file of the other environment says something else', async () => {
    world.edit(yamlWith(1234));
    expect(await unmet()).toEqual([
      'quest/staging/rules runs version 1, which is not what config/quest/rules.staging.yaml says',
    ]);
  });

  it('fails where that file is refused', async () => {
    world.edit('coolDownMs: soon\n');
    expect(await unmet()).toEqual(['config/quest/rules.staging.yaml is refused by its schema']);
  });

  it.each([
    ['still rolls out', () => undefined, 'version 2 is still rolling out at quest/staging/rules (1 %)'],
    [
      'bakes',
      () => {
        world.cloud.appConfig.step('staging');
        world.cloud.appConfig.step('staging');
      },
      'version 2 still bakes at quest/staging/rules',
    ],
    [
      'was rolled back',
      () => world.cloud.appConfig.rollBack('staging'),
      'version 2 was rolled back at quest/staging/rules',
    ],
    [
      'was reverted',
      () => {
        world.cloud.appConfig.finish('staging');
        world.cloud.appConfig.revert('staging', 'rules');
      },
      'version 2 was rolled back at quest/staging/rules',
    ],
  ])('fails while it %s', async (_, happens, expected) => {
    await begin(3000);
    happens();
    expect(await unmet()).toEqual([expected]);
  });

  it('fails where nothing was ever deployed', async () => {
    const address = rules;
    const prepared = await prepare(world.loaded, rules);
    const after = { application: 'quest', environment: 'production' };
    const thrown = check({ address, prepared, after });
    await expect(thrown).rejects.toMatchObject({
      unmet: ['nothing was ever deployed at quest/production/rules'],
      message: 'quest/staging/rules was not published: nothing was ever deployed at quest/production/rules',
    });
  });

  it('fails where the guard calls it unhealthy, though it was kept', async () => {
    world.cloud.rolloutRecords.set('quest/staging 1', { guard: guard('unhealthy', '40x the errors') });
    expect(await unmet()).toEqual(['the guard calls it unhealthy at quest/staging/rules: 40x the errors']);
  });

  it('fails while a node does not hold it, and names nodes', async () => {
    for (const node of ['b', 'c', 'd']) world.cloud.nodes.push(record({ node }));
    world.cloud.nodes.push(record({ node: 'z', refused: { label, reason: 'no' } }));
    expect(await unmet()).toEqual(['1 of 5 nodes at quest/staging/rules hold version 1, not z, b, c, …']);
  });

  it('does not ask nodes that left or fell silent', async () => {
    world.cloud.nodes.push(record({ node: 'b', health: 'stopped' }));
    world.cloud.nodes.push(record({ node: 'c', arrivedAtMs: 0 }));
    expect(await check()).toMatchObject({ nodeCount: 1 });
  });

  it('fails where a file is not as committed, in a project that is in git', async () => {
    const committed = { isCommitted: () => true };
    expect(await check(committed)).toMatchObject({ version: 1 });
    const asked: string[] = [];
    const isCommitted = (file: string) => {
      asked.push(file);
      return !file.includes('production');
    };
    expect(await unmet({ isCommitted })).toEqual(['config/quest/rules.production.yaml is not as committed']);
    expect(asked).toEqual(['config/quest/rules.production.yaml', 'config/quest/rules.staging.yaml']);
  });

  it('tells all that is missing at once', async () => {
    world.edit(yamlWith(1234));
    world.cloud.nodes.push(record({ node: 'b' }));
    expect(await unmet({ isCommitted: () => false })).toHaveLength(4);
  });

  it('fails where the records cannot be read: nobody knows', async () => {
    world.cloud.rollouts.read = () => Promise.reject(new Error('no table'));
    await expect(check()).rejects.toThrow('no table');
  });

  it.each([
    [{ application: 'quest', environment: 'production' }, 'quest/production cannot go before itself'],
    [{ application: 'other', environment: 'staging' }, '--after names other, and quest is to be published'],
    [{ application: 'quest', environment: 'stagin' }, '"stagin" is no environment of quest'],
  ])('is a wrong usage with %j', async (after, message) => {
    await expect(check({ after })).rejects.toMatchObject({ code: 'VELTRIX_USAGE', message });
  });
});
