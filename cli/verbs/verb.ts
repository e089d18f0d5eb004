/** What `--help` says of a verb, and how what it does is loaded. */

import type { Runnable } from '../command.js';

export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** `<required>` or `[optional]`, with what it means. */
  readonly arguments?: readonly (readonly [name: string, about: string])[];
  readonly options?: readonly (readonly [flags: string, about: string])[];
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** Absent for a verb that only groups others. */
  readonly load?: () => Promise<Runnable>;
  readonly verbs?: readonly Verb[];
}

export const addressAbout = 'application/environment/profile, or as much of it as is meant';

export const whyOption = ['-m, --message <why>', 'why, in one sentence'] as const;
