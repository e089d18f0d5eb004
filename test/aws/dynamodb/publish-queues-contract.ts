/** What every PublishQueues must do. */

import { expect, it } from 'vitest';
import type { PublishQueues, QueueEntry } from '../../../core/delivery/publish-queue.js';

export function publishQueuesContract(make: () => Promise<PublishQueues>): void {
  const cluster = 'app/staging';
  const entry: QueueEntry = {
    profile: 'gameplay',
    version: 3,
    label: 'v3-0a0a0a0a',
    author: 'Jörg',
    caller: 'arn:aws:iam::123456789012:user/joerg',
    reason: 'größer 🎁',
    commit: 'a'.repeat(40),
    strategy: 'canary-10',
    expectedVersion: 2,
    forced: 'it was the network',
    queuedAt: '2026-01-01T00:00:00.000Z',
    held: { why: 'rolled back', since: '2026-01-01T00:01:00.000Z' },
    released: { author: 'bo', reason: 'fine', at: '2026-01-01T00:00:30.000Z' },
  };
  const { held: _held, released: _released, ...plain } = entry;

  it('gives an empty queue, never written, for an environment without one', async () => {
    const queues = await make();
    expect(await queues.read(cluster)).toEqual({ queue: { cluster, entries: [] }, revision: 0 });
  });

  it('gives back what was written, in its order, with a revision that grows by one', async () => {
    const queues = await make();
    const limits = { ...plain, profile: 'limits' };
    expect(await queues.write({ cluster, entries: [entry] }, 0)).toBe('saved');
    expect(await queues.write({ cluster, entries: [limits, entry] }, 1)).toBe('saved');
    expect(await queues.read(cluster)).toEqual({ queue: { cluster, entries: [limits, entry] }, revision: 2 });
    expect(await queues.write({ cluster, entries: [] }, 2)).toBe('saved');
    expect(await queues.read(cluster)).toEqual({ queue: { cluster, entries: [] }, revision: 3 });
  });

  it('refuses to write over a revision that is not the stored one, and keeps what is stored', async () => {
    const queues = await make();
    expect(await queues.write({ cluster, entries: [] }, 1)).toBe('lost');
    await queues.write({ cluster, entries: [entry] }, 0);
    expect(await queues.write({ cluster, entries: [] }, 0)).toBe('lost');
    expect(await queues.write({ cluster, entries: [] }, 2)).toBe('lost');
    expect((await queues.read(cluster)).queue.entries).toEqual([entry]);
  });

  it('lets exactly one of many writers win', async () => {
    const queues = await make();
    const writers = Array.from({ length: 8 }, () => queues.write({ cluster, entries: [entry] }, 0));
    expect((await Promise.all(writers)).filter((result) => result === 'saved')).toHaveLength(1);
  });

  it('holds fifty entries of the longest words', async () => {
    const queues = await make();
    const words = '🎁'.repeat(250);
    const long = {
      ...entry,
      reason: words,
      forced: words,
      held: { why: words.repeat(4), since: entry.queuedAt },
    };
    const entries = Array.from({ length: 50 }, (_, index) => ({ ...long, profile: `p${index}` }));
    expect(await queues.write({ cluster, entries }, 0)).toBe('saved');
    expect((await queues.read(cluster)).queue.entries).toHaveLength(50);
  });

  it('keeps environments apart', async () => {
    const queues = await make();
    await queues.write({ cluster, entries: [entry] }, 0);
    expect((await queues.read('app/production')).revision).toBe(0);
  });
}
