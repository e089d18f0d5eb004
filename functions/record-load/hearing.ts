/**
 * Keeps the packed liveness of clusters up to date: what a batch was heard to say is merged, and written every two seconds. A lost
 * write says that another container has handled the shard since: what is remembered of it is old.
 */

import {
  type Heard,
  heardIn,
  type LivenessItems,
  mergeLiveness,
  type ShardLiveness,
} from '../../core/fleet/shard-liveness.js';
import { type Clock, type EpochMs, plusMs } from '../../core/time.js';
import type { Log } from '../log.js';
import { Recent } from './recent.js';

/** Silence is eight seconds at least, and a batch a second or two old: two more are not missed. */
const writeEveryMs = 2_000;
/** Each lost revision means that somebody else got one write further. */
const roundsMax = 5;
const partsMax = 100;

interface Memory {
  readonly liveness?: ShardLiveness;
  readonly revision: number;
  /** When it is written next, unless something changed. */
  readonly dueAtMs: EpochMs;
}

export interface HearingDeps {
  readonly items: LivenessItems;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HeardPart {
  readonly cluster: string;
  readonly shard: string;
}

/** `written` by itself, or `overtaken`: written over what another container wrote. `kept` until it is due; `failed` leaves it to the next. */
export type HearingOutcome = 'kept' | 'written' | 'overtaken' | 'failed';

export class Hearing {
  readonly #deps: HearingDeps;
  readonly #parts = new Recent<Memory>(partsMax);

  constructor(deps: HearingDeps) {
    this.#deps = deps;
  }

  /** Lives that were heard within the hour, as far as is known. Never throws. */
  async open(part: HeardPart): Promise<number> {
    const memory = this.#parts.get(keyOf(part)) ?? (await this.#read(part));
    return memory?.liveness?.arrivals.size ?? 0;
  }

  /** `isNews`: records have changed, and other containers had better know that their memory is old. Never throws. */
  async hear(part: HeardPart, batch: readonly Heard[], isNews: boolean): Promise<HearingOutcome> {
    const { clock, log } = this.#deps;
    const now = clock();
    const heard = heardIn(part.shard, batch, now);
    const known = this.#parts.get(keyOf(part));
    if (known && !isNews && now < known.dueAtMs) {
      this.#parts.set(keyOf(part), { ...known, liveness: merged(known.liveness, heard) });
      return 'kept';
    }
    try {
      return await this.#write(part, heard);
    } catch (error) {
      log.error('could not write liveness', error, { ...part });
      return 'failed';
    }
  }

  async #write(part: HeardPart, heard: ShardLiveness): Promise<HearingOutcome> {
    const { items, clock } = this.#deps;
    let known = this.#parts.get(keyOf(part)) ?? (await items.readShard(part.cluster, part.shard));
    let own = heard;
    for (let round = 0; round < roundsMax; round++) {
      const liveness = merged(known.liveness, own);
      if ((await items.writeShard(part.cluster, liveness, known.revision)) === 'saved') {
        const dueAtMs = plusMs(clock(), writeEveryMs);
        this.#parts.set(keyOf(part), { liveness, revision: known.revision + 1, dueAtMs });
        return round === 0 ? 'written' : 'overtaken';
      }
      // What was heard and not written yet is not lost with the memory.
      own = liveness;
      this.#parts.delete(keyOf(part));
      known = await items.readShard(part.cluster, part.shard);
    }
    return 'failed';
  }

  async #read(part: HeardPart): Promise<Memory | undefined> {
    const { items, clock, log } = this.#deps;
    try {
      const memory = { ...(await items.readShard(part.cluster, part.shard)), dueAtMs: clock() };
      this.#parts.set(keyOf(part), memory);
      return memory;
    } catch (error) {
      log.error('could not read liveness', error, { ...part });
      return undefined;
    }
  }
}

const merged = (known: ShardLiveness | undefined, heard: ShardLiveness): ShardLiveness =>
  known ? mergeLiveness(known, heard) : heard;

const keyOf = ({ cluster, shard }: HeardPart): string => `${cluster} ${shard}`;
