import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../cli/commands/act/plan.js';
import { publish } from '../../cli/commands/act/publish.js';
import { openWorkspace } from '../../control/files/workspace.js';
import { InMemoryCloud } from '../control/in-memory-cloud.js';
import { createProject } from '../control/project.js';
import type { World } from '../control/world.js';
import { personAt } from './person.js';

/** Two profiles, so that one may come before the other. */
const definition = `
import * as z from 'zod';
import { defineApplication, defineProfile } from '../../core/profiles.js';

const schema = z.object({ size: z.int().max(100) });
const profile = (name: string) => defineProfile({ name, description: name, schemaVersion: 1, schema });

export const quest = defineApplication({
  name: 'quest',
  environments: ['staging', 'production'],
  profiles: [profile('rules'), profile('limits')],
});
`;

const at = ['quest/staging'];
const given = { message: 'roomier', planned: 'plan.json', complete: true };

let world: World;
beforeEach(async () => {
  const project = createProject();
  project.write('config/quest/application.ts', definition);
  const loaded = await (await openWorkspace(project.root)).load('quest');
  const cloud = new InMemoryCloud(loaded.application);
  world = { project, loaded, cloud, edit: () => undefined, publishAndFinish: async () => undefined };
  for (const profile of ['rules', 'limits'])
    for (const environment of ['staging', 'production']) write(profile, environment, 1);
  // Whoever waits sees the rollout go on.
  cloud.onWait = () => {
    for (const environment of ['staging', 'production']) cloud.appConfig.step(environment);
  };
});
afterEach(() => world.project.remove());

const write = (profile: string, environment: string, size: number) =>
  world.project.write(`config/quest/${profile}.${environment}.yaml`, `size: ${size}\n`);

const planTo = (file: string, cluster = at) =>
  personAt(world, { isTerminal: false }).types(plan, cluster, { save: file });

async function publishPlan(options: object = {}, cluster = at) {
  const script = personAt(world, { isTerminal: false });
  const { exitCode, failure } = await script.types(publish, cluster, { ...given, ...options });
  return { exitCode, failure, shown: script.shown() };
}

/** `rules v1 COMPLETE`, oldest first. */
const history = (environment = 'staging') =>
  world.cloud.appConfig
    .history(environment)
    .map(({ profile, version, state }) => `${profile} v${version} ${state}`);

describe('plan --save', () => {
  it('writes what it shows as JSON, in a folder that it makes, with the hash of each content', async () => {
    await planTo('made/plan.json');
    const saved = JSON.parse(readFileSync(path.join(world.project.root, 'made/plan.json'), 'utf8'));
    expect(saved).toMatchObject({
      cluster: 'quest/staging',
      profiles: [
        // SHA-256 of {"size":1}
        { address: 'quest/staging/rules', outcome: 'publish', expectedVersion: 0, hash8: 'fe36923e' },
        { address: 'quest/staging/limits' },
      ],
    });
  });

  it('says where it cannot be written', async () => {
    world.project.write('made', 'a file');
    expect((await planTo('made/plan.json')).failure).toMatchObject({
      code: 'VELTRIX_USAGE',
      message: `${world.project.root}/made/plan.json cannot be written`,
    });
  });
});

describe('publish --planned', () => {
  it('publishes all of the plan in its order, each to its end, and says so as it goes', async () => {
    await planTo('plan.json');
    const { exitCode, shown } = await publishPlan();
    expect(shown).toMatch(/✔ quest\/staging\/rules: version 1 ←[\s\S]*✔ quest\/staging\/limits: version 1 ←/);
    expect(exitCode).toBe(0);
    expect(history()).toEqual(['rules v1 COMPLETE', 'limits v1 COMPLETE']);
  });

  it('leaves alone what had nothing to publish, and says so', async () => {
    await planTo('plan.json');
    await publishPlan();
    write('limits', 'staging', 2);
    await planTo('plan.json');
    const { shown } = await publishPlan();
    expect(shown).toContain('= quest/staging/rules: unchanged\n');
    expect(history().slice(2)).toEqual(['limits v2 COMPLETE']);
  });

  it('sees to its end what was on its way when it was planned', async () => {
    await planTo('plan.json');
    await publishPlan();
    write('limits', 'staging', 2);
    await planTo('plan.json');
    // As a pipeline that was stopped in the middle leaves it.
    await publishPlan({ complete: false });
    await planTo('plan.json');
    expect(history().at(-1)).toBe('limits v2 DEPLOYING');
    expect(await publishPlan()).toMatchObject({ exitCode: 0 });
    expect(history().slice(2)).toEqual(['limits v2 COMPLETE']);
  });

  it('takes what arrived since it was planned for what was on its way then', async () => {
    await planTo('plan.json');
    await publishPlan();
    write('limits', 'staging', 2);
    await planTo('plan.json');
    await publishPlan({ complete: false });
    await planTo('plan.json');
    for (let steps = 0; steps < 20; steps++) world.cloud.appConfig.step('staging');
    expect(history().at(-1)).toBe('limits v2 COMPLETE');
    expect(await publishPlan()).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['deployed', true],
    ['on its way', false],
  ])('begins nothing when another version of what is unchanged is %s by then', async (_, complete) => {
    await planTo('plan.json');
    await publishPlan();
    write('rules', 'staging', 2);
    await planTo('plan.json');
    write('limits', 'staging', 50);
    const urgent = personAt(world, { isTerminal: false });
    await urgent.types(publish, ['quest/staging/limits'], { message: 'urgent', complete });
    write('limits', 'staging', 1);
    const { exitCode, shown } = await publishPlan();
    expect(shown).toContain('quest/staging/limits: version 2 is deployed, the request builds on version 1');
    expect(exitCode).toBe(4);
    expect(history().filter((line) => line.startsWith('rules v2'))).toEqual([]);
  });

  it('does not call unchanged what changed while another of the plan was on its way', async () => {
    await planTo('plan.json');
    await publishPlan();
    write('rules', 'staging', 2);
    await planTo('plan.json');
    const all = world.cloud.appConfig.history('staging');
    const [, limits] = all;
    world.cloud.onWait = () => {
      const other = { number: 4, version: 2, label: 'v2-00000000' };
      if (limits && all.length === 3) all.push({ ...limits, ...other });
      world.cloud.appConfig.step('staging');
    };
    const { exitCode, shown } = await publishPlan();
    expect(shown).not.toContain('limits: unchanged');
    expect(exitCode).toBe(4);
  });

  it('stops at the first that is taken back, and names what was not begun', async () => {
    await planTo('plan.json');
    await publishPlan();
    for (const profile of ['rules', 'limits']) write(profile, 'staging', 2);
    await planTo('plan.json');
    world.cloud.onWait = () => world.cloud.appConfig.rollBack('staging');
    const { exitCode, shown } = await publishPlan();
    expect(exitCode).toBe(5);
    expect(shown).toContain('! quest/staging/limits: not begun\n');
    expect(history().slice(2)).toEqual(['rules v2 ROLLED_BACK']);
  });

  it('waits with --complete for what is taken back in the bake, when every node holds it', async () => {
    await planTo('plan.json');
    await publishPlan();
    write('rules', 'staging', 2);
    await planTo('plan.json');
    world.cloud.onWait = () => {
      const state = world.cloud.appConfig.history('staging').at(-1)?.state;
      if (state === 'BAKING') world.cloud.appConfig.rollBack('staging');
      else world.cloud.appConfig.step('staging');
    };
    expect(await publishPlan()).toMatchObject({ exitCode: 5 });
  });

  it('refuses before it begins what is no longer what was planned', async () => {
    await planTo('plan.json');
    write('limits', 'staging', 2);
    const { exitCode, failure } = await publishPlan();
    expect(exitCode).toBe(4);
    expect(failure).toMatchObject({
      code: 'VELTRIX_PREREQUISITE_UNMET',
      unmet: ['config/quest/limits.staging.yaml is not what was planned'],
    });
    expect(history()).toEqual([]);
  });

  it('refuses before it begins what a schema does not admit any more', async () => {
    await planTo('plan.json');
    write('limits', 'staging', 1_000);
    expect(await publishPlan()).toMatchObject({
      exitCode: 3,
      failure: { code: 'VELTRIX_CONTENT_REFUSED', file: 'config/quest/limits.staging.yaml' },
    });
    expect(history()).toEqual([]);
  });

  it('publishes nothing over another version than the plan was made over', async () => {
    await planTo('plan.json');
    write('rules', 'staging', 7);
    await planTo('other.json');
    await publishPlan({ planned: 'other.json' });
    write('rules', 'staging', 1);
    const { exitCode, shown } = await publishPlan();
    expect(exitCode).toBe(4);
    expect(shown).toContain('version 1 is deployed, the request builds on version 0');
    expect(history()).toEqual(['rules v1 COMPLETE', 'limits v1 COMPLETE']);
  });

  it('begins nothing when what comes later in the plan has another version by then', async () => {
    await planTo('plan.json');
    await publishPlan();
    for (const profile of ['rules', 'limits']) write(profile, 'staging', 2);
    await planTo('plan.json');
    const urgent = personAt(world, { isTerminal: false });
    await urgent.types(publish, ['quest/staging/limits'], { message: 'urgent', complete: true });
    const { exitCode, shown } = await publishPlan();
    expect(exitCode).toBe(4);
    expect(shown).toContain('quest/staging/limits: version 2 is deployed, the request builds on version 1');
    expect(history().slice(2)).toEqual(['limits v2 COMPLETE']);
  });

  it('publishes no profile over a version that came while another of the plan was on its way', async () => {
    await planTo('plan.json');
    await publishPlan();
    for (const profile of ['rules', 'limits']) write(profile, 'staging', 2);
    await planTo('plan.json');
    const all = world.cloud.appConfig.history('staging');
    const [, limits] = all;
    world.cloud.onWait = () => {
      if (limits && all.length === 3) all.push({ ...limits, number: 4, version: 2 });
      world.cloud.appConfig.step('staging');
    };
    const { exitCode, shown } = await publishPlan();
    expect(shown).toMatch(
      /✔ quest\/staging\/rules: version 2[\s\S]*quest\/staging\/limits: version 2 is deployed/,
    );
    expect(exitCode).toBe(4);
  });

  it('asks --after of everything that changes before the first is published', async () => {
    await planTo('plan.json');
    await publishPlan();
    await planTo('production.json', ['quest/production']);
    // Of the two only limits is behind in staging.
    write('limits', 'staging', 2);
    const after = { planned: 'production.json', after: 'quest/staging' };
    const { exitCode, shown } = await publishPlan(after, ['quest/production']);
    expect(exitCode).toBe(4);
    expect(shown).toContain('which is not what config/quest/limits.staging.yaml says');
    expect(history('production')).toEqual([]);
  });

  it('asks --after of nothing that is unchanged', async () => {
    await planTo('plan.json');
    await publishPlan();
    await planTo('production.json', ['quest/production']);
    await publishPlan({ planned: 'production.json' }, ['quest/production']);
    write('limits', 'staging', 2);
    write('rules', 'production', 3);
    await planTo('production.json', ['quest/production']);
    const after = { planned: 'production.json', after: 'quest/staging' };
    expect(await publishPlan(after, ['quest/production'])).toMatchObject({ exitCode: 0 });
    expect(history('production').slice(2)).toEqual(['rules v2 COMPLETE']);
  });

  it.each([
    [
      'a plan for elsewhere',
      () => planTo('plan.json', ['quest/production']),
      'The plan is for quest/production, not for quest/staging',
    ],
    [
      'a file that is no plan',
      async () => world.project.write('plan.json', '{}'),
      'What --planned names is no plan',
    ],
    ['a file that is not there', async () => undefined, 'There is no plan at plan.json'],
  ])('takes no %s', async (_, happens, message) => {
    await happens();
    expect(await publishPlan()).toMatchObject({ exitCode: 2, failure: { code: 'VELTRIX_USAGE', message } });
  });

  it('takes no plan that names another environment, whatever it says it is for', async () => {
    await planTo('production.json', ['quest/production']);
    const file = path.join(world.project.root, 'production.json');
    const plan = JSON.parse(readFileSync(file, 'utf8'));
    world.project.write('plan.json', JSON.stringify({ ...plan, cluster: 'quest/staging' }));
    const message = 'The plan is for quest/staging, and names quest/production/rules';
    expect(await publishPlan()).toMatchObject({ exitCode: 2, failure: { code: 'VELTRIX_USAGE', message } });
    expect([history(), history('production')]).toEqual([[], []]);
  });

  it('is for an environment and not for one profile', async () => {
    await planTo('plan.json');
    expect(await publishPlan({}, ['quest/staging/rules'])).toMatchObject({
      exitCode: 2,
      failure: { hint: 'Write quest/staging, without a profile.' },
    });
  });

  it('prints a document for each under --json', async () => {
    await planTo('plan.json');
    await publishPlan();
    for (const profile of ['rules', 'limits']) write(profile, 'staging', 2);
    await planTo('plan.json');
    world.cloud.onWait = () => world.cloud.appConfig.rollBack('staging');
    const script = personAt(world, { isTerminal: false, json: true });
    await script.types(publish, at, given);
    const [first = ''] = script.shown().split('\n');
    expect(JSON.parse(first)).toEqual({ address: 'quest/staging/limits', outcome: 'not-begun' });
  });
});
