/** Each rule of the schemas, with the exact place and words an author is given. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gameplay } from '../../config/treasure-hunt/gameplay.js';
import { limits } from '../../config/treasure-hunt/limits.js';
import { checkValue } from '../../core/content/content.js';
import type { Profile } from '../../core/profiles.js';

const folder = new URL('../../config/treasure-hunt/', import.meta.url);

/** The staging value, with the members at these paths replaced. */
function changed(profile: Profile, members: Record<string, unknown>): unknown {
  const value: unknown = parse(readFileSync(new URL(`${profile.name}.staging.yaml`, folder), 'utf8'));
  for (const [path, member] of Object.entries(members)) put(value, path.split('.'), member);
  return value;
}

function put(value: unknown, [key = '', ...rest]: readonly string[], member: unknown): void {
  const parent = value as Record<string, unknown>;
  if (rest.length > 0) put(parent[key], rest, member);
  else if (member === undefined) delete parent[key];
  else parent[key] = member;
}

function problemsOf(profile: Profile, members: Record<string, unknown>) {
  const checked = checkValue(profile, changed(profile, members), 'strict');
  return checked.ok ? [] : checked.problems;
}

describe('limits', () => {
  it.each([
    {
      rule: 'all tries of an attempt end before the player gives up',
      members: { 'tiers.captain.timeoutMs': 3334 },
      path: 'tiers.captain.timeoutMs',
      message: 'is too long: retries × timeoutMs is 10002, and must stay ≤ 10000 ms',
    },
    {
      rule: 'a burst is at least the rate',
      members: { 'tiers.explorer.burst': 4, 'tiers.explorer.ratePerSecond': 4.5 },
      path: 'tiers.explorer.burst',
      message: 'is 4, must be at least ratePerSecond (4.5)',
    },
    {
      rule: 'an explorer waits in no shorter queue than a free player',
      members: { 'tiers.explorer.queueSize': 14 },
      path: 'tiers.explorer.queueSize',
      message: 'is 14, must be at least free.queueSize (15)',
    },
    {
      rule: 'an explorer is admitted at no lower rate than a free player',
      members: { 'tiers.explorer.ratePerSecond': 0.5 },
      path: 'tiers.explorer.ratePerSecond',
      message: 'is 0.5, must be at least free.ratePerSecond (1)',
    },
    {
      rule: 'a captain may burst no less than an explorer',
      members: { 'tiers.explorer.burst': 11 },
      path: 'tiers.captain.burst',
      message: 'is 10, must be at least explorer.burst (11)',
    },
    {
      rule: 'a captain gets no fewer retries than an explorer',
      members: { 'tiers.captain.retries': 1 },
      path: 'tiers.captain.retries',
      message: 'is 1, must be at least explorer.retries (2)',
    },
    {
      rule: 'a tier fits into the queue of the node',
      members: { queueSize: 39 },
      path: 'tiers.captain.queueSize',
      message: "is 40, must be at most the node's queueSize (39)",
    },
    {
      rule: 'every tier has its limits',
      members: { 'tiers.captain': undefined },
      path: 'tiers.captain',
      message: 'is missing, expected a map',
    },
    {
      rule: 'a misspelt limit is no limit',
      members: { 'tiers.free.queuesize': 15 },
      path: 'tiers.free.queuesize',
      message: 'is unknown: the schema has no such key',
    },
    {
      rule: 'a queue admits somebody',
      members: { queueSize: 0, 'tiers.free.queueSize': 0 },
      path: 'queueSize',
      message: 'is 0, expected at least 1',
    },
  ])('refuse where $rule does not hold', ({ members, path, message }) => {
    expect(problemsOf(limits, members)).toContainEqual({ path, message });
  });

  it('take exactly the patience of a player, and not a millisecond more', () => {
    expect(problemsOf(limits, { 'tiers.captain.timeoutMs': 2500, 'tiers.captain.retries': 4 })).toEqual([]);
    expect(problemsOf(limits, { 'tiers.captain.timeoutMs': 2501, 'tiers.captain.retries': 4 })).toHaveLength(
      1,
    );
  });

  it('take any value in which each tier gets at least what the one below gets', () => {
    const tier = fc.record({
      queueSize: fc.integer({ min: 1, max: 60 }),
      ratePerSecond: fc.integer({ min: 1, max: 10 }),
      burst: fc.integer({ min: 10, max: 20 }),
      retries: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(tier, tier, tier, (free, explorer, captain) => {
        const steps = [
          [free, explorer],
          [explorer, captain],
        ] as const;
        const fair = steps.every(
          ([less, more]) =>
            more.queueSize >= less.queueSize &&
            more.ratePerSecond >= less.ratePerSecond &&
            more.burst >= less.burst &&
            more.retries >= less.retries,
        );
        const whole = (some: typeof free) => ({ ...some, timeoutMs: 1000 });
        const tiers = { free: whole(free), explorer: whole(explorer), captain: whole(captain) };
        expect(problemsOf(limits, { tiers }).length === 0).toBe(fair);
      }),
    );
  });
});

describe('gameplay', () => {
  const riddle = { id: 'a', kind: 'riddle', text: 'Why?', points: 10, answers: ['because'] };

  it.each([
    {
      rule: 'a hunt closes after it opens',
      members: { 'hunts.0.closesAt': '2025-01-01T00:00:00Z' },
      path: 'hunts[0].closesAt',
      message: 'is 2025-01-01T00:00:00Z, must be after opensAt (2025-01-01T00:00:00Z)',
    },
    {
      rule: 'an instant is in UTC',
      members: { 'hunts.0.opensAt': '2025-01-01 09:00' },
      path: 'hunts[0].opensAt',
      message: 'is "2025-01-01 09:00", expected an instant in UTC such as 2026-06-01T09:00:00Z',
    },
    {
      rule: 'a clue requires only clues there are',
      members: { 'hunts.0.clues.1.requires': ['back-door'] },
      path: 'hunts[0].clues',
      message: 'let "second-bridge" require "back-door", which is no clue before it',
    },
    {
      rule: 'a clue requires only clues before it',
      members: { 'hunts.0.clues.0.requires': ['second-bridge'] },
      path: 'hunts[0].clues',
      message: 'let "office-door" require "second-bridge", which is no clue before it',
    },
    {
      rule: 'hints cost no more than the clue is worth',
      members: { 'hunts.1.clues.0.points': 34 },
      path: 'hunts[1].clues[0].hints',
      message: "cost 35 penaltyPoints together, must be at most the clue's points (34)",
    },
    {
      rule: 'an id keeps the answer',
      members: { 'hunts.1.clues.1.id': 'bath-towel' },
      path: 'hunts[1].clues[1].id',
      message: 'is bath-towel, which gives the answer "towel" away: players see it',
    },
    {
      rule: 'a clue has an id of its own in the hunt',
      members: { 'hunts.2.clues': [riddle, { ...riddle, text: 'Who?' }] },
      path: 'hunts[2].clues',
      message: 'name the clue "a" twice',
    },
    {
      rule: 'a hunt has an id of its own',
      members: { 'hunts.2.id': 'desk-riddles' },
      path: 'hunts',
      message: 'name the hunt "desk-riddles" twice',
    },
    {
      rule: 'every player has a reward tier',
      members: { 'rewards.tiers.0.fromPoints': 1 },
      path: 'rewards.tiers',
      message: 'must begin at fromPoints 0 and rise',
    },
    {
      rule: 'reward tiers rise',
      members: { 'rewards.tiers.2.fromPoints': 100 },
      path: 'rewards.tiers',
      message: 'must begin at fromPoints 0 and rise',
    },
    {
      rule: 'a longer streak is worth more',
      members: { 'rewards.streakBonuses.1.bonusPercent': 5 },
      path: 'rewards.streakBonuses',
      message: 'must rise in days and in bonusPercent',
    },
    {
      rule: 'a cool-down is a number of milliseconds',
      members: { coolDownMs: '2000' },
      path: 'coolDownMs',
      message: 'is "2000", expected a number',
    },
    {
      rule: 'a riddle has answers',
      members: { 'hunts.1.clues.0.answers': [] },
      path: 'hunts[1].clues[0].answers',
      message: 'is an empty list, expected at least 1 item',
    },
    {
      rule: 'a place is on this planet',
      members: { 'hunts.0.clues.0.location.latitudeDegrees': 91 },
      path: 'hunts[0].clues[0].location.latitudeDegrees',
      message: 'is 91, expected at most 90',
    },
    {
      rule: 'a link is made of lower case words',
      members: { 'hunts.0.id': 'Rehearsal Walk' },
      path: 'hunts[0].id',
      message: 'is "Rehearsal Walk", expected lower case words joined by "-"',
    },
    {
      rule: 'a switch exists',
      members: { 'features.darkMode': true },
      path: 'features.darkMode',
      message: 'is unknown: the schema has no such key',
    },
  ])('is refused where $rule does not hold', ({ members, path, message }) => {
    expect(problemsOf(gameplay, members)).toContainEqual(expect.objectContaining({ path, message }));
  });

  it('may let hints cost all a clue is worth', () => {
    expect(problemsOf(gameplay, { 'hunts.1.clues.0.points': 35 })).toEqual([]);
  });

  it('names every fault of a document, not the first alone', () => {
    const members = { coolDownMs: -1, 'hunts.0.title': '', 'features.hints': 'yes' };
    expect(problemsOf(gameplay, members).map(({ path }) => path)).toEqual([
      'coolDownMs',
      'features.hints',
      'hunts[0].title',
    ]);
  });
});
