/** One life of a node: it reads, reports, works and is paused, and obeys its own fold whenever it runs. */

import type { GrantTable, Life } from '../../../core/assignment/table/table.js';
import type { Claim } from '../../../core/ownership/claims.js';
import { awaitedReadIntervalMs, readIntervalMs } from '../../../core/ownership/lease.js';
import {
  claimOf,
  createOwnership,
  dueAtMs,
  epochAt,
  mayFinishUntilMs,
  type Ownership,
  type OwnershipEvent,
} from '../../../core/ownership/ownership.js';
import { step } from '../../../core/ownership/step.js';
import { DriftingClock } from './clock.js';
import { delayMs } from './conditions.js';
import type { World } from './world.js';

const reportEveryMs = 1_500;

export interface Report {
  readonly life: Life;
  readonly sequence: number;
  readonly claim: Claim;
  /** It drains, or has stopped. */
  readonly isLeaving: boolean;
}

export class Process {
  readonly life: Life;
  isAlive = true;
  /** At its next read, what can happen at the worst moment does. */
  isStruck = false;
  #ownership: Ownership;
  #pausedUntilMs = 0;
  #blindUntilMs = 0;
  #sequence = 0;
  #dueMs = Number.POSITIVE_INFINITY;
  readonly #clock: DriftingClock;
  readonly #world: World;

  constructor(world: World, life: Life) {
    this.#world = world;
    this.life = life;
    this.#clock = new DriftingClock(world.chance, world.endMs);
    this.#ownership = createOwnership(life);
    this.#read();
    this.#report();
    this.#work();
  }

  /** True while work on a partition may be going on, a paused process' included. */
  mayTouch(partition: number): boolean {
    const untilMs = mayFinishUntilMs(this.#ownership, partition);
    return this.isAlive && untilMs !== undefined && this.#nowMs() < untilMs;
  }

  /** The token under which it admits work now; undefined when it does not. */
  token(partition: number): number | undefined {
    return this.isAlive ? epochAt(this.#ownership, partition, this.#nowMs()) : undefined;
  }

  pause(forMs: number): void {
    this.#pausedUntilMs = this.#world.nowMs + forMs;
  }

  /** Reads fail from now on. */
  blind(forMs: number): void {
    this.#blindUntilMs = this.#world.nowMs + forMs;
  }

  recover(): void {
    this.#pausedUntilMs = 0;
    this.#blindUntilMs = 0;
  }

  /** A read that takes no time. */
  readNow(): void {
    this.#whenRunning(() => this.#seen(this.#world.table, this.#nowMs()));
  }

  take(event: (nowMs: number) => OwnershipEvent): void {
    this.#whenRunning(() => this.#step(event(this.#nowMs())));
  }

  #nowMs(): number {
    return this.#clock.ownMs(this.#world.nowMs);
  }

  /** At once, or when the pause is over; never when it has died. */
  #whenRunning(run: () => void): void {
    if (!this.isAlive) return;
    if (this.#world.nowMs >= this.#pausedUntilMs) run();
    else this.#world.at(this.#pausedUntilMs, () => this.#whenRunning(run));
  }

  #step(event: OwnershipEvent): void {
    const { ownership, notices } = step(this.#ownership, event);
    this.#ownership = ownership;
    for (const notice of notices) {
      if (notice.kind === 'assigned') this.#world.audit.begun(this.life, notice);
      if (notice.kind === 'revoked') this.#finish(notice.partition, notice.epoch);
    }
    this.#world.audit.check(this.#world.processes);
    this.#wake();
  }

  /** A timer for what time alone will change. */
  #wake(): void {
    const dueMs = dueAtMs(this.#ownership, this.#nowMs());
    if (dueMs === undefined || dueMs === this.#dueMs) return;
    this.#dueMs = dueMs;
    const atMs = Math.max(this.#world.nowMs, this.#clock.realMs(dueMs)) + 1e-6;
    this.#world.at(atMs, () => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.take((nowMs) => ({ kind: 'tick', nowMs }));
    });
  }

  #finish(partition: number, epoch: number): void {
    const { chance, nowMs } = this.#world;
    this.#world.at(nowMs + 3_000 * chance.uniform(), () =>
      this.take((ownMs) => ({ kind: 'finished', nowMs: ownMs, partition, epoch })),
    );
  }

  /** Reads begin at their pace, whether or not earlier ones have ended. */
  #read(): void {
    this.#whenRunning(() => {
      const { chance, nowMs, isChaos } = this.#world;
      this.#world.at(nowMs + this.#readEveryMs() * (0.8 + 0.2 * chance.uniform()), () => this.#read());
      if (nowMs < this.#blindUntilMs || (isChaos && chance.happens(0.1))) return;
      const startedMs = this.#nowMs();
      if (this.isStruck) {
        this.isStruck = false;
        this.readNow();
        this.#world.strike(this);
        return;
      }
      this.#world.at(nowMs + delayMs(chance, isChaos), () => {
        const { table } = this.#world;
        this.#world.at(this.#world.nowMs + delayMs(chance, isChaos), () => this.#seen(table, startedMs));
      });
    });
  }

  #readEveryMs(): number {
    const holdings = [...this.#ownership.holdings.values()];
    return holdings.some(({ kind }) => kind === 'waiting') ? awaitedReadIntervalMs : readIntervalMs;
  }

  #seen(table: GrantTable, startedMs: number): void {
    const { generation } = table;
    // Half of the reads ask for the generation alone first, and for the table only when it is another.
    if (this.#world.chance.happens(0.5)) {
      this.take((nowMs) => ({ kind: 'confirmed', nowMs, startedMs, generation }));
      if (generation === this.#ownership.generation) return;
    }
    this.take((nowMs) => ({ kind: 'read', nowMs, startedMs, table }));
  }

  /** Reports get lost, late and doubled. */
  #report(): void {
    this.#whenRunning(() => {
      const { chance, nowMs, isChaos } = this.#world;
      this.#world.at(nowMs + reportEveryMs * (0.8 + 0.4 * chance.uniform()), () => this.#report());
      this.#sequence += 1;
      const claim = claimOf(this.#ownership);
      const isLeaving = this.#ownership.phase !== 'running';
      const report = { life: this.life, sequence: this.#sequence, claim, isLeaving };
      for (let copies = 0; copies < (isChaos && chance.happens(0.1) ? 2 : 1); copies += 1)
        if (!(isChaos && chance.happens(0.2)))
          this.#world.at(nowMs + delayMs(chance, isChaos), () => this.#world.arrive(report));
    });
  }

  /** What is admitted is written a moment later, or after a pause, without another look at the clock. */
  #work(): void {
    this.#whenRunning(() => {
      const { chance, nowMs } = this.#world;
      this.#world.at(nowMs + 1_000 * chance.uniform(), () => this.#work());
      for (let partition = 0; partition < this.#world.table.slots.length; partition += 1) {
        const token = this.token(partition);
        if (token === undefined) continue;
        this.#world.audit.admitted(this.#world.processes, { life: this.life, partition });
        this.#world.at(nowMs + 500 * chance.uniform(), () =>
          this.#whenRunning(() => this.#world.audit.write(this.life, { partition, epoch: token })),
        );
      }
    });
  }
}
