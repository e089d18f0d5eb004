import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queue, queueDrop, queueRelease } from '../../cli/commands/act/queue.js';
import type { QueueEntry } from '../../core/delivery/publish-queue.js';
import { createWorld, fillHistory, type World } from '../control/world.js';
import { personAt } from './person.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

const entry = (profile: string, changes: Partial<QueueEntry> = {}): QueueEntry => ({
  profile,
  version: 3,
  label: 'v3-00000000',
  author: 'ben',
  reason: 'more room',
  queuedAt: '2026-01-01T00:00:00.000Z',
  ...changes,
});
const held = { why: 'the version before it was rolled back meanwhile', since: '2026-01-01T00:00:30.000Z' };

function occupy(): void {
  fillHistory(world, 1);
  const history = world.cloud.appConfig.history('staging');
  const newest = history.at(-1);
  if (newest) history[history.length - 1] = { ...newest, state: 'DEPLOYING', percentage: 20 };
}

describe('queue', () => {
  it('shows who waits, since when and why, and behind whom, within 80 columns', async () => {
    occupy();
    world.cloud.appConfig.nowMs += 90_000;
    world.cloud.queues.set('quest/staging', [entry('limits'), entry('rules', { held })]);
    const anna = personAt(world);
    const { exitCode } = await anna.types(queue, ['quest/staging']);
    expect(exitCode).toBe(0);
    const said = anna.shown().replace(/\s+/g, ' ');
    expect(said).toContain('limits v3 "more room" ben');
    expect(said).toContain('the version before it was rolled back meanwhile');
    expect(said).toContain('veltrix queue release quest/staging/rules -m');
    expect(said).toContain('behind other v1, deployment 1 at 20 %');
    expect(
      anna
        .shown()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('says that nothing waits', async () => {
    const anna = personAt(world);
    await anna.types(queue, ['quest/staging']);
    expect(anna.shown()).toBe('memory\nNothing waits in quest/staging.\n');
  });

  it('says what comes next where nothing runs', async () => {
    world.cloud.queues.set('quest/staging', [entry('limits')]);
    const anna = personAt(world);
    await anna.types(queue, ['quest/staging']);
    expect(anna.shown()).toContain('nothing runs: the next one starts within a minute');
  });

  it('is of one environment', async () => {
    expect((await personAt(world).types(queue, ['quest'])).exitCode).toBe(2);
  });
});

describe('queue release and drop', () => {
  it('take a reason', async () => {
    const anna = personAt(world);
    expect((await anna.types(queueDrop, ['quest/staging/rules'])).exitCode).toBe(2);
    expect(anna.shown()).toContain('--message: say why');
  });

  it('say what became of it', async () => {
    occupy();
    world.cloud.queues.set('quest/staging', [entry('rules', { held })]);
    const anna = personAt(world);
    const why = { message: 'the cause was another' };
    await anna.types(queueRelease, ['quest/staging/rules'], why);
    await anna.types(queueRelease, ['quest/staging/rules'], why);
    await anna.types(queueDrop, ['quest/staging/rules'], why);
    expect(anna.shown().split('\n')).toEqual([
      '✔ quest/staging/rules: version 3 goes on when its turn comes',
      '= quest/staging/rules: version 3 waits for its turn already',
      '✔ quest/staging/rules: version 3 was taken out of the queue',
      '',
    ]);
    expect(world.cloud.queues.get('quest/staging')).toEqual([]);
  });

  it('are a wrong usage where nothing of the profile waits', async () => {
    const anna = personAt(world);
    const { exitCode } = await anna.types(queueDrop, ['quest/staging/rules'], { message: 'x' });
    expect(exitCode).toBe(2);
    expect(anna.shown()).toContain('Nothing of quest/staging/rules waits in the queue');
  });
});
