import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish, publishOrQueue } from '../../../control/act/publish.js';
import { changeQueue, queue, type Turn, waitForTurn } from '../../../control/act/queue.js';
import type { QueueEntry } from '../../../core/delivery/publish-queue.js';
import { createWorld, fillHistory, rules, type World, yamlWith } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const cluster = { application: 'quest', environment: 'staging' };
const order = { address: rules, author: 'anna', reason: 'shorter' };

const entry = (profile: string, version: number, changes: Partial<QueueEntry> = {}): QueueEntry => ({
  profile,
  version,
  label: `v${version}-00000000`,
  author: 'ben',
  reason: 'because',
  queuedAt: '2026-01-01T00:00:00.000Z',
  ...changes,
});
const held = { why: 'version 1 was rolled back meanwhile', since: '2026-01-01T00:01:00.000Z' };
const waits = (...entries: QueueEntry[]) => world.cloud.queues.set('quest/staging', entries);

/** Another profile's deployment runs. */
function occupy(): void {
  fillHistory(world, 1);
  const history = world.cloud.appConfig.history('staging');
  const newest = history.at(-1);
  if (newest) history[history.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
}

describe('publishOrQueue', () => {
  it('publishes at once where nobody is before it, over whatever is deployed', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const requests: unknown[] = [];
    const { cloud } = world;
    const gate = cloud.publish.bind(cloud);
    cloud.publish = async (where, request) => {
      requests.push(request);
      return gate(where, request);
    };
    expect(await publishOrQueue(cloud, world.loaded, order)).toMatchObject({ version: 2, unchanged: false });
    await publishOrQueue(cloud, world.loaded, { ...order, expectedVersion: 1 });
    expect(requests).toMatchObject([{ queue: true }, { queue: true, expectedVersion: 1 }]);
    expect(requests[0]).not.toHaveProperty('expectedVersion');
  });

  it('waits its turn in a busy environment, and says where', async () => {
    occupy();
    world.edit(yamlWith(4000));
    expect(await publishOrQueue(world.cloud, world.loaded, order)).toMatchObject({
      target: 'memory',
      address: 'quest/staging/rules',
      version: 1,
      place: 1,
      previousVersion: 0,
    });
    expect(world.cloud.queues.get('quest/staging')).toMatchObject([{ profile: 'rules', version: 1 }]);
  });

  it('hands over the commit, and the reason to try again', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    await publish(world.cloud, world.loaded, order);
    world.cloud.appConfig.rollBack('staging');
    await expect(publish(world.cloud, world.loaded, order)).rejects.toMatchObject({
      code: 'VELTRIX_ROLLED_BACK_LATELY',
      version: 2,
    });
    const commit = '0123456789abcdef0123456789abcdef01234567';
    await publish(world.cloud, world.loaded, { ...order, commit, force: 'it was the network' });
    expect(world.cloud.rolloutRecords.get('quest/staging 3')).toMatchObject({
      publication: { commit, forced: 'it was the network', reason: 'shorter' },
    });
  });
});

describe('queue', () => {
  it('is shown with what runs, and the places of those that wait for their turn', async () => {
    occupy();
    waits(entry('alpha', 3), entry('beta', 4, { held }), entry('gamma', 5));
    expect(await queue(world.cloud, cluster)).toMatchObject({
      target: 'memory',
      cluster: 'quest/staging',
      running: { profile: 'other', number: 1, percentage: 20 },
      entries: [
        { profile: 'alpha', place: 1 },
        { profile: 'beta', held },
        { profile: 'gamma', place: 2 },
      ],
    });
    expect((await queue(world.cloud, cluster)).entries[1]).not.toHaveProperty('place');
  });

  it('is empty where nothing waits', async () => {
    const empty = await queue(world.cloud, cluster);
    expect(empty.entries).toEqual([]);
    expect(empty).not.toHaveProperty('running');
  });
});

describe('changeQueue', () => {
  const change = (action: 'release' | 'drop') =>
    changeQueue(world.cloud, { address: rules, action, author: 'anna', reason: 'checked' });

  it('takes an entry out', async () => {
    waits(entry('rules', 3));
    expect(await change('drop')).toEqual({
      target: 'memory',
      address: 'quest/staging/rules',
      action: 'drop',
      version: 3,
      unchanged: false,
    });
    expect(world.cloud.queues.get('quest/staging')).toEqual([]);
  });

  it('lets a held one go on, once', async () => {
    occupy();
    waits(entry('rules', 3, { held }));
    expect(await change('release')).toMatchObject({ action: 'release', unchanged: false });
    expect(world.cloud.queues.get('quest/staging')?.[0]).not.toHaveProperty('held');
    expect(await change('release')).toMatchObject({ unchanged: true });
  });

  it.each([
    [[], 'The queue of quest/staging is empty.'],
    [['alpha', 'beta'], 'There wait in quest/staging: alpha, beta.'],
  ])('is a wrong usage where nothing of the profile waits beside %j', async (profiles, hint) => {
    waits(...profiles.map((profile) => entry(profile, 1)));
    await expect(change('drop')).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: 'Nothing of quest/staging/rules waits in the queue',
      hint,
    });
  });
});

describe('waitForTurn', () => {
  const turns: Turn[] = [];
  const mine = entry('rules', 2, { label: 'v2-00000000' });
  const wait = (timeoutMs = 60_000) =>
    waitForTurn(world.cloud, {
      address: rules,
      label: 'v2-00000000',
      version: 2,
      timeoutMs,
      onProgress: (turn) => turns.push(turn),
    });

  beforeEach(() => {
    turns.length = 0;
  });

  /** What stands in the queue after so many looks. */
  const eachWait = (queues: readonly (readonly QueueEntry[])[], then: () => void = () => undefined) => {
    let waited = 0;
    waits(...(queues[0] ?? []));
    world.cloud.onWait = () => {
      waits(...(queues[++waited] ?? []));
      if (waited === queues.length - 1) then();
    };
  };

  const start = (version: number, label: string) => {
    fillHistory(world, 1, 'rules');
    const history = world.cloud.appConfig.history('staging');
    const newest = history.at(-1);
    if (newest) history[history.length - 1] = { ...newest, version, label, state: 'DEPLOYING' };
  };

  it('ends with its deployment, and tells who is before it until then', async () => {
    eachWait(
      [
        [entry('alpha', 3), entry('beta', 4, { held }), mine],
        [entry('beta', 4, { held }), mine],
        [entry('beta', 4, { held })],
      ],
      () => start(2, 'v2-00000000'),
    );
    expect(await wait()).toEqual({ version: 2, label: 'v2-00000000', deployment: 1 });
    expect(turns).toMatchObject([
      { place: 2, ahead: [{ profile: 'alpha', version: 3 }] },
      { place: 1, ahead: [] },
    ]);
  });

  it('follows its content to another number of the queue', async () => {
    const renumbered = { ...mine, version: 3, label: 'v3-00000000' };
    eachWait([[mine], [renumbered], []], () => start(3, 'v3-00000000'));
    expect(await wait()).toEqual({ version: 3, label: 'v3-00000000', deployment: 1 });
    expect(turns).toHaveLength(2);
  });

  it('ends with the version that holds the same already', async () => {
    eachWait([[mine], []], () => start(1, 'v1-00000000'));
    expect(await wait()).toEqual({ version: 1, label: 'v1-00000000', deployment: 1 });
  });

  it('does not take for it what was deployed once with the same content', async () => {
    start(1, 'v1-00000000');
    world.cloud.appConfig.rollBack('staging');
    eachWait([[mine], []]);
    await expect(wait()).rejects.toMatchObject({ code: 'VELTRIX_TAKEN_FROM_QUEUE' });
  });

  it('ends where a person is needed', async () => {
    eachWait([[mine], [{ ...mine, held }]]);
    await expect(wait()).rejects.toMatchObject({
      code: 'VELTRIX_QUEUE_HELD',
      message:
        'quest/staging/rules: version 2 waits in the queue for a person: version 1 was rolled back meanwhile',
      hint: expect.stringContaining('veltrix queue release quest/staging/rules -m'),
    });
  });

  it.each([
    ['was taken out of the queue', []],
    ['gave its place to version 3', [entry('rules', 3, { label: 'v3-33333333' })]],
  ])('ends where it %s', async (how, then) => {
    start(1, 'v1-11111111');
    eachWait([[mine], then]);
    await expect(wait()).rejects.toMatchObject({
      code: 'VELTRIX_TAKEN_FROM_QUEUE',
      message: `quest/staging/rules: version 2 ${how}`,
    });
  });

  it('gives up in time, and keeps its place', async () => {
    waits(entry('alpha', 3), mine);
    await expect(wait(3_000)).rejects.toMatchObject({
      code: 'VELTRIX_NOT_CONVERGED',
      message: 'version 2 waits at place 2, behind alpha v3 after 3 s',
    });
    expect(world.cloud.queues.get('quest/staging')).toHaveLength(2);
  });
});
