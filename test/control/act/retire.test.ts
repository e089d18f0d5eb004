import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demandApplicationProfile } from '../../../control/act/retire/facts.js';
import { fileNaming } from '../../../control/act/retire/named-in.js';
import { planRetirement, type RetirementOrder, retire } from '../../../control/act/retire/retire.js';
import { planVersions, removeOldVersions } from '../../../control/act/retire/versions.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { ServiceUnavailable, UsageError } from '../../../core/errors.js';
import { record, startMs } from '../in-memory-cloud.js';
import { createWorld, fillHistory, type World, yamlWith } from '../world.js';

const where = { application: 'quest', profile: 'rules' };
const hourMs = 60 * 60 * 1000;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** Two versions that went their way long ago, in stacks that have no `rules` any more. */
async function unused(): Promise<void> {
  await world.publishAndFinish(yamlWith(5000), 'opening');
  await world.publishAndFinish(yamlWith(4000), 'faster');
  world.cloud.appConfig.nowMs += 100 * hourMs;
  world.cloud.functions.set('veltrix-main-validate-quest-rules', undefined);
}

const order = (change: Partial<RetirementOrder> = {}) =>
  retire(world.cloud, { where, author: 'anna', reason: 'merged', ...change });
const left = () => world.cloud.appConfig.versions.get('rules')?.map(({ version }) => version);
const kept = () => world.cloud.rolloutRecords.get('quest/staging 2')?.retired;

describe('planRetirement', () => {
  it('tells what goes, and that nothing is in the way', async () => {
    await unused();
    expect(await planRetirement(world.cloud, { where })).toMatchObject({
      target: 'memory',
      profile: 'quest/rules',
      versions: 2,
      newest: { version: 2, author: 'anna', reason: 'faster' },
      environments: [
        { environment: 'staging', deployedVersion: 2, deployments: 2 },
        { environment: 'production', deployments: 0 },
      ],
      obstacles: [],
    });
    expect(left()).toEqual([1, 2]);
  });
});

describe('retire', () => {
  it('deletes the versions, then the profile', async () => {
    await unused();
    const told: number[] = [];
    const removed: number[] = [];
    world.cloud.onRemoval = (version) => removed.push(version);
    expect(await order({ onProgress: (count) => told.push(count) })).toMatchObject({
      profile: 'quest/rules',
      versions: 2,
      retired: { author: 'anna', reason: 'merged' },
    });
    expect(left()).toBeUndefined();
    expect(told).toEqual([1, 0]);
    // What is left of one that is interrupted is its newest.
    expect(removed).toEqual([1, 2]);
  });

  it('keeps who did it, and why, with the last deployment of each environment, before anything goes', async () => {
    await unused();
    world.cloud.onRemoval = () =>
      expect(kept()).toEqual({
        author: 'anna',
        caller: 'arn:aws:iam::000000000000:user/anna',
        reason: 'merged',
        at: new Date(world.cloud.clock()).toISOString(),
        versions: 2,
      });
    await order();
    expect(kept()).toBeDefined();
    expect(world.cloud.rolloutRecords.get('quest/staging 1')?.retired).toBeUndefined();
  });

  it('deletes nothing where that cannot be kept', async () => {
    await unused();
    world.cloud.keepingFails = true;
    await expect(order()).rejects.toBeInstanceOf(ServiceUnavailable);
    expect(left()).toEqual([1, 2]);
  });

  it('deletes a profile that nobody ever published', async () => {
    world.cloud.functions.set('veltrix-main-validate-quest-rules', undefined);
    expect(await order()).toMatchObject({ versions: 0 });
    expect(left()).toBeUndefined();
  });

  it('minds no deployment of another profile', async () => {
    await unused();
    fillHistory(world, 3);
    expect((await planRetirement(world.cloud, { where })).obstacles).toEqual([]);
    expect(await order()).toMatchObject({ versions: 2 });
    expect(kept()).toBeDefined();
  });

  it('goes on where it was interrupted', async () => {
    await unused();
    world.cloud.onRemoval = (version) => {
      if (version === 2) throw new ServiceUnavailable('no answer', { hint: 'none', retryable: true });
    };
    await expect(order()).rejects.toThrow('no answer');
    expect(left()).toEqual([2]);
    world.cloud.onRemoval = () => undefined;
    expect(await order()).toMatchObject({ versions: 1 });
    expect(left()).toBeUndefined();
  });

  it('takes along a version that is created meanwhile, and gives up on one who goes on', async () => {
    await unused();
    const create = () => {
      const made = left()?.at(-1) ?? 0;
      world.cloud.appConfig.versions.get('rules')?.push({ version: made + 1, bytes: new Uint8Array() });
    };
    let times = 1;
    world.cloud.onRemoval = () => {
      if (times-- > 0) create();
    };
    await order();
    expect(left()).toBeUndefined();
    world.cloud.appConfig.versions.set('rules', [{ version: 1, bytes: new Uint8Array() }]);
    world.cloud.onRemoval = create;
    await expect(order()).rejects.toThrow('somebody goes on creating versions of it');
  });
});

describe('a profile that somebody begins to read while its versions go', () => {
  it('stays without them, until it is retired again', async () => {
    await unused();
    world.cloud.onRemoval = () => {
      world.cloud.isRead = true;
    };
    await expect(order()).rejects.toThrow(
      'quest/rules is not retired: its versions are deleted, and it stays: AppConfig was asked for it within the last hour',
    );
    expect(left()).toEqual([]);
    world.cloud.isRead = false;
    expect(await order()).toMatchObject({ versions: 0 });
    expect(left()).toBeUndefined();
  });
});

describe('a profile that somebody needs is not retired', () => {
  const refused = async (change: Partial<RetirementOrder> = {}): Promise<string> => {
    const failure = await order(change).then(
      () => expect.unreachable(),
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'VELTRIX_RETIREMENT_REFUSED' });
    expect(left()).toEqual([1, 2]);
    expect(kept()).toBeUndefined();
    return failure.message.replace('quest/rules is not retired: ', '');
  };

  beforeEach(unused);

  it('while files name it', async () => {
    const open = () => openWorkspace(world.project.root);
    const namedIn = await fileNaming(open, where);
    expect(await refused({ namedIn })).toBe(
      'config/quest/application.ts names it: take it out of the application first',
    );
    expect(await fileNaming(open, { ...where, profile: 'other' })).toBeUndefined();
    expect(await fileNaming(open, { application: 'other', profile: 'rules' })).toBeUndefined();
    expect(await fileNaming(() => openWorkspace('/'), where)).toBeUndefined();
  });

  it('while the files cannot be read', async () => {
    world.project.write('config/broken/application.ts', 'export const broken = ;');
    const open = () => openWorkspace(world.project.root);
    await expect(fileNaming(open, { ...where, application: 'broken' })).rejects.toBeInstanceOf(UsageError);
  });

  it('while the stacks deploy it', async () => {
    world.cloud.functions.set('veltrix-main-validate-quest-rules', { variables: {} });
    expect(await refused()).toMatch(/^the stacks deploy it: /);
  });

  it('while nodes hold it, also those that have fallen silent', async () => {
    const nowMs = world.cloud.clock();
    const heard = { arrivedAtMs: nowMs };
    world.cloud.nodes.push(
      ...['n1', 'n2', 'n3', 'n4'].map((node) => record({ node, ...heard })),
      record({ node: 'gone', health: 'stopped', ...heard }),
      record({ node: 'silent', arrivedAtMs: nowMs - 30 * 60_000, cluster: 'quest/production' }),
      record({ node: 'newest', arrivedAtMs: nowMs, cluster: 'quest/production' }),
      { ...record({ node: 'other', ...heard }), profiles: {} },
    );
    expect(await refused()).toBe(
      'n1, n2, n3 and 1 more hold it in staging: release the service without it; newest, silent hold it in production: release the service without it',
    );
  });

  it('while a version of it waits in a queue', async () => {
    const entry = { profile: 'rules', version: 2, label: 'v2-0', author: 'a', reason: 'r', queuedAt: 'now' };
    world.cloud.queues.set('quest/production', [{ ...entry, profile: 'other' }, entry]);
    expect(await refused()).toBe('version 2 waits in the queue of production');
  });

  it('while it may be reverted', async () => {
    world.cloud.appConfig.nowMs = startMs + 20 * hourMs;
    expect(await refused()).toMatch(
      /^deployment 2 of it in staging may be reverted until 2026-01-04T00:00:\d\d/,
    );
  });

  it('while something reads it that does not report', async () => {
    world.cloud.isRead = true;
    expect(await refused()).toMatch(/^AppConfig was asked for it within the last hour/);
  });

  it('while its nodes, or its queue, cannot be read', async () => {
    const unreadable = async () => {
      throw new ServiceUnavailable('no answer', { hint: 'none', retryable: true });
    };
    const { records } = world.cloud;
    const { list } = records;
    records.list = unreadable;
    await expect(order()).rejects.toThrow('no answer');
    records.list = list;
    world.cloud.queue = unreadable;
    await expect(order()).rejects.toThrow('no answer');
    expect(left()).toEqual([1, 2]);
  });
});

describe('which profile is meant', () => {
  const messageOf = (path: string) =>
    demandApplicationProfile(world.cloud, path).then(
      () => expect.unreachable(),
      ({ message, hint }: UsageError) => `${message}. ${hint}`,
    );

  it('is said without an environment, since it ends in all of them', async () => {
    expect(await demandApplicationProfile(world.cloud, 'quest/rules')).toEqual(where);
    expect(await messageOf('quest/staging/rules')).toBe(
      '"quest/staging/rules" is no profile of an application. A profile belongs to its application and ends in all its environments at once: veltrix retire quest/rules -m "…"',
    );
    expect(await messageOf('quest')).toContain('veltrix retire quest/<profile>');
  });

  it('is none that is not there, with the nearest', async () => {
    expect(await messageOf('quest/rulez')).toBe(
      '"rulez" is no profile of quest. Did you mean "rules"? Known: rules.',
    );
    expect(await messageOf('quest/staging')).toMatch(/It is an environment, which is not retired by itself/);
  });
});

describe('old versions', () => {
  /** So many, of which the first two were deployed, long ago. */
  async function many(count: number): Promise<void> {
    await unused();
    const versions = world.cloud.appConfig.versions.get('rules') ?? [];
    while (versions.length < count) versions.push({ version: versions.length + 1, bytes: new Uint8Array() });
  }

  it('go when nobody needs them; deployed ones and the newest stay', async () => {
    await many(14);
    const plan = await planVersions(world.cloud, { where, keep: 10 });
    expect(plan).toEqual({ target: 'memory', profile: 'quest/rules', versions: 14, removes: [3, 4] });
    expect(left()).toHaveLength(14);
    await removeOldVersions(world.cloud, { where, keep: 10, agreed: plan.removes });
    expect(left()).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('go only as far as was agreed to, and are looked at again', async () => {
    await many(16);
    const entry = { profile: 'rules', version: 4, label: 'v4-0', author: 'a', reason: 'r', queuedAt: 'now' };
    world.cloud.queues.set('quest/staging', [entry]);
    const done = await removeOldVersions(world.cloud, { where, keep: 10, agreed: [3, 4, 5] });
    expect(done.removes).toEqual([3, 5]);
    expect(left()?.slice(0, 4)).toEqual([1, 2, 4, 6]);
  });

  it('stay where a queue cannot be read', async () => {
    await many(14);
    world.cloud.queue = async () => {
      throw new ServiceUnavailable('no answer', { hint: 'none', retryable: true });
    };
    await expect(removeOldVersions(world.cloud, { where, keep: 10, agreed: [3, 4] })).rejects.toThrow(
      'no answer',
    );
    expect(left()).toHaveLength(14);
  });
});
