/** Sends requests when they are due, whatever became of those before (open loop), and measures from when each was due. */

import { createDraw, drawn } from '../../../core/routing/draw.js';
import { type Chance, chanceOf, seedOf } from '../../simulations/guard/chance.js';
import type { GiveUp, Told } from './http-door.js';
import type { Outcome, Plan } from './plan.js';
import { Tally } from './tally.js';

/** Sends one request, to wherever the design under measurement sends it. */
export type Send = (request: { readonly path: string; readonly key: string }, told: Told) => GiveUp;

/** Timers are no finer; what is due within is sent together. */
const tickMs = 1;

/** Each kind of chance has its own seed: the arrivals stay the same when the keys are drawn otherwise. */
const [arrivalChance, requestChance] = [1, 2];

interface Waiting {
  readonly dueMs: number;
  readonly giveUp: GiveUp;
}

/** Resolves when every request has ended, one way or the other. */
export async function drive(plan: Plan, send: Send): Promise<Outcome> {
  const run = new Run(plan, send);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!run.tick(performance.now())) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  return run.outcome();
}

class Run {
  readonly #plan: Plan;
  readonly #send: Send;
  readonly #tally = new Tally();
  readonly #arrivals: Chance;
  readonly #requests: () => { readonly kind: string; readonly path: string; readonly key: string };
  /** In the order in which they were due, so the oldest is first. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #beganMs = performance.now();
  #nextDueMs = this.#beganMs;
  #number = 0;

  constructor(plan: Plan, send: Send) {
    this.#plan = plan;
    this.#send = send;
    this.#arrivals = chanceOf(seedOf(arrivalChance, plan.seed));
    this.#requests = requestsOf(plan);
  }

  outcome(): Outcome {
    return this.#tally.outcome();
  }

  /** @returns true once nothing is left to do. */
  tick(nowMs: number): boolean {
    const { warmUpMs, measureMs } = this.#plan;
    const endMs = this.#beganMs + warmUpMs + measureMs;
    while (this.#nextDueMs <= nowMs && this.#nextDueMs < endMs) {
      this.#sendOne(this.#nextDueMs);
      this.#nextDueMs += (-Math.log(1 - this.#arrivals.uniform()) / this.#plan.ratePerSecond) * 1_000;
    }
    this.#giveUpBefore(nowMs - this.#plan.timeoutMs);
    return this.#nextDueMs >= endMs && this.#waiting.size === 0;
  }

  #sendOne(dueMs: number): void {
    const number = this.#number++;
    const { kind, path, key } = this.#requests();
    const counts = dueMs >= this.#beganMs + this.#plan.warmUpMs;
    if (counts) this.#tally.sent(performance.now() - dueMs);
    let isOver = false;
    const told = (how: string) => {
      if (isOver) return;
      isOver = true;
      this.#waiting.delete(number);
      if (counts) this.#tally.ended({ kind, how, tookMs: performance.now() - dueMs });
    };
    const giveUp = this.#send({ path: path.replace('{number}', String(number)), key }, told);
    const abandon = () => {
      giveUp();
      told('timed-out');
    };
    if (!isOver) this.#waiting.set(number, { dueMs, giveUp: abandon });
  }

  #giveUpBefore(dueMs: number): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.dueMs >= dueMs) return;
      waiting.giveUp();
    }
  }
}

function requestsOf({ requests, keys, seed }: Plan) {
  const chance = chanceOf(seedOf(requestChance, seed));
  const kinds = createDraw(requests.map(({ share }) => share));
  const byRank = createDraw(Float64Array.from({ length: keys.count }, (_, rank) => (rank + 1) ** -keys.zipf));
  return () => {
    const request = requests[drawn(kinds, chance.uniform())] ?? requests[0];
    if (!request) throw new RangeError('a plan has requests');
    const key = `key-${drawn(byRank, chance.uniform())}`;
    return { kind: request.kind, path: request.path.replace('{key}', key), key };
  };
}
