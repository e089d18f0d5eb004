import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, type Project } from '../control/project.js';
import { createScratch, run, runJson } from './command.js';

let project: Project;
let place: { directory: string };
beforeAll(() => {
  project = createProject();
  place = { directory: project.root };
});
afterAll(() => project.remove());

describe('a usage error', () => {
  it.each([
    ['an unknown verb', ['stauts'], "unknown command 'stauts'", 'Did you mean status?'],
    ['an unknown inner verb', ['local', 'upp'], "unknown command 'upp'", 'Did you mean up?'],
    ['an unknown option', ['status', '--wach'], "unknown option '--wach'", 'Did you mean --watch?'],
    ['a missing argument', ['plan'], "missing required argument 'address'", 'See `veltrix --help`.'],
    ['an argument too many', ['check', 'a', 'b'], 'too many arguments', 'See `veltrix --help`.'],
    [
      'no address',
      ['plan', 'Quest/Staging'],
      '"Quest/Staging" is not an address',
      'Write application/environment/profile',
    ],
    [
      'an address without environment',
      ['plan', 'quest'],
      'Which environment of quest?',
      'Write application/environment',
    ],
    [
      'an unknown application',
      ['plan', 'qest/staging'],
      '"qest" is no application of this project',
      'Did you mean "quest"?',
    ],
    [
      'an unknown environment',
      ['plan', 'quest/stagin'],
      '"stagin" is no environment of quest',
      'Did you mean "staging"?',
    ],
    [
      'an unknown profile',
      ['publish', 'quest/staging/ruls', '-m', 'x'],
      '"ruls" is no profile of quest',
      'Did you mean "rules"?',
    ],
    ['no reason', ['publish', 'quest/staging/rules'], '--message: say why', 'Add --help'],
    ['an empty reason', ['publish', 'quest/staging/rules', '-m', '  '], '--message: say why', 'Add --help'],
    [
      'an unknown strategy',
      ['publish', 'quest/staging/rules', '-m', 'x', '--strategy', 'slow'],
      '--strategy: expected one of immediate',
      'Add --help',
    ],
    [
      'no version',
      ['publish', 'quest/staging/rules', '-m', 'x', '--expect', 'last'],
      '--expect: expected a whole number',
      'Add --help',
    ],
    ['no duration', ['history', '--since', 'yesterday'], '"yesterday" is not a duration', 'Write 90s'],
    ['too many nodes', ['dev', '--nodes', '1000'], '--nodes: expected at most 100', 'Add --help'],
    ['no port', ['local', 'up', '--port', '99999'], '--port: expected at most 65535', 'Add --help'],
  ])('by %s names it, says what to do, and ends with 2', async (_name, words, what, hint) => {
    const { exitCode, output, noise } = await run(words, place);
    expect(output).toContain(`✖ ${what}`);
    expect(output).toContain(`→ ${hint}`);
    expect(output).not.toContain('\u001B');
    expect(noise).toBe('');
    expect(exitCode).toBe(2);
  });

  it('is data for programs under --json', async () => {
    const { exitCode, data } = await runJson(['plan', 'quest/stagin'], place);
    expect(exitCode).toBe(2);
    expect(data).toEqual({
      error: {
        code: 'VELTRIX_USAGE',
        message: '"stagin" is no environment of quest',
        hint: 'Did you mean "staging"? Known: staging, production.',
        retryable: false,
        exitCode: 2,
      },
    });
  });

  it('is data also where the command line itself cannot be read', async () => {
    const { exitCode, data } = await runJson(['stauts'], place);
    expect(exitCode).toBe(2);
    expect(data).toMatchObject({ error: { code: 'VELTRIX_USAGE', hint: 'Did you mean status?' } });
  });

  it('is standing outside of any project', async () => {
    const empty = createScratch();
    const { exitCode, output } = await run(['check'], { directory: empty.path });
    expect(output).toContain('There is no config/<application>/application.ts in');
    expect(exitCode).toBe(2);
    empty.remove();
  });
});

describe('veltrix check', () => {
  it('ends with 0 when every file is right', async () => {
    const { exitCode, output, noise } = await run(['check'], place);
    expect(output).toBe(
      [
        '✔ config/quest/rules.staging.yaml  quest/staging/rules',
        '✔ config/quest/rules.production.yaml  quest/production/rules',
        '',
        '2 files, no problem.',
        '',
      ].join('\n'),
    );
    expect(noise).toBe('');
    expect(exitCode).toBe(0);
  });

  it('works from a folder deep inside', async () => {
    const deep = path.join(project.root, 'a/b');
    mkdirSync(deep, { recursive: true });
    expect(await run(['check', 'quest'], { directory: deep })).toMatchObject({ exitCode: 0 });
  });

  describe('given a file that is wrong', () => {
    let broken: Project;
    beforeAll(() => {
      broken = createProject();
      writeFileSync(
        path.join(broken.root, 'config/quest/rules.staging.yaml'),
        '# slips\ncoolDownMs: "800ms"\ndificulty: easy\ndifficulty: easy\n',
      );
    });
    afterAll(() => broken.remove());

    it('shows file, line, path, expectation and fix, and ends with 3', async () => {
      const { exitCode, output } = await run(['check'], { directory: broken.root });
      expect(output).toContain(
        '✖ config/quest/rules.staging.yaml:2:13  coolDownMs\n    is "800ms" — expected',
      );
      expect(output).toContain('    → write 800\n');
      expect(output).toContain('✖ config/quest/rules.staging.yaml:3:1  dificulty\n    is unknown');
      expect(output).toContain('    → write difficulty\n');
      expect(output).toContain('2 files, 2 problems.');
      expect(exitCode).toBe(3);
    });

    it('gives all of it to programs', async () => {
      const { exitCode, data } = await runJson(['check'], { directory: broken.root });
      expect(exitCode).toBe(3);
      expect(data).toMatchObject({
        problemCount: 2,
        files: [
          {
            file: 'config/quest/rules.staging.yaml',
            problems: [
              { path: 'coolDownMs', line: 2, column: 13, suggestion: '800' },
              { path: 'dificulty', line: 3, column: 1, suggestion: 'difficulty' },
            ],
          },
          { problems: [] },
        ],
        error: { code: 'VELTRIX_CONTENT_REFUSED', exitCode: 3 },
      });
    });

    it('refuses to publish it without asking AWS', async () => {
      const { exitCode, output } = await run(['publish', 'quest/staging/rules', '-m', 'x'], {
        directory: broken.root,
      });
      expect(output).toContain('→ write 800');
      expect(output).toContain('Nothing was published.');
      expect(exitCode).toBe(3);
    });
  });
});

describe('without an AWS to talk to', () => {
  it.each([
    ['no region', {}, 'There is no AWS region to ask'],
    ['no credentials', { AWS_REGION: 'eu-west-1' }, 'There are no AWS credentials'],
    [
      'nobody at the endpoint',
      {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
      'AWS cannot be reached',
    ],
  ])('(%s) a question ends with 1 and says how to get one', async (_name, environment, what) => {
    const home = createScratch();
    const { exitCode, output, noise } = await run(['status'], {
      directory: project.root,
      environment: { HOME: home.path, ...environment },
    });
    expect(output).toContain(what);
    expect(output).toContain('Start the local AWS with `npx veltrix dev`');
    expect(noise).toBe('');
    expect(exitCode).toBe(1);
    home.remove();
  });

  it('there is no local AWS to stop', async () => {
    expect(await run(['local', 'down'], place)).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining('No local AWS runs for this project'),
    });
  });
});
