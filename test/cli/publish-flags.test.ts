import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitStateOf } from '../../cli/act/git.js';
import { publish } from '../../cli/commands/act/publish.js';
import type { QueueEntry } from '../../core/delivery/publish-queue.js';
import type { GuardReport } from '../../core/guard/report.js';
import { record } from '../control/in-memory-cloud.js';
import { createWorld, fillHistory, type World, yamlWith } from '../control/world.js';
import { personAt } from './person.js';

const at = ['quest/staging/rules'];
const why = { message: 'shorter' };
const script = { isTerminal: false };

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.publishAndFinish(yamlWith(5000));
});
afterEach(() => world.project.remove());

function git(...words: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=anna',
    '-c',
    'user.email=anna@example.org',
    '-c',
    'commit.gpgsign=false',
  ];
  return execFileSync('git', [...identity, ...words], { cwd: world.project.root, encoding: 'utf8' }).trim();
}

function commitAll(): string {
  git('init', '--quiet');
  git('add', 'config');
  git('commit', '--quiet', '-m', 'configuration');
  return git('rev-parse', 'HEAD');
}

function removeFromGit(file: string): void {
  git('rm', '--quiet', '--cached', file);
  git('commit', '--quiet', '-m', 'no longer in git');
}

function occupy(): void {
  fillHistory(world, 1);
  const history = world.cloud.appConfig.history('staging');
  const newest = history.at(-1);
  if (newest) history[history.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
}

const published = (number: number) => world.cloud.rolloutRecords.get(`quest/staging ${number}`)?.publication;
const lines = (shown: string) => shown.replace(/\s+/g, ' ');

describe('the commit of a publish', () => {
  it('is HEAD where the file is as committed there', async () => {
    world.edit(yamlWith(4000));
    const head = commitAll();
    await personAt(world, script).types(publish, at, why);
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    expect(published(2)?.commit).toBe(head);
  });

  it.each([
    ['is changed', () => world.edit(yamlWith(3000))],
    ['is not in it', () => removeFromGit('config/quest/rules.staging.yaml')],
    ['lies outside git', () => rmSync(`${world.project.root}/.git`, { recursive: true })],
  ])('is none where the file %s', async (_, happens) => {
    world.edit(yamlWith(4000));
    commitAll();
    happens();
    const { exitCode } = await personAt(world, script).types(publish, at, why);
    expect(exitCode).toBe(0);
    expect(published(2)).toMatchObject({ author: 'anna' });
    expect(published(2)).not.toHaveProperty('commit');
  });

  it('tells a file that is changed from one that git does not know of', () => {
    const file = 'config/quest/rules.staging.yaml';
    expect(gitStateOf(world.project.root, file)).toEqual({ kind: 'outside' });
    const commit = commitAll();
    expect(gitStateOf(world.project.root, file)).toEqual({ kind: 'committed', commit });
    world.edit(yamlWith(1));
    expect(gitStateOf(world.project.root, file)).toEqual({ kind: 'changed' });
    git('add', 'config');
    expect(gitStateOf(world.project.root, file)).toEqual({ kind: 'changed' });
    expect(gitStateOf(world.project.root, 'config/nothing.yaml')).toEqual({ kind: 'changed' });
    expect(gitStateOf('/nowhere/at/all', file)).toEqual({ kind: 'outside' });
  });
});

describe('publish --strategy immediate', () => {
  it('asks for what it is, and says it afterwards', async () => {
    world.edit(yamlWith(4000));
    const anna = personAt(world);
    await anna.types(publish, at, { ...why, strategy: 'immediate' });
    expect(anna.questions).toEqual(['Publish to all of quest/staging at once, without a guard?']);
    expect(lines(anna.shown())).toContain(
      '! everybody gets it at once, and no guard compares: it is recorded and counted as such',
    );
    expect(published(2)?.strategy).toBe('immediate');
  });

  it('is nothing to speak of for a first version', async () => {
    const anna = personAt(world, script);
    await anna.types(publish, ['quest/production/rules'], { ...why, strategy: 'immediate' });
    expect(anna.shown()).not.toContain('at once');
  });

  it('wants a reason, as every publish does', async () => {
    const { exitCode } = await personAt(world, script).types(publish, at, { strategy: 'immediate' });
    expect(exitCode).toBe(2);
  });
});

describe('publish --force', () => {
  it('tries again what was rolled back, and keeps the reason as such', async () => {
    world.edit(yamlWith(4000));
    await personAt(world, script).types(publish, at, why);
    world.cloud.appConfig.rollBack('staging');
    const refused = personAt(world, script);
    expect((await refused.types(publish, at, why)).exitCode).toBe(4);
    expect(refused.shown()).toContain('--force -m');
    const again = await personAt(world, script).types(publish, at, { message: 'it was DNS', force: true });
    expect(again.exitCode).toBe(0);
    expect(published(3)).toMatchObject({ forced: 'it was DNS', reason: 'it was DNS' });
  });
});

describe('publish --queue', () => {
  const held = { why: 'rolled back meanwhile', since: '2026-01-01T00:01:00.000Z' };
  const waiting = (): readonly QueueEntry[] => world.cloud.queues.get('quest/staging') ?? [];
  const other = {
    profile: 'other',
    version: 9,
    label: 'v9-00000000',
    author: 'ben',
    reason: 'x',
    queuedAt: '2026-01-01T00:00:00.000Z',
  };

  beforeEach(() => {
    occupy();
    world.edit(yamlWith(4000));
  });

  it('says its place and who is ahead, and is done', async () => {
    world.cloud.queues.set('quest/staging', [{ ...other, profile: 'third', held }, other]);
    const ci = personAt(world, script);
    const { exitCode, data } = await ci.types(publish, at, { ...why, queue: true });
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ place: 2, version: 2, ahead: [{ profile: 'other', version: 9 }] });
    expect(lines(ci.shown())).toBe(
      '✔ quest/staging/rules: version 2 waits at place 2 of the queue · behind other v9 → see it: veltrix queue quest/staging ',
    );
  });

  it('keeps what it builds on only where it is named', async () => {
    await personAt(world).types(publish, at, { ...why, queue: true });
    expect(waiting()[0]).not.toHaveProperty('expectedVersion');
    await personAt(world, script).types(publish, at, { ...why, queue: true, expect: '1' });
    world.edit(yamlWith(3000));
    await personAt(world, script).types(publish, at, { ...why, queue: true, expect: '1' });
    expect(waiting()).toMatchObject([{ version: 3, expectedVersion: 1 }]);
  });

  it('says which version it takes the place of', async () => {
    await personAt(world, script).types(publish, at, { ...why, queue: true });
    world.edit(yamlWith(3000));
    const ci = personAt(world, script);
    await ci.types(publish, at, { ...why, queue: true });
    expect(ci.shown()).toContain('in place of version 2');
  });

  it('with --wait waits for its turn, then for the fleet', async () => {
    world.cloud.nodes.push(record({ node: 'a', arrivedAtMs: world.cloud.clock() }));
    let waits = 0;
    world.cloud.onWait = () => {
      waits++;
      if (waits === 2) world.cloud.appConfig.finish('staging');
      if (waits === 3) {
        world.cloud.gate = undefined;
        void world.cloud.publish({ application: 'quest', environment: 'staging' }, {
          advance: true,
        } as never);
      }
      const label = world.cloud.appConfig.history('staging').at(-1)?.label ?? '';
      world.cloud.nodes[0] = record({
        node: 'a',
        arrivedAtMs: world.cloud.clock(),
        ...(waits > 6 && { label }),
      });
    };
    const ci = personAt(world, script);
    const { exitCode, data } = await ci.types(publish, at, { ...why, queue: true, wait: true });
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({ version: 2, deployment: 3, fleet: { holding: ['a'] } });
    expect(ci.shown()).toContain('✔ 1/1 node hold it after');
    expect(waiting()).toEqual([]);
  });

  it('with --wait ends where a person is needed, with the reason', async () => {
    world.cloud.onWait = () => {
      const [entry] = waiting();
      if (entry) world.cloud.queues.set('quest/staging', [{ ...entry, held }]);
    };
    const ci = personAt(world, script);
    const { exitCode } = await ci.types(publish, at, { ...why, queue: true, wait: true });
    expect(exitCode).toBe(4);
    expect(lines(ci.shown())).toContain('version 2 waits in the queue for a person: rolled back meanwhile');
  });

  it('ends where the same content waits for a person already', async () => {
    await personAt(world, script).types(publish, at, { ...why, queue: true });
    world.cloud.queues.set('quest/staging', [{ ...(waiting()[0] ?? other), held }]);
    const again = await personAt(world, script).types(publish, at, { ...why, queue: true });
    expect(again).toMatchObject({ exitCode: 4, failure: { code: 'VELTRIX_QUEUE_HELD' } });
  });
});

describe('publish --after', () => {
  const label = () => world.cloud.appConfig.history('staging')[0]?.label ?? '';
  const production = ['quest/production/rules'];
  const after = { ...why, after: 'quest/staging' };

  it('publishes its own file once the other environment is well, and says so', async () => {
    world.cloud.nodes.push(record({ node: 'a', label: label() }));
    const ci = personAt(world, script);
    const { exitCode, data } = await ci.types(publish, production, after);
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      address: 'quest/production/rules',
      after: { address: 'quest/staging/rules', version: 1, nodeCount: 1 },
    });
    expect(ci.shown()).toContain('after quest/staging/rules v1, held by 1 node\n');
  });

  it('publishes nothing otherwise, and asks nobody', async () => {
    world.edit(yamlWith(1234));
    const anna = personAt(world);
    const { exitCode, failure } = await anna.types(publish, production, after);
    expect(exitCode).toBe(4);
    expect(failure).toMatchObject({ code: 'VELTRIX_PREREQUISITE_UNMET' });
    expect(anna.questions).toEqual([]);
    expect(world.cloud.appConfig.history('production')).toEqual([]);
  });

  it('wants both files as committed in a project that is in git', async () => {
    commitAll();
    expect((await personAt(world, script).types(publish, production, after)).exitCode).toBe(0);
    world.project.write('config/quest/rules.production.yaml', yamlWith(7777));
    const { failure } = await personAt(world, script).types(publish, production, after);
    expect(failure).toMatchObject({ unmet: ['config/quest/rules.production.yaml is not as committed'] });
  });
});

describe('publish --wait', () => {
  const beginWith = (state: 'BAKING' | 'COMPLETE') => {
    world.edit(yamlWith(4000));
    world.cloud.onWait = () => {
      const running = world.cloud.appConfig.running('staging');
      if (running && (state === 'COMPLETE' || running.state !== 'BAKING')) {
        world.cloud.appConfig.step('staging');
      }
      const isOut = world.cloud.appConfig.history('staging').at(-1)?.state === state;
      const label = world.cloud.appConfig.history('staging').at(-1)?.label ?? '';
      world.cloud.nodes.splice(
        0,
        1,
        record({ node: 'a', arrivedAtMs: world.cloud.clock(), ...(isOut && { label }) }),
      );
    };
  };

  const looked: GuardReport = {
    verdict: 'healthy',
    action: 'none',
    summary: 'fine',
    looks: 1,
    lookedAtMs: 1,
    nodes: { tested: 1, previous: 0 },
    signals: [],
  };

  it('says that the bake goes on, until when, and how to undo', async () => {
    beginWith('BAKING');
    world.cloud.rolloutRecords.set('quest/staging 2', { guard: looked });
    const ci = personAt(world, script);
    const { data } = await ci.types(publish, at, { ...why, wait: true });
    expect(data).toMatchObject({
      fleet: { state: 'BAKING', guard: 'looking', bakesUntil: expect.stringMatching(/^2026-/) },
    });
    expect(data).not.toHaveProperty('fleet.deployment');
    expect(lines(ci.shown())).toMatch(
      /bakes until about 00:0\d:\d\d UTC, and is guarded; undo: veltrix rollback quest\/staging\/rules/,
    );
  });

  it.each([
    ['that nobody saw', undefined, 'no guard has looked so far'],
    ['that sees nothing', { ...looked, blind: { why: 'no report', looks: 2 } }, 'its guard is blind'],
  ])('promises no guard %s', async (_, guard, words) => {
    beginWith('BAKING');
    if (guard) world.cloud.rolloutRecords.set('quest/staging 2', { guard });
    const ci = personAt(world, script);
    const { data } = await ci.types(publish, at, { ...why, wait: true });
    expect(data).toMatchObject({ fleet: { state: 'BAKING' } });
    expect(lines(ci.shown())).toMatch(/· bakes until about 00:0\d:\d\d UTC, and /);
    expect(lines(ci.shown())).toContain(`UTC, and ${words}; undo: veltrix rollback`);
    expect(ci.shown()).not.toContain('is guarded');
  });

  it('says nothing of a bake that is over', async () => {
    beginWith('COMPLETE');
    const ci = personAt(world, script);
    await ci.types(publish, at, { ...why, wait: true });
    expect(ci.shown()).toContain('1/1 node hold it');
    expect(ci.shown()).not.toContain('bakes');
  });

  it('tells what the guard said of what was rolled back', async () => {
    world.edit(yamlWith(4000));
    world.cloud.onWait = () => {
      world.cloud.rolloutRecords.set('quest/staging 2', {
        guard: {
          verdict: 'unhealthy',
          action: 'rollback',
          summary: '41 errors in 3,020 requests, 63x worse',
          looks: 2,
          lookedAtMs: 1,
          nodes: { tested: 1, previous: 0 },
          signals: [],
        },
      });
      world.cloud.appConfig.rollBack('staging');
    };
    world.cloud.nodes.push(record({ node: 'a' }));
    const { exitCode, failure } = await personAt(world, script).types(publish, at, { ...why, wait: true });
    expect(exitCode).toBe(5);
    expect((failure as Error).message).toBe(
      'quest/staging/rules: deployment 2 was rolled back: Rollback initiated by a test - guard: 41 errors in 3,020 requests, 63x worse',
    );
  });

  it('fits 80 columns', async () => {
    beginWith('BAKING');
    const anna = personAt(world);
    await anna.types(publish, at, { ...why, wait: true, strategy: 'immediate' });
    expect(
      anna
        .shown()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});
