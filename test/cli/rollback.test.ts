import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rollback } from '../../cli/commands/act/rollback.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { record } from '../control/in-memory-cloud.js';
import { createWorld, fillHistory, type World, yamlWith } from '../control/world.js';
import { personAt } from './person.js';

const at = ['quest/staging/rules'];

let world: World;
let labels: readonly string[];
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000), 'opening');
  await world.publishAndFinish(yamlWith(4000), 'shorter');
  labels = world.cloud.appConfig.history('staging').map(({ label }) => label ?? '');
});
afterEach(() => world.project.remove());

/** A fleet that polls: after so many looks everybody holds what is in force. */
function fleetOf(count: number, looks = 3): void {
  const say = (label: string | undefined) => {
    const arrivedAtMs = world.cloud.clock();
    const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    const records = names.map((node) => record({ node, arrivedAtMs, ...(label && { label }) }));
    world.cloud.nodes.splice(0, world.cloud.nodes.length, ...records);
  };
  let waits = 0;
  say(labels[1]);
  world.cloud.onWait = () => {
    world.cloud.appConfig.step('staging');
    say(++waits < looks ? labels[1] : labels[0]);
  };
}

function occupy(): void {
  fillHistory(world, 1);
  const history = world.cloud.appConfig.history('staging');
  const newest = history.at(-1);
  if (newest) history[history.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
}

const states = () => world.cloud.appConfig.history('staging').map(({ state }) => state);

describe('rollback at a terminal', () => {
  it('shows what comes back for how many, asks once, and proves it', async () => {
    fleetOf(40);
    const anna = personAt(world);
    const { exitCode } = await anna.types(rollback, at);
    expect(exitCode).toBe(0);
    expect(anna.questions).toEqual(['Roll quest/staging/rules back to version 1?']);
    expect(anna.shown()).toContain('quest/staging/rules  version 2 → 1\n');
    expect(anna.shown()).toContain('undoes  version 2  "shorter"  anna');
    expect(anna.shown()).toContain('~  coolDownMs  4000 → 5000\n');
    expect(anna.shown()).toContain('affects 40 nodes, 40 of them hold version 2\n');
    expect(anna.shown()).toContain('✔ quest/staging/rules: version 2 reverted, version 1 is in force\n');
    expect(anna.shown()).toContain('✔ 40/40 hold v1 after 3 s\n');
    expect(states()).toEqual(['COMPLETE', 'REVERTED']);
  });

  it('says so where who undid it is not kept, and ends well all the same', async () => {
    fleetOf(2);
    world.cloud.keepingFails = true;
    const anna = personAt(world);
    const { exitCode, data } = await anna.types(rollback, at, { message: 'errors doubled' });
    expect(exitCode).toBe(0);
    expect(anna.shown()).toContain('! who undid it and why is not kept: could not keep it\n');
    expect(data).toMatchObject({ notKept: 'could not keep it' });
    expect(states()).toEqual(['COMPLETE', 'REVERTED']);
  });

  it('names nodes that were silent before, which nobody can wait for', async () => {
    fleetOf(2);
    const say = world.cloud.onWait;
    const hush = () => {
      const names = ['s1', 's2', 's3', 's4', 's5'];
      world.cloud.nodes.push(
        ...names.map((node) => record({ node, arrivedAtMs: 0, label: labels[1] ?? '' })),
      );
    };
    hush();
    world.cloud.onWait = () => {
      say();
      hush();
    };
    const anna = personAt(world, { columns: 120 });
    const { exitCode, data } = await anna.types(rollback, at);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ proof: { kind: 'proved', of: 2, silent: ['s1', 's2', 's3', 's4', 's5'] } });
    expect(anna.shown()).toContain(
      '! 5 nodes silent since before it was undone, and not waited for: s1, s2, s3, s4 and 1 more\n',
    );
    expect(anna.shown()).toContain('→ veltrix nodes quest/staging --behind\n');
  });

  it('says that what waits may still have its turn, where nothing was done', async () => {
    world.cloud.queues.set('quest/staging', [
      {
        profile: 'rules',
        version: 9,
        label: 'v9-0a1b2c3d',
        author: 'ben',
        reason: 'later',
        queuedAt: '2026-01-01T00:00:00.000Z',
      },
    ]);
    fleetOf(1, 0);
    const anna = personAt(world, { columns: 140 });
    await anna.types(rollback, at, { to: '2', wait: false });
    expect(anna.shown()).toContain(
      '! version 9 by ben is in the queue and will have its turn; to take it out: veltrix queue drop quest/staging/rules -m "…"\n',
    );
    await anna.types(rollback, at, { wait: false });
    expect(anna.shown()).toContain(
      '! version 9 by ben is in the queue and waits for a person: veltrix queue release',
    );
  });

  it('does nothing when somebody declines', async () => {
    const anna = personAt(world, { answer: false });
    const { exitCode, data } = await anna.types(rollback, at);
    expect([exitCode, data]).toEqual([0, undefined]);
    expect(anna.shown()).toContain('Nothing was rolled back.');
    expect(states()).toEqual(['COMPLETE', 'COMPLETE']);
  });

  it('says who is in the way, and that stopping it undoes that too, in the one question', async () => {
    fleetOf(1);
    occupy();
    const anna = personAt(world);
    const { exitCode, data } = await anna.types(rollback, at);
    expect(exitCode).toBe(0);
    expect(anna.questions).toEqual(['Stop other, and roll quest/staging/rules back to version 1?']);
    expect(anna.shown().replace(/\s+/g, ' ')).toContain(
      'other v3 is in the way: deployment 3, at 20 % since 2026-01-01 00:00 UTC',
    );
    expect(anna.shown().replace(/\s+/g, ' ')).toContain('Stopping it rolls other back too.');
    expect(anna.shown()).toContain('other v3 was stopped for it and rolled back (deployment 3)');
    expect(data).toMatchObject({ stoppedOther: { profile: 'other', deployment: 3 } });
    expect(states()).toEqual(['COMPLETE', 'REVERTED', 'ROLLED_BACK']);
  });

  it('stops nothing else that came into the way while somebody thought', async () => {
    const anna = personAt(world, { whileAsked: occupy });
    const { exitCode } = await anna.types(rollback, at);
    expect(exitCode).toBe(4);
    expect(states()).toEqual(['COMPLETE', 'COMPLETE', 'DEPLOYING']);
  });

  it('undoes nothing that was deployed while somebody thought', async () => {
    const anna = personAt(world, { whileAsked: () => world.publishAndFinish(yamlWith(3000)) });
    const { exitCode, failure } = await anna.types(rollback, at);
    expect(exitCode).toBe(4);
    expect(failure).toMatchObject({ code: 'VELTRIX_ROLLBACK_OVERTAKEN' });
    expect(states()).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE']);
  });

  it('fits a terminal of 80 columns, and one of 60', async () => {
    for (const columns of [80, 60]) {
      fleetOf(2, 1000);
      world.cloud.queues.set('quest/staging', []);
      const anna = personAt(world, { columns });
      await anna.types(rollback, at, { timeout: '5s', to: columns === 80 ? '1' : '2' });
      const lines = anna.shown().split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
    }
  });
});

describe('rollback in a script', () => {
  const script = { isTerminal: false, yes: true };

  it('asks nothing, and prints nothing but what became of it', async () => {
    fleetOf(3);
    const ci = personAt(world, script);
    const { exitCode } = await ci.types(rollback, at, { message: 'errors doubled' });
    expect(exitCode).toBe(0);
    expect(ci.questions).toEqual([]);
    expect(ci.shown()).toContain('✔ quest/staging/rules: version 2 reverted, version 1 is in force\n');
    expect(ci.shown()).toContain('3/3 hold v1 after');
  });

  it("never stops another's rollout because of --yes alone", async () => {
    occupy();
    const ci = personAt(world, script);
    const { exitCode } = await ci.types(rollback, at);
    expect(exitCode).toBe(4);
    const said = ci.shown().replace(/\s+/g, ' ');
    expect(said).toContain('deployment 3 of other has been running since');
    expect(said).toContain('--stop-other');
    expect(states()).toEqual(['COMPLETE', 'COMPLETE', 'DEPLOYING']);
  });

  it('stops it with --stop-other', async () => {
    fleetOf(1);
    occupy();
    const ended = await personAt(world, script).types(rollback, at, { stopOther: true });
    expect(ended.exitCode).toBe(0);
    expect(states()).toEqual(['COMPLETE', 'REVERTED', 'ROLLED_BACK']);
  });

  it('gives data without AppConfig’s goal, and with its proof', async () => {
    fleetOf(2);
    const { data } = await personAt(world, { json: true, isTerminal: false }).types(rollback, at);
    expect(data).toMatchObject({
      target: 'memory',
      address: 'quest/staging/rules',
      outcome: 'undo',
      how: 'reverted',
      undoes: { version: 2, deployment: 2, author: 'anna', reason: 'shorter' },
      back: { version: 1, label: labels[0] },
      changes: [{ path: 'coolDownMs', before: 4000, after: 5000 }],
      nodes: { count: 2, holding: 2 },
      proof: { kind: 'proved', held: 2, of: 2 },
      queued: [],
    });
    expect(data).not.toHaveProperty('goal');
  });

  it('names who does not follow, with a cause, and says so by its exit code', async () => {
    fleetOf(2, 1000);
    const ci = personAt(world, script);
    const { exitCode, failure } = await ci.types(rollback, at, { timeout: '5s' });
    expect(exitCode).toBe(6);
    expect(ci.shown()).toMatch(/✖ 0\/2 hold v1 after [56] s\n/);
    expect(ci.shown()).toMatch(/n1 {2}.*v2-/);
    expect(failure).toMatchObject({ behind: ['n1', 'n2'] });
    expect(states()).toEqual(['COMPLETE', 'REVERTED']);
  });

  it('undoes without the table, and says that nobody can prove it', async () => {
    world.cloud.records.list = () => Promise.reject(new ServiceUnavailable('no table', { hint: 'none' }));
    const ci = personAt(world, script);
    const { exitCode, data } = await ci.types(rollback, at);
    expect(exitCode).toBe(6);
    expect(data).toMatchObject({ how: 'reverted', proof: { kind: 'unknown' } });
    expect(ci.shown().replace(/\s+/g, ' ')).toContain(
      'undone in AppConfig, but the nodes cannot prove it: no table',
    );
    expect(states()).toEqual(['COMPLETE', 'REVERTED']);
  });

  it('waits for nobody with --no-wait', async () => {
    world.cloud.records.list = () => Promise.reject(new ServiceUnavailable('no table', { hint: 'none' }));
    const { exitCode, data } = await personAt(world, script).types(rollback, at, { wait: false });
    expect(exitCode).toBe(0);
    expect(data).not.toHaveProperty('proof');
  });

  it('is done once, however often it is asked for', async () => {
    fleetOf(1);
    await personAt(world, script).types(rollback, at);
    const again = personAt(world, script);
    const { exitCode, data } = await again.types(rollback, at);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ outcome: 'undone-already', proof: { kind: 'proved' } });
    expect(again.shown().replace(/\s+/g, ' ')).toContain('was undone before, version 1 is in force');
    expect(states()).toEqual(['COMPLETE', 'REVERTED']);
  });

  it('has nothing to do for the version that is deployed', async () => {
    world.cloud.nodes.push(record({ node: 'a', label: labels[1] ?? '', arrivedAtMs: world.cloud.clock() }));
    world.cloud.onWait = () => {
      world.cloud.nodes[0] = record({
        node: 'a',
        label: labels[1] ?? '',
        arrivedAtMs: world.cloud.clock(),
      });
    };
    const ci = personAt(world, script);
    const { exitCode } = await ci.types(rollback, at, { to: '2' });
    expect(exitCode).toBe(0);
    expect(ci.shown()).toContain('= quest/staging/rules: version 2 is deployed already, nothing done');
    expect(states()).toEqual(['COMPLETE', 'COMPLETE']);
  });

  it('takes the version from the address, too', async () => {
    await world.publishAndFinish(yamlWith(3000));
    world.cloud.onWait = () => world.cloud.appConfig.step('staging');
    const { data } = await personAt(world, script).types(rollback, ['quest/staging/rules@1']);
    expect(data).toMatchObject({ how: 'redeployed', back: { version: 1 } });
  });

  it.each([
    [{ to: '7' }, 'Version 7 was never deployed at quest/staging/rules'],
    [{ to: 'x' }, '--to: expected a whole number'],
  ])('is a wrong usage with %j', async (options, message) => {
    const ci = personAt(world, script);
    const { exitCode } = await ci.types(rollback, at, options);
    expect(exitCode).toBe(2);
    expect(ci.shown()).toContain(message);
  });

  it('says what nodes do where nothing was in force before', async () => {
    const fresh = await createWorld();
    const { publish } = await import('../../control/act/publish.js');
    const address = { application: 'quest', environment: 'staging', profile: 'rules' };
    await publish(fresh.cloud, fresh.loaded, { address, author: 'anna', reason: 'opening' });
    const ci = personAt(fresh, script);
    const { exitCode } = await ci.types(rollback, at);
    expect(exitCode).toBe(0);
    expect(ci.shown().replace(/\s+/g, ' ')).toContain(
      'nodes that took it keep it until another version is published',
    );
    fresh.project.remove();
  });
});

describe('after a rollback', () => {
  const script = { isTerminal: false, yes: true };

  it('says that the file still says what was undone, and how to mend it', async () => {
    fleetOf(1);
    const ci = personAt(world, script);
    const { data } = await ci.types(rollback, at);
    const file = 'config/quest/rules.staging.yaml';
    expect(data).toMatchObject({ fileDrift: { file, version: 2 } });
    const said = ci.shown().replace(/\s+/g, ' ');
    expect(said).toContain(`${file} still says version 2: whoever publishes next brings it back`);
    expect(said).toContain(`veltrix get quest/staging/rules > ${file}`);
  });

  it('says nothing of a file that says something else', async () => {
    fleetOf(1);
    world.edit(yamlWith(5000));
    const { data } = await personAt(world, script).types(rollback, at);
    expect(data).not.toHaveProperty('fileDrift');
  });

  it('works where no project is', async () => {
    fleetOf(1);
    const { exitCode, data } = await personAt(world, { ...script, directory: tmpdir() }).types(rollback, at);
    expect(exitCode).toBe(0);
    expect(data).not.toHaveProperty('fileDrift');
  });

  it('tells what of the profile waits in the queue', async () => {
    fleetOf(1);
    const entry = {
      profile: 'rules',
      version: 3,
      label: 'v3-00000000',
      author: 'ben',
      reason: 'next',
      queuedAt: '2026-01-01T00:00:00.000Z',
    };
    world.cloud.queues.set('quest/staging', [{ ...entry, profile: 'other' }, entry]);
    const ci = personAt(world, script);
    const { data } = await ci.types(rollback, at);
    expect(data).toMatchObject({ queued: [{ profile: 'rules', version: 3 }] });
    expect(ci.shown().replace(/\s+/g, ' ')).toContain(
      'version 3 by ben is in the queue and waits for a person: veltrix queue release quest/staging/rules -m "…"',
    );
  });
});
