import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../../control/act/plan/plan.js';
import { publish } from '../../../control/act/publish.js';
import { getValue } from '../../../control/see/values.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { record } from '../in-memory-cloud.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

async function planned() {
  const { profiles } = await plan(world.cloud, world.loaded, { address: rules });
  return profiles[0];
}

describe('plan', () => {
  it('tells of a first version: at once, over nothing', async () => {
    world.edit(yamlWith(5000));
    expect(await planned()).toMatchObject({
      address: 'quest/staging/rules',
      file: 'config/quest/rules.staging.yaml',
      outcome: 'publish',
      expectedVersion: 0,
      strategy: 'immediate',
      changes: [{ path: '', after: { coolDownMs: 5000, difficulty: 'easy' } }],
      nodeCount: 0,
      priceUsd: 0,
    });
  });

  it('tells old and new of each changed value, and for how many nodes at what price', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    world.cloud.nodes.push(...Array.from({ length: 20 }, (_, index) => record({ node: `n${index}` })));
    world.cloud.nodes.push(record({ node: 'gone', health: 'stopped' }));
    expect(await planned()).toMatchObject({
      outcome: 'publish',
      expectedVersion: 1,
      changes: [{ path: 'coolDownMs', before: 5000, after: 4000 }],
      nodeCount: 20,
      priceUsd: 0.016,
    });
  });

  it('says unchanged for another spelling of the same value', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit('# reviewed\ndifficulty: "easy"\ncoolDownMs: 5_000\n'.replace('_', ''));
    expect(await planned()).toMatchObject({ outcome: 'unchanged', expectedVersion: 1, changes: [] });
  });

  it('says who occupies the environment', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason: 'x' });
    world.edit(yamlWith(3000));
    expect(await planned()).toMatchObject({
      outcome: 'busy',
      running: { profile: 'rules', deployment: 2, percentage: 1 },
    });
  });

  it('refuses with places, and says what would stay', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit('coolDownMs: never\ndifficulty: easy\n');
    expect(await planned()).toMatchObject({
      outcome: 'refused',
      expectedVersion: 1,
      problems: [{ path: 'coolDownMs', line: 1, column: 13 }],
    });
  });

  it('tells of nodes that know an older schema', async () => {
    world.cloud.nodes.push(record({ node: 'a', schemaVersion: 1 }), record({ node: 'b', schemaVersion: 2 }));
    expect((await planned())?.notes).toEqual([
      '1 of 2 nodes knows schema 2 of rules; a is on 1 and may refuse it',
    ]);
  });

  it('tells when the deployed value no longer satisfies the schema', async () => {
    await world.publishAndFinish(yamlWith(5000));
    const [version] = world.cloud.appConfig.versions.get('rules') ?? [];
    Object.assign(version ?? {}, {
      bytes: new TextEncoder().encode('{"coolDownMs":5,"difficulty":"insane"}'),
    });
    expect((await planned())?.notes).toEqual([
      'the deployed version 1 does not satisfy this schema (difficulty is "insane", expected one of "easy", "medium", "hard"): going back to it would be refused',
    ]);
  });

  it('names the nodes of older schemas, those that say nothing, and those that are ahead', async () => {
    const old = ['n12', 'n7'].map((node) => record({ node, schemaVersion: 1 }));
    const known = Array.from({ length: 38 }, (_, index) => record({ node: `k${index}` }));
    const silent = { ...record({ node: 'x' }), profiles: {} };
    world.cloud.nodes.push(...old, ...known, silent, record({ node: 'y', schemaVersion: 3 }));
    expect((await planned())?.notes).toEqual([
      '39 of 42 nodes know schema 2 of rules; n7, n12 are on 1 and may refuse it; x does not report it',
      "y is on a newer schema than this checkout's 2: is it up to date?",
    ]);
  });

  it('holds the version before the deployed one against the schema, too, also where it lies further back', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    const [first] = world.cloud.appConfig.versions.get('rules') ?? [];
    Object.assign(first ?? {}, { bytes: new TextEncoder().encode('{"coolDownMs":5}') });
    const notes = [
      expect.stringMatching(
        /^the version deployed before it, 1 does not satisfy this schema \(.*\): going back/,
      ),
    ];
    expect((await planned())?.notes).toEqual(notes);
    fillHistory(world, 1);
    world.cloud.appConfig.nowMs += 3 * 3_600_000;
    expect((await planned())?.notes).toEqual(notes);
  });

  it('says what makes the comparison weak, and which strategy would not', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    world.cloud.nodes.push(...Array.from({ length: 40 }, (_, index) => record({ node: `n${index}` })));
    const { profiles } = await plan(world.cloud, world.loaded, { address: rules, strategy: 'linear-20' });
    expect(profiles[0]?.judging).toEqual({
      weaknesses: [{ kind: 'short-steps', words: expect.stringContaining('a step lasts 100 s') }],
      better: 'canary-10',
    });
    expect(profiles[0]?.notes.at(-1)).toBe('--strategy canary-10 would be judged better');
    const calm = await plan(world.cloud, world.loaded, { address: rules, strategy: 'canary-10' });
    expect(calm.profiles[0]).toMatchObject({ judging: { weaknesses: [] }, notes: [] });
  });

  it('proposes numbers where no strategy of the stage fits so few nodes', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    world.cloud.nodes.push(...['a', 'b', 'c'].map((node) => record({ node })));
    const { profiles } = await plan(world.cloud, world.loaded, { address: rules, strategy: 'canary-10' });
    expect(profiles[0]?.judging?.proposal).toMatchObject({ growthType: 'LINEAR', growthPercent: 16 });
    expect(profiles[0]?.notes.at(-1)).toMatch(
      /^better judged: 16 % at a time over \d+ min, then a bake of 10 min/,
    );
  });

  it('judges by the strategy it was published with last, where none is named', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    world.edit(yamlWith(3000));
    world.cloud.nodes.push(...Array.from({ length: 40 }, (_, index) => record({ node: `n${index}` })));
    const found = await planned();
    expect(found).not.toHaveProperty('strategy');
    expect(found?.judging?.weaknesses.map(({ kind }) => kind)).toEqual(['short-steps', 'short-bake']);
  });

  it('says the default of the environment, and judges by it, where none is named', async () => {
    await world.publishAndFinish(yamlWith(5000));
    await world.publishAndFinish(yamlWith(4000));
    world.edit(yamlWith(3000));
    world.cloud.nodes.push(...Array.from({ length: 40 }, (_, index) => record({ node: `n${index}` })));
    const under = async (about: object) => {
      const request = { address: rules, defaultStrategy: 'canary-10', ...about } as const;
      return (await plan(world.cloud, world.loaded, request)).profiles[0];
    };
    expect(await under({})).toMatchObject({ defaultStrategy: 'canary-10', judging: { weaknesses: [] } });
    expect(await under({})).not.toHaveProperty('strategy');
    const named = await under({ strategy: 'linear-20' });
    expect(named).toMatchObject({
      strategy: 'linear-20',
      judging: { weaknesses: [{ kind: 'short-steps' }] },
    });
    expect(named).not.toHaveProperty('defaultStrategy');
  });

  it('remembers that this very content failed within the hour', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, { address: rules, author: 'anna', reason: 'x' });
    world.cloud.appConfig.rollBack('staging');
    world.cloud.appConfig.nowMs += 12 * 60_000;
    expect(await planned()).toMatchObject({
      outcome: 'failed-lately',
      failure: { version: 2, deployment: 2, agoMinutes: 12, why: 'Rollback initiated by a test' },
    });
    world.cloud.appConfig.nowMs += 3_600_000;
    expect(await planned()).toMatchObject({ outcome: 'publish' });
  });

  it('says who waits ahead; what is held waits for nobody', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const entry = {
      profile: 'limits',
      version: 4,
      label: 'v4-cccccccc',
      author: 'a',
      reason: 'b',
      queuedAt: 'c',
    };
    world.cloud.queues.set('quest/staging', [entry]);
    expect(await planned()).toMatchObject({
      outcome: 'queue-ahead',
      ahead: [{ profile: 'limits', version: 4, queuedAt: 'c' }],
    });
    world.cloud.queues.set('quest/staging', [{ ...entry, held: { why: 'x', since: 'y' } }]);
    const free = await planned();
    expect(free).toMatchObject({ outcome: 'publish' });
    expect(free).not.toHaveProperty('ahead');
  });

  it('plans every profile of an environment', async () => {
    const { profiles } = await plan(world.cloud, world.loaded, {
      address: { application: 'quest', environment: 'staging' },
    });
    expect(profiles.map(({ address }) => address)).toEqual(['quest/staging/rules']);
  });

  it('refuses to guess between two deployed profiles of one name', async () => {
    const environment = world.cloud.environment.bind(world.cloud);
    const shared = new ServiceUnavailable('two profiles are named "rules"', { hint: 'Rename one.' });
    world.cloud.environment = async (cluster) => ({
      ...(await environment(cluster)),
      hasProfile: () => {
        throw shared;
      },
    });
    await expect(planned()).rejects.toBe(shared);
    await expect(getValue(world.cloud, rules)).rejects.toBe(shared);
  });

  it('plans over a version that was completed hundreds of deployments ago', async () => {
    await world.publishAndFinish(yamlWith(5000));
    fillHistory(world, 600);
    world.edit(yamlWith(4000));
    expect(await planned()).toMatchObject({ outcome: 'publish', expectedVersion: 1 });
  });

  it('offers the nearest profile', async () => {
    const asked = plan(world.cloud, world.loaded, { address: { ...rules, profile: 'ruls' } });
    await expect(asked).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      hint: 'Did you mean "rules"? Known: rules.',
    });
  });
});
