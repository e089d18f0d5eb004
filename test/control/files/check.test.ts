import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../../../control/files/check.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { createProject, goodYaml, type Project } from '../project.js';

let project: Project;
beforeEach(() => {
  project = createProject();
});
afterEach(() => project.remove());

const staging = 'config/quest/rules.staging.yaml';

/** Every problem of the project, as `file:line:column path message → suggestion`. */
async function problems(): Promise<string[]> {
  const { files } = await check(await openWorkspace(project.root));
  return files.flatMap(({ file, problems: found }) =>
    found.map(({ line, column, path: at, message, suggestion }) =>
      [`${file}:${line}:${column}`, at, message, suggestion && `→ ${suggestion}`].filter(Boolean).join(' '),
    ),
  );
}

describe('check', () => {
  it('finds nothing wrong with a project that is right', async () => {
    const report = await check(await openWorkspace(project.root));
    expect(report.problemCount).toBe(0);
    expect(report.files.map(({ file, address }) => [file, address])).toEqual([
      ['config/quest/rules.staging.yaml', 'quest/staging/rules'],
      ['config/quest/rules.production.yaml', 'quest/production/rules'],
    ]);
  });

  it.each([
    [
      'a text that should be a number',
      'coolDownMs: "800ms"\ndifficulty: easy\n',
      `${staging}:1:13 coolDownMs is "800ms", expected a number → 800`,
    ],
    [
      'an unknown key, with the nearest known one',
      'coolDownMS: 5\ncoolDownMs: 5\ndifficulty: easy\n',
      `${staging}:1:1 coolDownMS is unknown: the schema has no such key → coolDownMs`,
    ],
    [
      'an unknown key inside a list',
      'coolDownMs: 5\ndifficulty: easy\nhunts:\n  - id: a\n    titel: A\n',
      `${staging}:5:5 hunts[0].titel is unknown: the schema has no such key → title`,
    ],
    [
      'a misspelt option',
      'coolDownMs: 5\ndifficulty: medum\n',
      `${staging}:2:13 difficulty is "medum", expected one of "easy", "medium", "hard" → medium`,
    ],
    [
      'a value out of bounds',
      'coolDownMs: -1\ndifficulty: easy\n',
      `${staging}:1:13 coolDownMs is -1, expected at least 0`,
    ],
    [
      'a broken rule between fields',
      `${goodYaml}retry:\n  retries: 5\n  timeoutMs: 3000\n`,
      `${staging}:5:14 retry.timeoutMs is too long: retries × timeoutMs must stay ≤ 10000 ms`,
    ],
    [
      'a missing key',
      'coolDownMs: 5\n',
      `${staging}:1:1 difficulty is missing, expected one of "easy", "medium", "hard"`,
    ],
    [
      'what JSON cannot say',
      'coolDownMs: .inf\ndifficulty: easy\n',
      `${staging}:1:13 coolDownMs is Infinity, which JSON cannot say`,
    ],
    ['an empty file', '', `${staging}:1:1 is empty: write the values the schema asks for`],
    [
      'a duplicate key',
      `${goodYaml}coolDownMs: 2\n`,
      `${staging}:3:1 is a key that stands here twice: remove one`,
    ],
  ])('names %s with file, line and column', async (_name, yaml, problem) => {
    project.write(staging, yaml);
    expect(await problems()).toEqual([problem]);
  });

  it('names a file that is missing', async () => {
    rmSync(path.join(project.root, staging));
    expect(await problems()).toEqual([
      `${staging}:1:1 is missing: every profile has a file for every environment`,
    ]);
  });

  it('names a file that belongs to nothing, with the nearest name', async () => {
    project.write('config/quest/rules.stagng.yaml', goodYaml);
    expect(await problems()).toEqual([
      'config/quest/rules.stagng.yaml:1:1 belongs to nothing: files are named <profile>.<environment>.yaml → rules.staging.yaml',
    ]);
  });

  it('reads comments, order and anchors as the value they come to', async () => {
    project.write(
      staging,
      '# why\ndifficulty: &level easy # kept\ncoolDownMs: 1\nnotes: { level: *level }\n',
    );
    expect(await problems()).toEqual([]);
  });
});

describe('openWorkspace', () => {
  it('finds the project from a folder deep inside', async () => {
    mkdirSync(path.join(project.root, 'services/web'), { recursive: true });
    const workspace = await openWorkspace(path.join(project.root, 'services/web'));
    expect(workspace.root).toBe(project.root);
    expect(workspace.names).toEqual(['quest']);
  });

  it('says so when there is no project', async () => {
    const empty = mkdtempSync(path.join(tmpdir(), 'veltrix-empty-'));
    await expect(openWorkspace(empty)).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: `There is no config/<application>/application.ts in ${empty} or above it`,
    });
    rmSync(empty, { recursive: true });
  });

  it('offers the nearest application', async () => {
    const workspace = await openWorkspace(project.root);
    await expect(workspace.load('qest')).rejects.toMatchObject({
      message: '"qest" is no application of this project',
      hint: 'Did you mean "quest"? Known: quest.',
    });
  });

  it.each([
    ['does not compile', 'export const quest = ;', /^config\/quest\/application\.ts does not load: /],
    ['throws', "throw new Error('no luck');", /^config\/quest\/application\.ts does not load: no luck/],
    ['exports nothing', 'export const x = 1;', /^config\/quest\/application\.ts exports 0 applications/],
  ])('names an application that %s', async (_name, code, message) => {
    project.write('config/quest/application.ts', code);
    const workspace = await openWorkspace(project.root);
    await expect(workspace.load('quest')).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: expect.stringMatching(message),
    });
  });

  it('wants the folder to carry the name of its application', async () => {
    project.write('config/riddles/application.ts', "export { quest } from '../quest/application.js';\n");
    const workspace = await openWorkspace(project.root);
    await expect(workspace.load('riddles')).rejects.toMatchObject({
      message: 'config/riddles/application.ts defines "quest", but its folder is named "riddles"',
    });
  });
});
