/** Looks for a file of overrides, again and again. */

import type { Profile } from '../../core/profiles.js';
import { boundedCall } from '../bounded-call.js';
import type { InForce } from '../profiles/in-force.js';
import type { Desk } from './desk.js';
import type { StandingDeps } from './standing.js';

/** Somebody waits for it, at night; reading a file of a few lines is nothing. */
const lookIntervalMs = 5000;
/** A disk that does not answer holds up no start. */
const readTimeoutMs = 500;

/** The file, which people write. */
export interface OverrideSource {
  /** Where it is, for people. */
  readonly place: string;
  /** Its text; undefined when there is none. Rejects when it cannot be read, or lies where others may write. */
  read(): Promise<string | undefined>;
}

/** Its text; undefined: there is none. */
export type FoundFile = string | undefined | { readonly problem: string };

export interface OverrideWatchDeps extends Omit<StandingDeps, 'profile' | 'inForce'> {
  readonly source: OverrideSource;
  readonly profiles: readonly { readonly profile: Profile; readonly inForce: InForce }[];
}

export function watchOverrides(deps: OverrideWatchDeps) {
  const { source, clock, log } = deps;
  let desk: Desk | undefined;
  let reading: Promise<FoundFile> | undefined;
  let noted = '';
  let cancel = () => {};
  let closed = false;
  // One at a time: a read that hangs keeps one of the process's few threads for files, which look up host names as well.
  const read = () => {
    reading ??= source.read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const lookOnce = async () => {
    const found = await boundedCall<FoundFile>({
      clock,
      timeoutMs: readTimeoutMs,
      controller: new AbortController(),
      call: read,
      failed: (problem) => ({ problem }),
    });
    if (found !== undefined) desk ??= new (await import('./desk.js')).Desk(deps);
    if (!closed) desk?.take(found, clock.now());
  };
  const look = async () => {
    try {
      await lookOnce();
    } catch (error) {
      const problem = `${source.place} cannot be read: ${error}`;
      if (problem !== noted) log('error', problem, {});
      noted = problem;
    }
    if (!closed) cancel = clock.setTimer(() => void look(), lookIntervalMs);
  };
  return {
    /** Resolves when the file was looked at once: a node that starts, starts with what is wanted of it. Never rejects. */
    start: look,
    close: () => {
      closed = true;
      cancel();
    },
  };
}
