import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../control/act/plan/plan.js';
import { openWorkspace } from '../../control/files/workspace.js';
import { type ProjectQuestion, Renamed, renamesIn, straysOfProject } from '../../control/stray-names.js';
import type { Application } from '../../core/profiles.js';
import { createWorld, type World, yamlWith } from './world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** What the files of `quest` say, beside what is deployed. */
function saying(
  change: Partial<Pick<Application, 'environments'>> & { readonly profiles?: readonly string[] },
) {
  const { loaded } = world;
  const [rules] = loaded.application.profiles;
  if (rules === undefined) throw new Error('there is no profile');
  const profiles = (change.profiles ?? ['rules']).map((name) => ({ ...rules, name }));
  return { ...loaded, application: { ...loaded.application, ...change, profiles } };
}

const planned = (files: ReturnType<typeof saying>, profile?: string, environment = 'staging') =>
  plan(world.cloud, files, { address: { application: 'quest', environment, ...(profile && { profile }) } });

/** A profile that is deployed beside `rules`. */
function deployedBeside(profile: string): void {
  const { environment } = world.cloud;
  world.cloud.appConfig.versions.set(profile, []);
  world.cloud.environment = async (where) => ({
    ...(await environment.call(world.cloud, where)),
    profiles: [profile, 'rules'],
  });
}

describe('a plan', () => {
  it('refuses a profile that is not deployed while one is that no file names: it may be that one', async () => {
    const renamed = saying({ profiles: ['laws'] });
    for (const profile of [undefined, 'laws']) {
      const failure = await planned(renamed, profile).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Renamed);
      expect(failure).toMatchObject({
        code: 'VELTRIX_RENAMED',
        message:
          'quest: profile "rules" is deployed and in no file, and "laws" is in the files and not deployed',
        hint: 'That is how a rename looks, and AppConfig renames nothing that nodes ask for by name: deployed, "laws" would be new and empty. Put "rules" back beside it, publish both, move what reads it, then take the old one out (docs/upgrade.md, "Renaming").',
      });
    }
  });

  it('refuses an environment that is not deployed while one is that no file names', async () => {
    const renamed = saying({ environments: ['test', 'production'] });
    await expect(planned(renamed, undefined, 'test')).rejects.toMatchObject({
      kind: 'environment',
      strays: { gone: ['staging'], added: ['test'] },
    });
    expect((await planned(renamed, undefined, 'production')).profiles).toHaveLength(1);
  });

  it('refuses no environment of another stage, and no profile beside the ones there are', async () => {
    const elsewhere = saying({ environments: ['staging', 'production', 'far-away'] });
    expect((await planned(elsewhere)).profiles).toHaveLength(1);
    const more = saying({ profiles: ['rules', 'laws'] });
    expect((await planned(more, 'rules')).profiles).toHaveLength(1);
  });

  it('refuses only what may have the new name', async () => {
    deployedBeside('old');
    const renamed = saying({ profiles: ['rules', 'laws'] });
    await expect(planned(renamed, 'laws')).rejects.toBeInstanceOf(Renamed);
    expect((await planned(renamed, 'rules')).profiles).toHaveLength(1);
  });

  it('tells, once both are deployed, of the one that no file names where the new one is empty', async () => {
    deployedBeside('old');
    const notes = async () => (await planned(saying({}))).profiles[0]?.notes;
    expect(await notes()).toContain(
      'no file names old, which is deployed: where rules is the new name of one, put the old one back until nodes read rules (docs/upgrade.md)',
    );
    await world.publishAndFinish(yamlWith(5000));
    expect(await notes()).not.toContainEqual(expect.stringMatching(/^no file names/));
  });
});

describe('the names of a project', () => {
  const strays = async (asked: ProjectQuestion = {}) =>
    straysOfProject(world.cloud, await openWorkspace(world.project.root), asked);

  it('are those that are deployed', async () => {
    const none = { gone: [], added: [] };
    expect(await strays()).toEqual({
      applications: none,
      within: [{ application: 'quest', environments: none, profiles: none }],
    });
    expect(renamesIn(await strays())).toEqual([]);
  });

  it('are of an application that Veltrix deployed under another name, and of no other in the account', async () => {
    const { environments } = world.cloud;
    world.cloud.applications = async () => ['journey', 'not-ours'];
    world.cloud.environments = async (name) =>
      name === 'quest' ? environments.call(world.cloud, name) : ['live'];
    world.cloud.functions.set('veltrix-main-publish-not-ours-live', undefined);
    const found = await strays();
    expect(found).toEqual({ applications: { gone: ['journey'], added: ['quest'] }, within: [] });
    expect(renamesIn(found)).toMatchObject([{ kind: 'application' }]);
  });

  it('are not missing where they belong to another stage', async () => {
    world.cloud.environments = async () => ['staging', 'beta'];
    const environments = async (asked?: ProjectQuestion) => (await strays(asked)).within[0]?.environments;
    expect(await environments()).toEqual({ gone: ['beta'], added: ['production'] });
    const stage = { environments: { staging: { strategy: 'linear-50', guarded: true } } } as const;
    expect(await environments({ stage })).toEqual({ gone: ['beta'], added: [] });
    world.cloud.environments = async () => ['production', 'staging'];
    expect(await environments({ stage })).toEqual({ gone: [], added: [] });
  });

  it('are not renamed where the stacks let go of the old one before, which waits for its end', async () => {
    world.cloud.environments = async () => ['beta', 'gamma', 'staging'];
    const { environment } = world.cloud;
    world.cloud.environment = async () => ({
      ...(await environment.call(world.cloud, { application: 'quest', environment: 'staging' })),
      profiles: ['old', 'older'],
    });
    const found = async () => (await strays()).within[0];
    expect(renamesIn(await strays()).map(({ kind }) => kind)).toEqual(['environment', 'profile']);
    world.cloud.functions.set('veltrix-main-validate-quest-old', undefined);
    world.cloud.functions.set('veltrix-main-publish-quest-gamma', undefined);
    expect(await found()).toMatchObject({
      environments: { gone: ['beta', 'gamma'], added: ['production'], ended: ['gamma'] },
      profiles: { gone: ['old', 'older'], added: ['rules'], ended: ['old'] },
    });
    expect(renamesIn(await strays()).map(({ message }) => message.split(' and ')[0])).toEqual([
      'quest: environment "beta" is deployed',
      'quest: profile "older" is deployed',
    ]);
    world.cloud.functions.set('veltrix-main-validate-quest-older', undefined);
    world.cloud.functions.set('veltrix-main-publish-quest-beta', undefined);
    expect(renamesIn(await strays())).toEqual([]);
  });

  it('are of one application where only that is asked about', async () => {
    await expect(strays({ only: 'other' })).rejects.toThrow('"other" is no application of this project');
  });

  it('tell of every kind that looks renamed, and of none that only came or only went', () => {
    const [came, went] = [
      { gone: [], added: ['a'] },
      { gone: ['b'], added: [] },
    ];
    const both = { gone: ['b'], added: ['a'] };
    const of = (application: string, environments: typeof both, profiles: typeof both) => ({
      application,
      environments,
      profiles,
    });
    const found = renamesIn({ applications: came, within: [of('one', went, both), of('two', both, came)] });
    expect(found.map(({ kind, message }) => [kind, message.split(':')[0]])).toEqual([
      ['profile', 'one'],
      ['environment', 'two'],
    ]);
  });
});
