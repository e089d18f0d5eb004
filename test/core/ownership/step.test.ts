import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyAssignment,
  type Grant,
  type GrantTable,
  type Life,
} from '../../../core/assignment/table/table.js';
import { claimSchema } from '../../../core/ownership/claims.js';
import {
  claimOf,
  createOwnership,
  dueAtMs,
  epochAt,
  mayFinishUntilMs,
  type Ownership,
  type OwnershipEvent,
} from '../../../core/ownership/ownership.js';
import { step } from '../../../core/ownership/step.js';
import { epochMs } from '../../../core/time.js';

const self: Life = { node: 'a', incarnation: 'a1' };
const other: Life = { node: 'b', incarnation: 'b1' };

const grant = (change: Partial<Grant> = {}, to: Life = self): Grant => ({
  owners: [to.node],
  incarnations: [to.incarnation],
  epoch: 1,
  sinceMs: epochMs(0),
  began: 1,
  waitsFor: [],
  ...change,
});
const table = (generation: number, ...slots: Grant[]): GrantTable => ({ generation, slots });
const read = (nowMs: number, of: GrantTable, startedMs = nowMs): OwnershipEvent => ({
  kind: 'read',
  nowMs,
  startedMs,
  table: of,
});
const tick = (nowMs: number): OwnershipEvent => ({ kind: 'tick', nowMs });

/** Notices as words: `+0@1` assigned, `-0@1` revoked, `!0@1` expired. */
function play(...events: OwnershipEvent[]): { readonly ownership: Ownership; readonly told: string[] } {
  let ownership = createOwnership(self);
  const told: string[] = [];
  for (const event of events) {
    const stepped = step(ownership, event);
    ownership = stepped.ownership;
    for (const { kind, partition, epoch } of stepped.notices)
      told.push(`${{ assigned: '+', revoked: '-', expired: '!' }[kind]}${partition}@${epoch}`);
  }
  return { ownership, told };
}

const mine = table(1, grant());
const lost = table(2, grant({ epoch: 2, began: 2, waitsFor: [self] }, other));
const waiting = table(2, grant({ epoch: 2, began: 2, waitsFor: [other] }));

describe('a life of a node', () => {
  it('serves nothing before it has read', () => {
    expect(epochAt(createOwnership(self), 0, 0)).toBeUndefined();
  });

  it('serves what is granted to it and waits for nobody, at once, until 8 s after the read started', () => {
    const { ownership, told } = play(read(500, mine, 100));
    expect([told, epochAt(ownership, 0, 8_099.9), epochAt(ownership, 0, 8_100)]).toEqual([
      ['+0@1'],
      1,
      undefined,
    ]);
    expect([mayFinishUntilMs(ownership, 0), dueAtMs(ownership, 500)]).toEqual([10_100, 8_100]);
  });

  it('serves nothing that is granted to another, or to another life of its node', () => {
    const { ownership } = play(
      read(0, table(1, grant({}, other), grant({}, { node: 'a', incarnation: 'a0' }))),
    );
    expect([epochAt(ownership, 0, 0), epochAt(ownership, 1, 0), dueAtMs(ownership, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('goes on while reads succeed, of the table or of its generation', () => {
    const confirmed: OwnershipEvent = { kind: 'confirmed', nowMs: 12_100, startedMs: 12_000, generation: 1 };
    const { ownership, told } = play(read(0, mine), read(6_500, mine, 6_000), confirmed);
    expect([told, epochAt(ownership, 0, 19_999)]).toEqual([['+0@1'], 1]);
  });

  it('goes by the read that started last, whichever ends last', () => {
    const { ownership } = play(read(1_000, mine, 900), read(1_100, mine, 500));
    expect(ownership.readStartedMs).toBe(900);
  });

  it('does not take the end of an earlier epoch for the end of this one', () => {
    const earlier: OwnershipEvent = { kind: 'finished', nowMs: 1_500, partition: 0, epoch: 0 };
    const { ownership } = play(read(0, mine), read(1_000, lost), earlier);
    expect(mayFinishUntilMs(ownership, 0)).toBe(3_000);
  });

  it('is told when its lease runs out, may finish until its end, and resumes the same epoch', () => {
    const lapsed = play(read(0, mine), tick(8_000));
    expect([lapsed.told, mayFinishUntilMs(lapsed.ownership, 0)]).toEqual([['+0@1', '-0@1'], 10_000]);
    const { told } = play(read(0, mine), tick(8_000), tick(10_000), read(15_000, mine, 14_000));
    expect(told).toEqual(['+0@1', '-0@1', '!0@1', '+0@1']);
  });

  it('that slept through its lease hears so before anything else', () => {
    expect(play(read(0, mine), read(30_000, lost)).told).toEqual(['+0@1', '-0@1', '!0@1']);
  });

  it('that loses a partition admits nothing more, and says so once it has finished', () => {
    const losing = play(read(0, mine), read(1_000, lost));
    expect([losing.told, epochAt(losing.ownership, 0, 1_000), mayFinishUntilMs(losing.ownership, 0)]).toEqual(
      [['+0@1', '-0@1'], undefined, 3_000],
    );
    expect(claimOf(losing.ownership)).toEqual({ letGo: 1, begun: 2 });
    const finished: OwnershipEvent = { kind: 'finished', nowMs: 1_500, partition: 0, epoch: 1 };
    const done = play(read(0, mine), read(1_000, lost), finished);
    expect([done.told, claimOf(done.ownership)]).toEqual([['+0@1', '-0@1'], { letGo: 2, begun: 2 }]);
    const cut = play(read(0, mine), read(1_000, lost), tick(3_000));
    expect([cut.told, claimOf(cut.ownership)]).toEqual([['+0@1', '-0@1', '!0@1'], { letGo: 2, begun: 2 }]);
  });

  it('waits 10,405 ms from the end of the read that named it, not from later ones', () => {
    const until = play(
      read(100, waiting, 0),
      read(5_000, { ...waiting, generation: 3 }),
      read(10_000, { ...waiting, generation: 3 }),
      tick(10_504),
    );
    expect([until.told, dueAtMs(until.ownership, 10_504), claimOf(until.ownership)]).toEqual([
      [],
      10_505,
      { letGo: 3, begun: 1 },
    ]);
    expect(step(until.ownership, tick(10_505)).notices).toEqual([
      { kind: 'assigned', partition: 0, epoch: 2 },
    ]);
  });

  it('begins as soon as the table says that all have let go', () => {
    expect(play(read(0, waiting), read(3_000, table(3, grant({ epoch: 2, began: 2 })))).told).toEqual([
      '+0@2',
    ]);
  });

  it('does not begin under a lease that admits nothing, and is not woken for that', () => {
    const { ownership, told } = play(read(0, waiting), tick(10_405));
    expect([told, dueAtMs(ownership, 10_405)]).toEqual([[], undefined]);
  });

  it('begins a new epoch of its own only after it has finished with the one before', () => {
    const again = table(3, grant({ epoch: 3, began: 3 }));
    expect(play(read(0, mine), read(1_000, again), tick(2_999)).told).toEqual(['+0@1', '-0@1']);
    expect(play(read(0, mine), read(1_000, again), tick(3_000)).told).toEqual([
      '+0@1',
      '-0@1',
      '!0@1',
      '+0@3',
    ]);
  });

  it('ignores an older generation, and does not take it for a sign of life', () => {
    const { ownership, told } = play(read(0, lost), read(5_000, mine), read(5_000, table(2), 5_000));
    expect([told, ownership.generation]).toEqual([[], 2]);
    expect(play(read(0, table(2, grant())), read(5_000, table(1))).ownership.readStartedMs).toBe(0);
  });

  it('that drains serves on, and begins nothing that it has not begun', () => {
    const both = table(2, grant(), grant({ began: 2 }));
    const { ownership, told } = play(read(0, mine), { kind: 'drain', nowMs: 100 }, read(1_000, both));
    expect([told, epochAt(ownership, 0, 1_000), claimOf(ownership)]).toEqual([
      ['+0@1'],
      1,
      { letGo: 2, begun: 1 },
    ]);
  });

  it('that drains is not woken for what it will not begin', () => {
    const { ownership } = play(read(0, waiting), { kind: 'drain', nowMs: 100 }, read(5_000, waiting));
    expect(dueAtMs(ownership, 5_000)).toBeUndefined();
  });

  it('that stops lets go of all for good when it has finished', () => {
    const stop: OwnershipEvent = { kind: 'stop', nowMs: 1_000 };
    expect(claimOf(play(read(0, mine), stop).ownership)).toEqual({ letGo: 1, begun: 0 });
    const { ownership, told } = play(
      read(0, mine),
      stop,
      tick(3_000),
      read(4_000, table(2, grant({ began: 2 }))),
    );
    expect([told, claimOf(ownership)]).toEqual([
      ['+0@1', '-0@1', '!0@1'],
      { letGo: Number.MAX_SAFE_INTEGER, begun: 0 },
    ]);
  });
});

it('what a life has let go of never shrinks, and it serves nothing that its table does not grant', () => {
  const events = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 6_000 }),
      ageMs: fc.integer({ min: 0, max: 9_000 }),
      kind: fc.constantFrom('read', 'read', 'read', 'old', 'tick', 'finished', 'drain'),
      to: fc.array(fc.constantFrom(self, other), { minLength: 3, maxLength: 3 }),
      waits: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(events, (happened) => {
      let ownership = createOwnership(self);
      let [nowMs, held, letGo] = [0, emptyAssignment(3), 0];
      for (const { afterMs, ageMs, kind, to, waits } of happened) {
        nowMs += afterMs;
        let event: OwnershipEvent = tick(nowMs);
        if (kind === 'drain') event = { kind, nowMs };
        if (kind === 'finished') event = { kind, nowMs, partition: 0, epoch: held.slots[0]?.epoch ?? 0 };
        if (kind === 'old') event = read(nowMs, { ...held, generation: held.generation - 1 });
        if (kind === 'read') {
          held = tableAfter(held, to, waits);
          event = read(nowMs, held, nowMs - ageMs);
        }
        ownership = step(ownership, event).ownership;
        const claim = claimSchema.parse(claimOf(ownership));
        expect(claim.letGo).toBeGreaterThanOrEqual(letGo);
        letGo = claim.letGo;
        for (const [partition, slot] of held.slots.entries()) {
          const epoch = epochAt(ownership, partition, nowMs);
          if (epoch !== undefined) expect([slot.owners, slot.epoch]).toEqual([['a'], epoch]);
        }
        const dueMs = dueAtMs(ownership, nowMs);
        if (dueMs !== undefined) expect(dueMs).toBeGreaterThan(nowMs);
      }
    }),
    { numRuns: 300 },
  );
});

function tableAfter(held: GrantTable, to: readonly Life[], waits: boolean): GrantTable {
  const generation = held.generation + 1;
  const slots = held.slots.map((slot, partition) => {
    const owner = to[partition] ?? self;
    if (slot.owners[0] === owner.node) return slot;
    const waitsFor = waits ? [owner === self ? other : self] : [];
    return grant({ epoch: slot.epoch + 1, began: generation, waitsFor }, owner);
  });
  return { generation, slots };
}
