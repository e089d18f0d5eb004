/** The command against a local AWS with the real stacks in it, as two terminals of one project would use them. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, run, runJson, start, untilLine } from './command.js';
import { createSampleProject, type SampleProject } from './sample-project.js';

const gameplay = 'treasure-hunt/staging/gameplay';

let project: SampleProject;
let local: ChildProcess;
let place: { directory: string; environment: Readonly<Record<string, string>> };
let deployed: Ended;

beforeAll(async () => {
  project = createSampleProject();
  place = { directory: project.root, environment: project.environment };
  local = start(['local', 'up', '--port', '0', '--speed', '300', '--json'], place);
  await untilLine(local, ({ endpoint }) => typeof endpoint === 'string');
  deployed = await run(['local', 'deploy'], place);
});

afterAll(async () => {
  const ended = once(local, 'close');
  const { output } = await run(['local', 'down'], place);
  expect(output).toContain('stops');
  await ended;
  expect(project.leftovers()).toEqual([]);
  project.remove();
});

describe('a second terminal', () => {
  it('finds the local AWS of the project and deploys the stacks to it', () => {
    expect(deployed.output).toContain('✔ Veltrix-main-Delivery  created');
    expect(deployed.noise).toBe('');
    expect(deployed.exitCode).toBe(0);
  });

  it.each([
    ['treasure-hnt', '"treasure-hnt" is no deployed application', 'Did you mean "treasure-hunt"?'],
    ['treasure-hunt/stagin', '"stagin" is no environment of treasure-hunt', 'Did you mean "staging"?'],
    ['treasure-hunt/staging/limit', '"limit" is no profile of treasure-hunt', 'Did you mean "limits"?'],
  ])('is offered the nearest deployed name for %s', async (address, what, hint) => {
    const { exitCode, output } = await run(['status', address], place);
    expect(output).toContain(what);
    expect(output).toContain(hint);
    expect(exitCode).toBe(2);
  });

  it('is told the stages of the project when it names another', async () => {
    const { exitCode, output } = await run(['publish', gameplay, '-m', 'x', '--stage', 'other'], place);
    expect(output).toContain('There is no stage "other"');
    expect(output).toContain('The stages of infra/stages.ts are main.');
    expect(exitCode).toBe(2);
  });

  it('talks to what the environment names, when it names one', async () => {
    const elsewhere = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_REGION: 'x',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    };
    const environment = { ...project.environment, ...elsewhere };
    const { exitCode, output } = await run(['status'], { ...place, environment });
    expect(output).toContain('AWS cannot be reached');
    expect(exitCode).toBe(1);
  });
});

describe('the life of a version', () => {
  it('begins with nothing published', async () => {
    const { data } = await runJson(['status', gameplay], place);
    expect(data).toMatchObject({
      target: expect.stringMatching(/^local AWS at http:\/\/127\.0\.0\.1:\d+$/),
      profiles: [{ address: gameplay, state: 'unpublished' }],
    });
  });

  it('asks which profile is meant when none is named', async () => {
    const { exitCode, output } = await run(['publish', 'treasure-hunt/staging', '-m', 'x'], place);
    expect(output).toContain('✖ Which profile of treasure-hunt/staging?');
    expect(output).toContain(`veltrix publish ${gameplay} -m "…"`);
    expect(exitCode).toBe(2);
  });

  it('is published at once the first time', async () => {
    const { exitCode, data } = await runJson(['publish', gameplay, '-m', 'opening', '--wait'], place);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      address: gameplay,
      version: 1,
      previousVersion: 0,
      strategy: 'immediate',
      unchanged: false,
    });
  });

  it('is not published a second time', async () => {
    const { exitCode, output } = await run(['publish', gameplay, '-m', 'again'], place);
    expect(output).toBe(`= ${gameplay}: unchanged, nothing done (version 1 holds the same)\n`);
    expect(exitCode).toBe(0);
  });

  it('is planned with old and new', async () => {
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 4321');
    const { exitCode, output } = await run(['plan', gameplay], place);
    expect(output).toMatch(/~ {2}coolDownMs {2}\d+ → 4321\n {2}→ over version 1, linear-50 by default/);
    expect(exitCode).toBe(0);
  });

  it('is refused when it builds on another one', async () => {
    const { exitCode, data } = await runJson(['publish', gameplay, '-m', 'x', '--expect', '7'], place);
    expect(exitCode).toBe(4);
    expect(data).toMatchObject({
      error: { code: 'VELTRIX_VERSION_CONFLICT', expectedVersion: 7, deployedVersion: 1 },
    });
  });

  it('follows the strategy of its environment after that', async () => {
    const { exitCode, data } = await runJson(
      ['publish', gameplay, '-m', 'faster', '--expect', '1', '--wait'],
      place,
    );
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ version: 2, previousVersion: 1, strategy: 'linear-50' });
  });

  it('is refused with its place, while the one before stays', async () => {
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: soon');
    const { exitCode, output } = await run(['publish', gameplay, '-m', 'x'], place);
    expect(output).toMatch(/✖ config\/treasure-hunt\/gameplay\.staging\.yaml:\d+:13 {2}coolDownMs\n/);
    expect(output).toContain('Nothing was published; staging stays on version ');
    expect(exitCode).toBe(3);
  });

  it('finds the environment busy while another is under way', async () => {
    await expect
      .poll(async () => (await runJson(['status', gameplay], place)).data, { timeout: 20_000 })
      .toMatchObject({ profiles: [{ state: 'deployed', deployed: { version: 2 } }] });
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 1111');
    await run(['publish', gameplay, '-m', 'slow', '--strategy', 'canary-10'], place);
    project.edit(/^coolDownMs: .*$/m, 'coolDownMs: 2222');
    const { exitCode, data } = await runJson(['publish', gameplay, '-m', 'impatient'], place);
    expect(exitCode).toBe(4);
    expect(data).toMatchObject({ error: { code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS', retryable: true } });
  });

  it('is told by history, get, diff and events', async () => {
    const { data: told } = await runJson(['history', gameplay], place);
    expect(told).toMatchObject({
      entries: [
        { version: 3 },
        { version: 2, reason: 'faster', state: 'COMPLETE' },
        { version: 1, reason: 'opening' },
      ],
    });
    const { output: value } = await run(['get', `${gameplay}@2`], place);
    expect(value).toMatch(/^# treasure-hunt\/staging\/gameplay@2 · v2-[0-9a-f]{8} · "faster"/);
    expect(value).toContain('\ncoolDownMs: 4321\n');
    const { data: differs } = await runJson(['diff', `${gameplay}@1`, `${gameplay}@2`], place);
    expect(differs).toMatchObject({ changes: [{ path: 'coolDownMs', after: 4321 }] });
    await expect
      .poll(async () => (await run(['events', gameplay], place)).output, { timeout: 20_000 })
      .toMatch(/@1 {2}started.*@1 {2}completed.*@2 {2}started.*@2 {2}completed/s);
  });

  it('is held by no node where none reports', async () => {
    const { output } = await run(['nodes', 'treasure-hunt/staging'], place);
    expect(output).toContain('No node of treasure-hunt/staging reported within the last hour.');
  });
});

describe('undoing', () => {
  const rollback = (...words: string[]) => runJson(['rollback', gameplay, ...words], place);

  it('takes back what is on its way, or was a moment ago', async () => {
    const { exitCode, data } = await rollback('-m', 'too fast');
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      outcome: 'undo',
      how: expect.stringMatching(/^(stopped|reverted)$/),
      undoes: { version: 3, reason: 'slow' },
      back: { version: 2 },
      proof: { kind: 'proved', of: 0 },
    });
  });

  it('is done once, however often it is asked for', async () => {
    const { exitCode, data } = await rollback();
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ outcome: 'undone-already', how: 'none', back: { version: 2 } });
  });

  it('goes back to a version that is named, and forth again at once', async () => {
    expect((await rollback('--to', '1')).data).toMatchObject({ how: 'reverted', back: { version: 1 } });
    const { exitCode, data } = await rollback('--to', '2', '-m', 'it was right after all');
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ how: 'redeployed', back: { version: 2 } });
    const { data: told } = await runJson(['history', gameplay], place);
    expect(told).toMatchObject({ entries: [{ version: 2, reason: 'it was right after all' }, {}, {}, {}] });
  });

  it('needs a version that was in force', async () => {
    const { exitCode, output } = await run(['rollback', gameplay, '--to', '99', '--yes'], place);
    expect(exitCode).toBe(2);
    expect(output).toContain(`Version 99 was never deployed at ${gameplay}`);
  });

  it('shows an empty queue as such', async () => {
    const { exitCode, output } = await run(['queue', 'treasure-hunt/staging'], place);
    expect(exitCode).toBe(0);
    expect(output).toContain('Nothing waits in treasure-hunt/staging.');
  });

  it('takes common options after a verb of a verb', async () => {
    const { exitCode, data } = await runJson(['queue', 'drop', gameplay, '-m', 'x'], place);
    expect(exitCode).toBe(2);
    expect(data).toMatchObject({ error: { code: 'VELTRIX_USAGE' } });
  });
});
