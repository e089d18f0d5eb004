/** What the keys of a node's work bring: by partition, so that these can be assigned; and which keys stand out. */

import { addWork, createWorkMeter, type WorkMeter, workOf } from '../../core/assignment/estimates.js';
import {
  type HotKey,
  ratesMax,
  reportedKeyMaxChars,
  reportedKeysMax,
  reportedPartitionsMax,
} from '../../core/fleet/node-reports.js';
import { addKey, createHotKeys, type HotKeys, hottest } from '../../core/routing/hot-keys.js';
import { murmur3 } from '../../core/routing/partitions.js';

/** Less than one unit in a thousand seconds is what is left of work long ago. */
const negligiblePerSecond = 0.001;
/** What a shorter time says of a second is chance. */
const measuredMinMs = 1_000;
/** Enough to assign by; the rest would only be bytes. */
const significantDigits = 3;

export interface KeyedWorkDeps {
  readonly monotonicMs: () => number;
  /** How reports name keys; `false` keeps none. */
  readonly hotKeys: 'plain' | 'hashed' | false;
}

export interface ReportedWork {
  readonly work?: Readonly<Record<string, number>>;
  readonly hotKeys?: HotKey[];
}

export class KeyedWork {
  readonly #deps: KeyedWorkDeps;
  readonly #hot: HotKeys;
  #meter: WorkMeter;

  constructor(deps: KeyedWorkDeps, partitions: number) {
    this.#deps = deps;
    this.#hot = createHotKeys(deps.monotonicMs());
    this.#meter = createWorkMeter(partitions, deps.monotonicMs());
  }

  /** Work that was offered, shed work included. @param partitions as the table has them: with another number it counts anew. */
  add(
    key: string,
    about: { readonly partition: number; readonly partitions: number; readonly units: number },
  ): void {
    const nowMs = this.#deps.monotonicMs();
    const { partition, partitions, units } = about;
    if (partitions !== this.#meter.sums.length) this.#meter = createWorkMeter(partitions, nowMs);
    addWork(this.#meter, partition, { units, nowMs });
    if (this.#deps.hotKeys !== false) addKey(this.#hot, key, { units, nowMs });
  }

  /** Absent members: there is nothing to say. @param partitionOf by the table in force. */
  report(partitionOf: (key: string) => number): ReportedWork {
    const nowMs = this.#deps.monotonicMs();
    if (nowMs - this.#meter.startedMs < measuredMinMs) return {};
    const work = Object.fromEntries(busiest(workOf(this.#meter, nowMs)));
    const hotKeys = hottest(this.#hot, nowMs, reportedKeysMax).map(({ key, unitsPerSecond }) => ({
      key: this.#named(key),
      partition: partitionOf(key),
      unitsPerSecond: rounded(unitsPerSecond),
    }));
    return { ...(Object.keys(work).length > 0 && { work }), ...(hotKeys.length > 0 && { hotKeys }) };
  }

  #named(key: string): string {
    if (this.#deps.hotKeys === 'plain') return key.slice(0, reportedKeyMaxChars);
    return `#${murmur3(key).toString(16).padStart(8, '0')}`;
  }
}

function busiest(perSecond: readonly (number | undefined)[]): [partition: number, unitsPerSecond: number][] {
  const brought = perSecond.flatMap((units, partition): [number, number][] =>
    units !== undefined && units >= negligiblePerSecond ? [[partition, rounded(units)]] : [],
  );
  if (brought.length <= reportedPartitionsMax) return brought;
  return brought.sort((a, b) => b[1] - a[1]).slice(0, reportedPartitionsMax);
}

/** As a report holds it. */
const rounded = (value: number): number => Math.min(ratesMax, Number(value.toPrecision(significantDigits)));
