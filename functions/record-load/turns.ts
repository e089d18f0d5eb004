/**
 * Has work assigned anew: many containers ask for the cluster's turn, one gets it and asks for a run of assign-partitions. What
 * the table answered is remembered, so that a turn costs one write for each container in its time, and mostly none.
 */

import type { AssignmentRequests } from '../../core/assignment/run/requests.js';
import type { Assignments, Turn } from '../../core/assignment/table/tables.js';
import { type Clock, type EpochMs, plusMs } from '../../core/time.js';
import type { Log } from '../log.js';

/** Silence takes eight seconds at least: a look every four adds half of that, and a run takes a fraction of it. */
const turnEveryMs = 4_000;
/**
 * What somebody waits for is looked at sooner: that a node let go of partitions, which nobody serves until the next run. A run reads all
 * records, so the more nodes there are the less often: from four thousand on there is always news, and a turn is soon enough.
 */
const [newsMinMs, newsPerNodeMs] = [1_000, 1];

export interface TurnsDeps {
  readonly assignments: Pick<Assignments, 'takeTurn'>;
  readonly requests: AssignmentRequests;
  /** Clusters whose work is shared out. */
  readonly clusters: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** `idle`: it is not its turn, or nobody's. `failed`: the next turn makes up for it. */
export type TurnOutcome = 'idle' | 'asked' | 'failed';

/** What a batch told of a cluster. */
export interface Told {
  readonly isAwaited: boolean;
  /** Lives that are known, as far as this container's shard tells. */
  readonly nodes: number;
}

const newsEveryMs = (nodes: number): number =>
  Math.min(turnEveryMs, Math.max(newsMinMs, nodes * newsPerNodeMs));

export class Turns {
  readonly #deps: TurnsDeps;
  readonly #dueAtMs = new Map<string, EpochMs>();
  /** When something became known that no run has seen. */
  readonly #newsAtMs = new Map<string, EpochMs>();

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /**
   * Never throws: a run that was not asked for is no reason to handle reports again.
   * @param told `isAwaited`: somebody waits for what the records say now, and a run is asked for soon, if not at once.
   */
  async take(cluster: string, told: Told): Promise<TurnOutcome> {
    const { clusters, clock, log } = this.#deps;
    if (!clusters.includes(cluster)) return 'idle';
    const nowMs = clock();
    if (told.isAwaited) this.#newsAtMs.set(cluster, nowMs);
    const earlyMs = this.#newsAtMs.has(cluster) ? turnEveryMs - newsEveryMs(told.nodes) : 0;
    const dueAtMs = this.#dueAtMs.get(cluster);
    if (dueAtMs !== undefined && nowMs + earlyMs < dueAtMs) return 'idle';
    try {
      return await this.#ask(cluster, { nowMs, nextMs: plusMs(nowMs, turnEveryMs), earlyMs });
    } catch (error) {
      log.error('could not have work assigned', error, { cluster });
      return 'failed';
    }
  }

  async #ask(cluster: string, mine: Turn): Promise<TurnOutcome> {
    const { assignments, requests } = this.#deps;
    const turn = await assignments.takeTurn(cluster, mine);
    const dueAtMs = turn === 'mine' ? mine.nextMs : turn.dueAtMs;
    this.#dueAtMs.set(cluster, dueAtMs);
    // Whoever took that turn after the news has seen it.
    const newsAtMs = this.#newsAtMs.get(cluster);
    if (newsAtMs !== undefined && newsAtMs <= dueAtMs - turnEveryMs) this.#newsAtMs.delete(cluster);
    if (turn !== 'mine') return 'idle';
    await requests.ask(cluster);
    return 'asked';
  }
}
