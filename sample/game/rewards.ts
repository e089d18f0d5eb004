/** What a solved clue brings. */

import type { Frozen } from '../../client/index.js';
import type { Clue, Gameplay } from '../../config/treasure-hunt/gameplay.js';
import { onDayOf, type Progress } from './progress.js';

export interface Solution {
  /** `hunt/clue`. */
  readonly key: string;
  readonly clue: Frozen<Clue>;
  readonly hintsOpened: number;
  /** True when nobody solved the clue before. */
  readonly first: boolean;
  readonly nowMs: number;
}

export interface Reward {
  readonly progress: Progress;
  readonly points: number;
  /** Name of the reward tier the player is in, with these points. */
  readonly tier: string;
}

/** Adds a solution to a player's progress. A day brings at most `rewards.dailyPointsMax`; what is above is lost. */
export function reward(gameplay: Frozen<Gameplay>, before: Progress, solution: Solution): Reward {
  const today = onDayOf(before, solution.nowMs);
  const earned = pointsFor(gameplay, solution, today.streakDays);
  const points = Math.max(0, Math.min(earned, gameplay.rewards.dailyPointsMax - today.lastDayPoints));
  const progress: Progress = {
    ...today,
    solved: new Set(today.solved).add(solution.key),
    points: today.points + points,
    lastDayPoints: today.lastDayPoints + points,
  };
  return { progress, points, tier: tierOf(gameplay, progress.points) };
}

/** What the clue is worth less the hints opened, plus the streak's percentage (rounded down), plus the first finder's. */
function pointsFor(gameplay: Frozen<Gameplay>, solution: Solution, streakDays: number): number {
  const { features, rewards } = gameplay;
  const opened = features.hints ? solution.clue.hints.slice(0, solution.hintsOpened) : [];
  const penaltyPoints = opened.reduce((sum, hint) => sum + hint.penaltyPoints, 0);
  const basePoints = solution.clue.points - penaltyPoints;
  const bonusPercent = features.streakBonuses
    ? (rewards.streakBonuses.findLast(({ days }) => streakDays >= days)?.bonusPercent ?? 0)
    : 0;
  const firstPoints = features.firstFinder && solution.first ? rewards.firstFinderPoints : 0;
  return basePoints + Math.floor((basePoints * bonusPercent) / 100) + firstPoints;
}

/** The highest reward tier these points reach. */
function tierOf(gameplay: Frozen<Gameplay>, points: number): string {
  return gameplay.rewards.tiers.findLast(({ fromPoints }) => points >= fromPoints)?.name ?? '';
}
