import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeOf, loadStages } from '../../../control/files/stages.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { parseStages } from '../../../core/stages.js';
import { createProject, type Project } from '../project.js';

let project: Project;
beforeEach(() => {
  project = createProject();
});
afterEach(() => project.remove());

const row = "{ name: 'main', environments: { staging: { strategy: 'linear-50' } } }";

describe('the stages of a project', () => {
  it('are what its infra/stages.ts lists', async () => {
    project.write(
      'infra/stages.ts',
      `import { parseStages } from '../core/stages.js';\nexport const stages = parseStages([${row}]);`,
    );
    const stages = await (await openWorkspace(project.root)).stages();
    expect(stages?.map(({ name, environments }) => [name, environments])).toEqual([
      ['main', { staging: { strategy: 'linear-50', guarded: true } }],
    ]);
  });

  it('are read as they should be, whoever made the list', async () => {
    project.write('infra/stages.ts', `export const stages = [${row.replace('linear-50', 'fast')}];`);
    await expect(loadStages(project.root)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('stages[0].environments.staging.strategy is "fast", expected one of'),
    });
  });

  it('are none where there is no list', async () => {
    expect(await loadStages(project.root)).toBeUndefined();
  });

  it.each([
    ['export const stage = 1;', 'infra/stages.ts exports no list named "stages"'],
    ['export const stages = missing;', 'infra/stages.ts does not load: missing is not defined'],
  ])('are refused for %s', async (content, message) => {
    project.write('infra/stages.ts', content);
    await expect(loadStages(project.root)).rejects.toMatchObject({ name: 'UsageError', message });
  });
});

const two = parseStages([
  { name: 'main', region: 'eu-west-1', environments: { staging: { strategy: 'linear-50' } } },
  { name: 'live', region: 'eu-central-1', environments: { production: { strategy: 'canary-10' } } },
]);
const [one] = parseStages([{ name: 'only', environments: { staging: { strategy: 'linear-50' } } }]);

const [staging, production] = ['staging', 'production'].map((environment) => ({
  application: 'quest',
  environment,
}));
const both = [staging ?? {}, production ?? {}];

describe('the stage that a command talks to', () => {
  it('is the one that holds the environment', () => {
    expect(homeOf(two, { addresses: both.slice(1) })).toEqual({ name: 'live', stage: two[1] });
  });

  it('is the only one, whatever is asked', () => {
    const only = one ? [one] : [];
    for (const addresses of [[], [{ application: 'quest' }], both.slice(1)])
      expect(homeOf(only, { addresses })).toEqual({ name: 'only', stage: one });
  });

  it('is the one that is named', () => {
    expect(homeOf(two, { name: 'live', addresses: [{ application: 'quest' }] }).name).toBe('live');
    expect(homeOf(two, { name: 'main', addresses: [{ application: 'quest', environment: 'qa' }] }).name).toBe(
      'main',
    );
  });

  it('is main where the project lists none, unless one is named', () => {
    expect(homeOf(undefined, { addresses: both })).toEqual({ name: 'main' });
    expect(homeOf(undefined, { name: 'other', addresses: both })).toEqual({ name: 'other' });
  });

  it('has to be named where nothing else says it', () => {
    expect(() => homeOf(two, { addresses: [{ application: 'quest' }] })).toThrow(
      expect.objectContaining({
        message: 'Which stage?',
        hint: 'Name one (--stage main, or --stage live), or an environment that it holds.',
      }),
    );
  });

  it('is one: not two, and not another than the one that is named', () => {
    expect(() => homeOf(two, { addresses: both })).toThrow(
      'quest/production is in stage "live", and this command talks to "main"',
    );
    expect(() => homeOf(two, { name: 'live', addresses: both.slice(0, 1) })).toThrow(
      'quest/staging is in stage "main", and this command talks to "live"',
    );
    expect(() => homeOf(two, { name: 'prod', addresses: both })).toThrow('There is no stage "prod"');
  });
});
