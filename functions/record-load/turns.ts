/**
 * Has work assigned anew: many containers ask for the cluster's turn, one gets it and asks for a run of assign-partitions. What
 * the table answered is remembered, so that a turn costs one write for each container in its time, and mostly none.
 */

import type { AssignmentRequests } from '../../core/assignment/run/requests.js';
import type { Assignments } from '../../core/assignment/table/tables.js';
import { type Clock, type EpochMs, plusMs } from '../../core/time.js';
import type { Log } from '../log.js';

/** Silence takes eight seconds at least: a look every four adds half of that, and a run takes a fraction of it. */
const turnEveryMs = 4_000;

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

export class Turns {
  readonly #deps: TurnsDeps;
  readonly #dueAtMs = new Map<string, EpochMs>();

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Never throws: a run that was not asked for is no reason to handle reports again. */
  async take(cluster: string): Promise<TurnOutcome> {
    const { clusters, clock, log } = this.#deps;
    if (!clusters.includes(cluster)) return 'idle';
    const nowMs = clock();
    const dueAtMs = this.#dueAtMs.get(cluster);
    if (dueAtMs !== undefined && nowMs < dueAtMs) return 'idle';
    try {
      return await this.#ask(cluster, nowMs);
    } catch (error) {
      log.error('could not have work assigned', error, { cluster });
      return 'failed';
    }
  }

  async #ask(cluster: string, nowMs: EpochMs): Promise<TurnOutcome> {
    const { assignments, requests } = this.#deps;
    const nextMs = plusMs(nowMs, turnEveryMs);
    const turn = await assignments.takeTurn(cluster, { nowMs, nextMs });
    this.#dueAtMs.set(cluster, turn === 'mine' ? nextMs : turn.dueAtMs);
    if (turn !== 'mine') return 'idle';
    await requests.ask(cluster);
    return 'asked';
  }
}
