/** Which hunts players are shown, and what of them: never an answer, nor a place. */

import type { Frozen } from '../../client/index.js';
import type { Clue, Gameplay, Hunt } from '../../config/treasure-hunt/gameplay.js';

export type Phase = 'upcoming' | 'open' | 'closed';

/** Where a hunt stands at an instant. It is open from `opensAt` on, and no more at `closesAt`. */
export function phaseOf(hunt: Frozen<Hunt>, nowMs: number): Phase {
  if (nowMs < Date.parse(hunt.opensAt)) return 'upcoming';
  return nowMs < Date.parse(hunt.closesAt) ? 'open' : 'closed';
}

/** Hunts the switches allow to be shown: no closed ones, upcoming ones only as teasers. */
export function huntsOnOffer(gameplay: Frozen<Gameplay>, nowMs: number): readonly Frozen<Hunt>[] {
  const { legendaryHunts, teasers } = gameplay.features;
  return gameplay.hunts.filter((hunt) => {
    if (hunt.difficulty === 'legendary' && !legendaryHunts) return false;
    const phase = phaseOf(hunt, nowMs);
    return phase === 'open' || (phase === 'upcoming' && teasers);
  });
}

/** A line of the list of hunts. */
export function summarizeHunt(hunt: Frozen<Hunt>, nowMs: number) {
  const { id, title, difficulty, regions, opensAt, closesAt, clues } = hunt;
  const points = clues.reduce((sum, clue) => sum + clue.points, 0);
  return {
    id,
    title,
    difficulty,
    regions,
    opensAt,
    closesAt,
    phase: phaseOf(hunt, nowMs),
    clues: clues.length,
    points,
  };
}

/** A hunt with its clues; an upcoming one keeps them to itself. The app shows a hint when the player asks for it. */
export function describeHunt(gameplay: Frozen<Gameplay>, hunt: Frozen<Hunt>, nowMs: number) {
  const clues = phaseOf(hunt, nowMs) === 'open' ? hunt.clues : [];
  return {
    ...summarizeHunt(hunt, nowMs),
    coolDownMs: coolDownOf(gameplay, hunt),
    clues: clues.map((clue) => describeClue(clue, gameplay.features.hints)),
  };
}

/** How long a player waits between two attempts at this hunt, in milliseconds. */
export function coolDownOf(gameplay: Frozen<Gameplay>, hunt: Frozen<Hunt>): number {
  return hunt.coolDownMs ?? gameplay.coolDownMs;
}

function describeClue(clue: Frozen<Clue>, withHints: boolean) {
  const { id, kind, text, points, requires, hints } = clue;
  return { id, kind, text, points, requires, hints: withHints ? hints : [] };
}
