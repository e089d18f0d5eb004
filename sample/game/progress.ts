/** What the game knows of a player. Every change makes another value, so nothing is half-done when an attempt fails. */

const dayMs = 24 * 60 * 60 * 1000;

export interface Progress {
  /** `hunt/clue`. */
  readonly solved: ReadonlySet<string>;
  readonly points: number;
  /** Days played in a row up to `lastDay`. */
  readonly streakDays: number;
  /** The last day something was solved, in days since the epoch (UTC), and what it brought. */
  readonly lastDay: number;
  readonly lastDayPoints: number;
  /** Last attempt per hunt, in milliseconds since the epoch. */
  readonly triedAtMs: ReadonlyMap<string, number>;
}

export const noProgress: Progress = {
  solved: new Set(),
  points: 0,
  streakDays: 0,
  lastDay: 0,
  lastDayPoints: 0,
  triedAtMs: new Map(),
};

export const clueKey = (hunt: string, clue: string): string => `${hunt}/${clue}`;

/** The progress on the day of `nowMs`: a new day brings no points yet; a missed one ends the streak. */
export function onDayOf(progress: Progress, nowMs: number): Progress {
  const day = Math.floor(nowMs / dayMs);
  if (day === progress.lastDay) return progress;
  const streakDays = day === progress.lastDay + 1 ? progress.streakDays + 1 : 1;
  return { ...progress, lastDay: day, lastDayPoints: 0, streakDays };
}

/** Notes an attempt, which begins the hunt's cool-down. */
export function withAttempt(progress: Progress, hunt: string, nowMs: number): Progress {
  return { ...progress, triedAtMs: new Map(progress.triedAtMs).set(hunt, nowMs) };
}

/** Takes an attempt back that the service could not judge: its trouble costs the player no cool-down. */
export function withoutAttempt(progress: Progress, hunt: string): Progress {
  const triedAtMs = new Map(progress.triedAtMs);
  triedAtMs.delete(hunt);
  return { ...progress, triedAtMs };
}
