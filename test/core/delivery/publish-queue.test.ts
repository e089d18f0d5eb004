import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  enqueue,
  entryOf,
  isSameEntry,
  type PublishQueue,
  placeOf,
  type QueueEntry,
  unreadableEntry,
  waitingIn,
  withoutEntry,
} from '../../../core/delivery/publish-queue.js';

const entry = (profile: string, about: Partial<QueueEntry> = {}): QueueEntry => ({
  profile,
  version: 1,
  label: 'v1-aaaaaaaa',
  author: 'anna',
  reason: 'why',
  queuedAt: '2026-01-01T00:00:00.000Z',
  ...about,
});
const held = { why: 'rolled back', since: '2026-01-01T00:00:01.000Z' };
const queueOf = (...entries: QueueEntry[]): PublishQueue => ({ cluster: 'app/staging', entries });

describe('the queue', () => {
  it('puts a new profile at the end, and a newer publish in the place of the older one', () => {
    const queue = queueOf(entry('a'), entry('b'));
    expect(enqueue(queue, entry('c'))).toEqual(queueOf(entry('a'), entry('b'), entry('c')));
    const newer = entry('a', { version: 2 });
    expect(enqueue(queue, newer)).toEqual(queueOf(newer, entry('b')));
  });

  it('holds fifty entries, and lets those be replaced', () => {
    const full = queueOf(...Array.from({ length: 50 }, (_, index) => entry(`p${index}`)));
    expect(enqueue(full, entry('more'))).toBe('full');
    expect(enqueue(full, entry('p7', { version: 2 }))).toMatchObject({ entries: { length: 50 } });
  });

  it('counts places without those that wait for a person', () => {
    const queue = queueOf(entry('a', { held }), entry('b'), entry('c'));
    expect(['a', 'b', 'c'].map((profile) => placeOf(queue, profile))).toEqual([1, 1, 2]);
    expect(waitingIn(queue).map(({ profile }) => profile)).toEqual(['b', 'c']);
  });

  it('knows an entry again only while nothing happened to it', () => {
    const seen = entry('a');
    const released = { author: 'bo', reason: 'fine', at: held.since };
    expect(isSameEntry(seen, entry('a'))).toBe(true);
    for (const change of [{ version: 2 }, { queuedAt: held.since }, { held }, { released }]) {
      expect(isSameEntry(seen, entry('a', change))).toBe(false);
    }
    expect(isSameEntry(seen, entry('b'))).toBe(false);
  });

  it('holds what it cannot read, under a name that no profile has', () => {
    const stored = { profile: 'a', version: 4, strategy: 'warp', author: 'anna', queuedAt: held.since };
    const unreadable = unreadableEntry(stored, { id: '0a0a0a0a', why: 'strategy is unknown' });
    expect(unreadable).toEqual({
      profile: 'unreadable-0a0a0a0a',
      version: 4,
      label: '',
      author: 'anna',
      reason: '',
      queuedAt: held.since,
      held: {
        why: 'An entry of a that cannot be read: strategy is unknown. Another release wrote it: deploy the stacks, or drop it',
        since: held.since,
      },
      unreadable: stored,
    });
    const queue = queueOf(unreadable, entry('b'));
    expect(waitingIn(queue)).toEqual([entry('b')]);
    expect(enqueue(queue, entry('a'))).toMatchObject({
      entries: [unreadable, { profile: 'b' }, { profile: 'a' }],
    });
  });

  it('makes an entry of anything', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        const unreadable = unreadableEntry(stored, { id: 'x', why: 'y' });
        expect(unreadable).toMatchObject({ profile: 'unreadable-x', held: { why: expect.any(String) } });
        expect(unreadable.unreadable).toBe(stored);
        expect(Date.parse(unreadable.queuedAt)).not.toBeNaN();
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every other entry where it was, whatever comes and goes', () => {
    const profile = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const steps = fc.array(fc.record({ profile, puts: fc.boolean(), version: fc.nat(9) }), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (all) => {
        let queue = queueOf();
        for (const { profile, puts, version } of all) {
          const before = queue.entries;
          const next = puts
            ? enqueue(queue, entry(profile, { version: version + 1 }))
            : withoutEntry(queue, profile);
          if (next === 'full') throw new Error('five fit');
          queue = next;
          const others = (list: readonly QueueEntry[]) => list.filter((item) => item.profile !== profile);
          expect(others(queue.entries)).toEqual(others(before));
          expect(entryOf(queue, profile)?.version).toBe(puts ? version + 1 : undefined);
          const stood = before.findIndex((item) => item.profile === profile);
          if (puts && stood >= 0) expect(queue.entries[stood]?.profile).toBe(profile);
        }
      }),
    );
  });
});
