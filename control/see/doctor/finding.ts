/** What an examination finds: each in a sentence, with its reason and what to do next. */

/** What is looked at, in the order in which it is told. */
export const checkNames = [
  'access',
  'functions',
  'reports',
  'files',
  'schemas',
  'rollouts',
  'queue',
  'nodes',
  'work',
  'quotas',
] as const;
export type CheckName = (typeof checkNames)[number];

/** `bad`: something does not work, or will not. `warn`: somebody should know. `unknown`: it could not be looked at. */
export type Level = 'bad' | 'warn' | 'unknown';

export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  /** What it is about: an address, or a part of the stage. */
  readonly where: string;
  /** What is the matter, in a sentence that follows `where`. */
  readonly what: string;
  /** Why that is so, or what follows from it. */
  readonly why: string;
  /** What to type, or to do. */
  readonly next: string;
}

/** A finding as a rule gives it: whose check it is, its rules all know. */
export type Found = Omit<Finding, 'check'>;

/** `n3, n7, n12 and 4 more`, by number. */
export function listed(names: readonly string[], max = 3): string {
  const sorted = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const more = sorted.length - max;
  return sorted.slice(0, max).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** `1 node`, `20 nodes`. */
export const counted = (count: number | string, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `40 s`, `4 min`, `3 h`, `2 days`. */
export function lasting(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1_000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  const hours = Math.round(seconds / 3_600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
