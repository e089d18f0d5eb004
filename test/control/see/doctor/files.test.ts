/** Files and schemas that do not agree with what is deployed. */

import { describe, expect, it } from 'vitest';
import { cluster } from '../../fleet-at-work.js';
import { yamlWith } from '../../world.js';
import { findsOne, inHealthyWorld, inShort } from './examining.js';

const world = inHealthyWorld();

describe('of files and schemas is found', () => {
  findsOne(world, [
    [
      'a file that would be refused',
      () => world().edit('coolDownMs: soon\ndifficulty: easy\n'),
      {
        short: 'bad files config/quest/rules.staging.yaml',
        what: /^would be refused: coolDownMs is "soon"/,
        why: /What is deployed stays/,
        next: /^veltrix check quest$/,
      },
    ],
    [
      'a file that nobody published',
      () => world().edit(yamlWith(4000)),
      {
        short: 'warn files quest/staging/rules',
        what: /^differs: config\/quest\/rules\.staging\.yaml is not what version 1 says$/,
        why: /Somebody has not published yet/,
        next: /^veltrix plan quest\/staging\/rules$/,
      },
    ],
    [
      'a file that still says what was taken back',
      async () => {
        await world().begin(yamlWith(4000));
        world().cloud.appConfig.rollBack('staging');
      },
      {
        short: 'warn files quest/staging/rules',
        what: /^was taken back, and config\/quest\/rules\.staging\.yaml still says version 2$/,
        why: /bring back/,
        next: /git revert/,
      },
    ],
    [
      'a deployed profile that no file names',
      () => {
        const { environment } = world().cloud;
        Object.assign(world().cloud, {
          environment: async (where: typeof cluster) => ({
            ...(await environment.call(world().cloud, where)),
            profiles: ['old', 'rules'],
          }),
        });
      },
      {
        short: 'warn files quest/staging/old',
        what: /no file here speaks of it/,
        why: /renamed is two profiles/,
        next: /veltrix retire quest\/old/,
      },
    ],
    [
      'a profile that has a file and is not deployed',
      () => {
        const { environment } = world().cloud;
        Object.assign(world().cloud, {
          environment: async (where: typeof cluster) => ({
            ...(await environment.call(world().cloud, where)),
            profiles: [],
          }),
        });
        world().report();
      },
      {
        short: 'bad files quest/staging/rules',
        what: /has a file and is not deployed: config\/quest\/rules\.staging\.yaml/,
        why: /travel with the stacks/,
        next: /cdk deploy/,
      },
    ],
    [
      'a deployed schema that is older',
      () =>
        world().cloud.functions.set('veltrix-main-validate-quest-rules', {
          variables: { VELTRIX_SCHEMA_VERSION: '1' },
        }),
      {
        short: 'bad schemas quest/staging/rules',
        what: /held against schema 1 .* written for 2/,
        why: /is refused, although `check` admits it/,
        next: /cdk deploy/,
      },
    ],
    [
      'a checkout that is older',
      () =>
        world().cloud.functions.set('veltrix-main-validate-quest-rules', {
          variables: { VELTRIX_SCHEMA_VERSION: '3' },
        }),
      { short: 'warn schemas quest/staging/rules', what: /schema 3/, why: /older/, next: /^git pull$/ },
    ],
    [
      'nodes of an older schema',
      () =>
        world().report(
          { node: 'a', label: world().label },
          { node: 'b', label: world().label, schemaVersion: 1 },
        ),
      {
        short: 'warn schemas quest/staging/rules',
        what: /1 of 2 nodes knows schema 2 of rules; b is on 1 and may refuse it/,
        why: /older schema/,
        next: /deploy the service/,
      },
    ],
  ]);

  it('nothing of a file that is on its way, or waits for its turn', async () => {
    const { label } = await world().begin(yamlWith(4000));
    expect((await world().examine()).findings).toEqual([]);
    world().cloud.appConfig.rollBack('staging');
    world().waits(world().entry({ label }));
    expect((await world().examine()).findings).toEqual([]);
  });

  it('nothing of schemas where the functions are of a release that does not say', async () => {
    world().cloud.functions.set('veltrix-main-validate-quest-rules', { variables: {} });
    expect((await world().examine()).findings).toEqual([]);
  });

  it('an application that does not load', async () => {
    world().project.write('config/other/application.ts', 'export const x = ;');
    const { findings } = await world().examine();
    expect(findings).toMatchObject([
      {
        level: 'bad',
        check: 'files',
        where: 'config/other',
        what: 'does not load',
        next: expect.stringMatching(/tsc/),
      },
    ]);
  });
});

describe('of names is found', () => {
  it('that a profile looks renamed, once', async () => {
    const { environment } = world().cloud;
    Object.assign(world().cloud, {
      environment: async (where: typeof cluster) => ({
        ...(await environment.call(world().cloud, where)),
        profiles: ['ruls'],
      }),
    });
    world().report();
    const { findings } = await world().examine();
    expect(findings.map(inShort)).toEqual(['bad files names in']);
    expect(findings[0]?.what).toBe(
      'quest: profile "ruls" is deployed and in no file, and "rules" is in the files and not deployed',
    );
    expect(findings[0]?.next).toMatch(/docs\/upgrade\.md/);
  });

  it('nothing of what others have in AppConfig', async () => {
    const { environment, environments } = world().cloud;
    Object.assign(world().cloud, {
      applications: async () => ['quest', 'theirs'],
      environments: async (name: string) =>
        name === 'theirs' ? ['prod'] : environments.call(world().cloud, name),
      environment: async (where: typeof cluster) =>
        environment.call(world().cloud, where.application === ('theirs' as string) ? cluster : where),
    });
    world().cloud.functions.set('veltrix-main-publish-theirs-prod', undefined);
    const { clusters, findings } = await world().examine({});
    expect(clusters).toEqual(['quest/staging', 'quest/production']);
    expect(findings.map(inShort)).toEqual(['warn files quest/production/rules']);
  });
});
