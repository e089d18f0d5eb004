import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retire } from '../../cli/commands/act/retire.js';
import { trace } from '../../cli/commands/see/trace.js';
import { record } from '../control/in-memory-cloud.js';
import { createWorld, type World, yamlWith } from '../control/world.js';
import { type PersonOptions, personAt } from './person.js';

const at = ['quest/rules'];
const why = { message: 'merged into gameplay' };
const script: PersonOptions = { isTerminal: false };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** A project whose files name it no longer; the stacks, nodes and deployments have let go of it. */
async function unused(): Promise<PersonOptions> {
  await world.publishAndFinish(yamlWith(5000), 'opening');
  world.cloud.appConfig.nowMs += 100 * 60 * 60 * 1000;
  world.cloud.functions.set('veltrix-main-validate-quest-rules', undefined);
  return { directory: '/' };
}
const left = () => world.cloud.appConfig.versions.get('rules')?.length;

describe('retire at a terminal', () => {
  it('shows what goes, asks once, and deletes it', async () => {
    const anna = personAt(world, await unused());
    expect((await anna.types(retire, at, why)).exitCode).toBe(0);
    expect(anna.questions).toEqual(['Delete quest/rules and 1 version for good?']);
    expect(
      anna
        .shown()
        .replace(/v1-[0-9a-f]{8}/, 'v1-HASH')
        .split('\n'),
    ).toEqual([
      'memory',
      '✖ quest/rules goes, with 1 version, in all its environments',
      '  · the newest is v1-HASH  "opening"  anna',
      '  · staging: version 1 is deployed, 1 deployment in its history, which stay',
      '  · production: nothing is deployed, 0 deployments in its history, which stay',
      '  ✔ no file and no stack names it, no node holds it, nothing of it may be',
      '    reverted',
      '  0 versions left',
      '',
      '✔ quest/rules is retired, with 1 version  "merged into gameplay"  anna',
      '',
    ]);
    expect(left()).toBeUndefined();
  });

  it('deletes nothing when it is declined', async () => {
    const anna = personAt(world, { ...(await unused()), answer: false });
    expect((await anna.types(retire, at, why)).exitCode).toBe(0);
    expect(anna.shown()).toContain('Nothing was deleted.');
    expect(left()).toBe(1);
  });

  it('asks nobody where something is in the way', async () => {
    await unused();
    const anna = personAt(world);
    expect((await anna.types(retire, at, why)).exitCode).toBe(4);
    expect(anna.questions).toEqual([]);
    expect(anna.shown()).toContain('config/quest/application.ts names it');
  });

  it('looks again after the answer', async () => {
    const whileAsked = () => world.cloud.nodes.push(record({ node: 'n1', arrivedAtMs: world.cloud.clock() }));
    const anna = personAt(world, { ...(await unused()), whileAsked });
    expect((await anna.types(retire, at, why)).exitCode).toBe(4);
    expect(anna.shown()).toContain('n1 holds it in staging');
    expect(left()).toBe(1);
  });
});

it('stands afterwards with the last deployment of the profile', async () => {
  const anna = personAt(world, { ...(await unused()), yes: true });
  await anna.types(retire, at, why);
  await anna.types(trace, ['quest/staging', '1']);
  expect(anna.shown()).toMatch(/ {2}Retired +\S.*, by anna: merged into gameplay\n/);
});

describe('retire in a script', () => {
  it('asks nobody, and says what went', async () => {
    const robot = personAt(world, { ...script, ...(await unused()), json: true, yes: true });
    const { exitCode, data } = await robot.types(retire, at, why);
    expect([exitCode, robot.questions]).toEqual([0, []]);
    expect(data).toMatchObject({ profile: 'quest/rules', versions: 1 });
  });

  it.each([
    [{}, '--message: say why, in one sentence: -m "…"'],
    [{ ...why, keep: '20' }, '--keep: goes with --versions'],
    [{ ...why, versions: true }, '--message: nothing keeps a reason for versions that nobody needs'],
    [{ versions: true, keep: '9' }, '--keep: expected at least 10'],
  ])('refuses %o', async (options, message) => {
    const robot = personAt(world, script);
    const { exitCode, failure } = await robot.types(retire, at, options);
    expect(exitCode).toBe(2);
    expect(failure).toMatchObject({ message });
  });
});

describe('retire --versions', () => {
  const versions = { versions: true, keep: '10' };

  beforeEach(async () => {
    await world.publishAndFinish(yamlWith(5000), 'opening');
    const stored = world.cloud.appConfig.versions.get('rules') ?? [];
    while (stored.length < 16) stored.push({ version: stored.length + 1, bytes: new Uint8Array() });
    stored.splice(3, 1);
  });

  it('shows which go, asks once, and deletes them', async () => {
    const anna = personAt(world);
    expect((await anna.types(retire, at, versions)).exitCode).toBe(0);
    expect(anna.questions).toEqual(['Delete 4 versions of quest/rules for good?']);
    expect(anna.shown()).toContain('✖ quest/rules: 4 of 15 versions go: 2–3, 5–6\n');
    expect(anna.shown()).toContain('✔ quest/rules: 4 of 15 versions go; 11 stay\n');
    expect(left()).toBe(11);
  });

  it('deletes nothing when it is declined', async () => {
    const anna = personAt(world, { answer: false });
    await anna.types(retire, at, versions);
    expect(left()).toBe(15);
  });

  it('asks nobody where none can go', async () => {
    const anna = personAt(world);
    expect((await anna.types(retire, at, { versions: true })).exitCode).toBe(0);
    expect(anna.questions).toEqual([]);
    expect(anna.shown()).toContain('= quest/rules: none of 15 versions can go');
  });
});
