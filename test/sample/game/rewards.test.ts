import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clue, Gameplay } from '../../../config/treasure-hunt/gameplay.js';
import { noProgress, type Progress } from '../../../sample/game/progress.js';
import { reward, type Solution } from '../../../sample/game/rewards.js';
import { dayMs, gameplayWith, noonMs } from './gameplay.js';

const clue = clueOf(gameplayWith());

function clueOf({ hunts }: Gameplay): Clue {
  const found = hunts[0]?.clues[0];
  if (!found) throw new Error('the game has lost its clues');
  return found;
}

const solution = (members: Partial<Solution> = {}): Solution => ({
  key: 'walk/door',
  clue,
  hintsOpened: 0,
  first: false,
  nowMs: noonMs,
  ...members,
});

/** Somebody who solved something on each of the days before, worth nothing. */
function afterDays(days: number): Progress {
  const worthless = { ...clue, points: 0, hints: [] };
  return Array.from({ length: days }, (_, index) => noonMs - (days - index) * dayMs).reduce<Progress>(
    (progress, nowMs) => reward(gameplayWith(), progress, solution({ clue: worthless, nowMs })).progress,
    noProgress,
  );
}

describe('a solved clue', () => {
  it.each([
    ['what it is worth', {}, {}, 20],
    ['less one hint', {}, { hintsOpened: 1 }, 15],
    ['less every hint, however many were claimed', {}, { hintsOpened: 3 }, 5],
    ['all it is worth where hints are switched off', { hints: false }, { hintsOpened: 2 }, 20],
    ["the first finder's points on top", {}, { first: true }, 25],
    ['nothing on top where that is switched off', { firstFinder: false }, { first: true }, 20],
  ])('brings %s', (_, features, members, points) => {
    expect(reward(gameplayWith({ features }), noProgress, solution(members)).points).toBe(points);
  });

  it.each([
    ['the first day', 0, 20],
    ['the second day in a row', 1, 22],
    ['the third', 2, 30],
    ['the tenth', 9, 30],
  ])('brings a streak bonus from %s on', (_, days, points) => {
    expect(reward(gameplayWith(), afterDays(days), solution()).points).toBe(points);
  });

  it('brings whole points: a bonus is rounded down', () => {
    const odd = solution({ clue: { ...clue, points: 35, hints: [] } });
    expect(reward(gameplayWith(), afterDays(1), odd).points).toBe(38);
  });

  it('brings no streak bonus after a day was missed, nor where it is switched off', () => {
    const nextButOne = solution({ nowMs: noonMs + dayMs });
    expect(reward(gameplayWith(), afterDays(5), nextButOne).points).toBe(20);
    expect(
      reward(gameplayWith({ features: { streakBonuses: false } }), afterDays(5), solution()).points,
    ).toBe(20);
  });

  it('raises the player to the tier that the points reach', () => {
    const at = (points: number) => reward(gameplayWith(), { ...noProgress, points }, solution()).tier;
    expect([at(0), at(19), at(20)]).toEqual(['driftwood', 'driftwood', 'copper']);
  });

  it('never brings a player more in a day than the day may bring', () => {
    const points = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(fc.array(points, { minLength: 1, maxLength: 30 }), (worths) => {
        const progress = worths.reduce<Progress>((before, worth) => {
          const rich = solution({ clue: { ...clue, points: worth, hints: [] }, first: true });
          return reward(gameplayWith(), before, rich).progress;
        }, noProgress);
        const plain = worths.reduce((sum, worth) => sum + worth + 5, 0);
        expect(progress.points).toBe(Math.min(100, plain));
      }),
    );
  });

  it('brings points again on the next day', () => {
    const full = { ...noProgress, points: 100, lastDayPoints: 100, lastDay: 20_605, streakDays: 1 };
    expect(reward(gameplayWith(), full, solution()).points).toBe(0);
    expect(reward(gameplayWith(), full, solution({ nowMs: noonMs + dayMs })).points).toBe(22);
  });
});
