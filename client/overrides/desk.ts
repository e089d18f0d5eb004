/** Tells each profile what the file of overrides wants of it. Loaded when there is such a file. */

import type { EpochMs } from '../../core/time.js';
import type { SafeLog } from '../safe-log.js';
import { type Override, readOverrideFile } from './override-file.js';
import type { FoundFile, OverrideWatchDeps } from './override-watch.js';
import { Standing } from './standing.js';

export class Desk {
  readonly #standings: ReadonlyMap<string, Standing>;
  readonly #place: string;
  readonly #log: SafeLog;
  #noted: string | undefined;

  constructor({ source, profiles, ...deps }: OverrideWatchDeps) {
    this.#place = source.place;
    this.#log = deps.log;
    this.#standings = new Map(
      profiles.map(({ profile, inForce }) => [profile.name, new Standing({ ...deps, profile, inForce })]),
    );
  }

  /** `now` is the node's own wall clock: the file is its neighbour, and ends by it. */
  take(found: FoundFile, now: EpochMs): void {
    try {
      if (typeof found === 'string') this.#read(found, now);
      else if (found) this.#refuse(unreadable(found.problem));
      else this.#forget();
    } catch (error) {
      // Whatever a person wrote, the node goes on.
      this.#refuse(unreadable(error));
    }
  }

  #read(text: string, now: EpochMs): void {
    const file = readOverrideFile(text, { now, profiles: [...this.#standings.keys()] });
    if (file.kind === 'refused') this.#refuse(`is refused: ${file.reason}`);
    else if (file.kind === 'overrides') this.#want(file.byProfile);
    else {
      this.#want(new Map());
      this.#note('info', `is over since ${file.until}: remove it`);
    }
  }

  #want(byProfile: ReadonlyMap<string, Override>): void {
    for (const [name, standing] of this.#standings) standing.want(byProfile.get(name));
    if (byProfile.size > 0) this.#noted = undefined;
  }

  #forget(): void {
    this.#noted = undefined;
    this.#want(new Map());
  }

  #refuse(reason: string): void {
    for (const standing of this.#standings.values()) standing.refuse(`${this.#place} ${reason}`);
    this.#note('error', reason);
  }

  /** Once, until something else is to be said. */
  #note(level: 'info' | 'error', what: string): void {
    if (what === this.#noted) return;
    this.#noted = what;
    this.#log(level, `${this.#place} ${what}`, {});
  }
}

const unreadable = (problem: unknown): string => `cannot be read: ${problem}`;
