/** Requests, errors and slow requests, per profile and version: cumulative, so that a lost report loses nothing. */

import type { Counters } from '../../core/fleet/node-reports.js';

/** `core/fleet/node-reports.ts`: a report holds the last two labels. */
const reportedLabelsMax = 2;
/** A version that returns (a rollback) goes on counting where it stood. Older ones are forgotten. */
const keptLabelsMax = 16;

type Tally = { -readonly [Key in keyof Counters]: Counters[Key] };

export class LabelCounters {
  /** In the order in which they were last taken into force. */
  readonly #tallies = new Map<string, Tally>();
  #current: Tally = { requests: 0, errors: 0, slow: 0 };

  /** Where to count from here on. Work under no label (a default) is counted nowhere that is reported. */
  hold(label: string | undefined): void {
    const known = label === undefined ? undefined : this.#tallies.get(label);
    this.#current = known ?? { requests: 0, errors: 0, slow: 0 };
    if (label === undefined) return;
    this.#tallies.delete(label);
    this.#tallies.set(label, this.#current);
    const [oldest] = this.#tallies.keys();
    if (this.#tallies.size > keptLabelsMax && oldest !== undefined) this.#tallies.delete(oldest);
  }

  /** The tally of the version in force: stays the right one for work that began under it. */
  current(): Tally {
    return this.#current;
  }

  /** The last two versions held. */
  report(): Record<string, Counters> {
    const last = [...this.#tallies].slice(-reportedLabelsMax);
    return Object.fromEntries(last.map(([label, tally]) => [label, { ...tally }]));
  }
}
