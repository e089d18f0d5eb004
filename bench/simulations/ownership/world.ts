/** Nodes, a table and writers that race, on one true time that none of them can see. */

import { emptyAssignment, type GrantTable, type Life } from '../../../core/assignment/table/table.js';
import { Agenda } from '../assignment/events.js';
import { type Chance, chanceOf } from '../guard/chance.js';
import { Audit } from './audit.js';
import { type Conditions, delayMs, newsEveryMs, pick, runEveryMaxMs } from './conditions.js';
import { Process, type Report } from './process.js';
import { type NodeRecord, nextTable } from './writer.js';

export class World {
  readonly chance: Chance;
  readonly endMs: number;
  readonly audit: Audit;
  readonly conditions: Conditions;
  readonly processes: Process[] = [];
  table: GrantTable;
  nowMs = 0;
  /** News are looked at soon; always in quiet times, and in one history of four beside: what goes wrong does so rather where runs are rare. */
  readonly #isPrompt: boolean;
  #lives = 0;
  #ranMs = 0;
  #isAwaited = false;
  #records: ReadonlyMap<string, NodeRecord> = new Map();
  readonly #retired = new Set<string>();
  readonly #agenda = new Agenda();

  constructor(conditions: Conditions, seed: number) {
    this.conditions = conditions;
    this.chance = chanceOf(seed);
    this.#isPrompt = conditions.chaosMs === 0 || seed % 4 === 0;
    this.endMs = conditions.chaosMs + conditions.quietMs;
    this.audit = new Audit(conditions.partitions, conditions.isFenced);
    this.table = emptyAssignment(conditions.partitions);
    for (let node = 0; node < conditions.nodes; node += 1) this.start(`n${node}`);
    this.#write();
    this.#trouble();
    this.at(conditions.chaosMs, () => {
      for (const each of this.processes) each.recover();
    });
  }

  get isChaos(): boolean {
    return this.nowMs < this.conditions.chaosMs;
  }

  at(atMs: number, run: () => void): void {
    this.#agenda.at(atMs, run);
  }

  run(untilMs: number): void {
    while (this.#agenda.nextMs <= untilMs) {
      this.nowMs = this.#agenda.nextMs;
      this.#agenda.step();
    }
    this.nowMs = untilMs;
  }

  start(node: string): void {
    this.#lives += 1;
    this.processes.push(new Process(this, { node, incarnation: `life-${this.#lives}` }));
  }

  /** A report reaches the record: an unknown life replaces the one shown, an earlier one is ignored. */
  arrive({ life, ...said }: Report): void {
    const shown = this.#records.get(life.node);
    if (this.#retired.has(life.incarnation)) return;
    if (shown?.incarnation === life.incarnation && shown.sequence >= said.sequence) return;
    if (shown && shown.incarnation !== life.incarnation) this.#retired.add(shown.incarnation);
    const record = { incarnation: life.incarnation, ...said, arrivedAtMs: this.nowMs };
    this.#records = new Map([...this.#records, [life.node, record]]);
    if (this.#isPrompt && shown && isNews(shown, record)) this.#runSoon();
  }

  /** Partitions that nobody serves. */
  unserved(): number[] {
    return this.table.slots.flatMap((_, partition) =>
      this.processes.some((each) => each.token(partition) !== undefined) ? [] : [partition],
    );
  }

  /** Runs of writers, at times two at once, on what was true some time ago. */
  #write(): void {
    this.at(this.nowMs + runEveryMaxMs * (0.25 + 0.75 * this.chance.uniform()), () => this.#write());
    const runs = this.isChaos && this.chance.happens(0.3) ? 2 : 1;
    for (let run = 0; run < runs; run += 1) this.#runOnce();
  }

  #runSoon(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    this.at(Math.max(this.nowMs, this.#ranMs + newsEveryMs), () => {
      this.#isAwaited = false;
      this.#runOnce();
    });
  }

  #runOnce(): void {
    this.#ranMs = this.nowMs;
    const [previous, { chance, isChaos }] = [this.table, this];
    // Records may be read before the table or after it; a run may be paused with its answer in hand.
    const early = chance.happens(0.5) ? this.#records : undefined;
    this.at(this.nowMs + delayMs(chance, isChaos), () => {
      const records = early ?? this.#records;
      const written = nextTable(this, previous, records);
      const pausedMs = isChaos && chance.happens(0.05) ? 20_000 * chance.uniform() : 0;
      this.at(this.nowMs + pausedMs + delayMs(chance, isChaos), () => {
        if (written && this.table.generation === previous.generation) this.table = written;
      });
    });
  }

  /** Pauses longer than a lease, blindness, deaths, restarts, and twins: a second life beside the first. */
  #trouble(): void {
    if (!this.isChaos) return;
    this.at(this.nowMs + 4_000 * this.chance.uniform(), () => this.#trouble());
    const process = pick(
      this.chance,
      this.processes.filter(({ isAlive }) => isAlive),
    );
    if (!process) return;
    const drawn = this.chance.uniform();
    if (drawn < 0.05) process.isStruck = true;
    else if (drawn < 0.3) process.pause(25_000 * this.chance.uniform());
    else if (drawn < 0.6) process.blind(25_000 * this.chance.uniform());
    else if (drawn < 0.68) this.#restart(process.life, () => this.kill(process));
    else if (drawn < 0.76) this.#restart(process.life, () => undefined);
    else this.#leave(process);
  }

  kill(process: Process): void {
    process.isAlive = false;
  }

  /**
   * The worst moment: a process is paused right after a read, what it has is taken from it, and the others see that, all at once.
   * Its lease and their waits begin together, so that nothing but the margin is between them.
   */
  strike(process: Process): void {
    process.pause(20_000);
    const others = [...this.#records].filter(([node]) => node !== process.life.node);
    this.table = nextTable(this, this.table, new Map(others)) ?? this.table;
    for (const each of this.processes) if (each !== process) each.readNow();
  }

  /** A planned end: it drains for a while, or not at all, says its last words, and a new life begins. */
  #leave(process: Process): void {
    process.take((nowMs) => ({ kind: 'drain', nowMs }));
    const drainsMs = this.chance.happens(0.5) ? 0 : 10_000 * this.chance.uniform();
    this.at(this.nowMs + drainsMs, () =>
      this.#restart(process.life, () => process.take((nowMs) => ({ kind: 'stop', nowMs }))),
    );
  }

  #restart({ node }: Life, end: () => void): void {
    end();
    this.at(this.nowMs + 5_000 * this.chance.uniform(), () => this.start(node));
  }
}

/** Somebody may wait for what the record says now. */
const isNews = (shown: NodeRecord, { incarnation, isLeaving, claim }: NodeRecord): boolean =>
  shown.incarnation !== incarnation ||
  shown.isLeaving !== isLeaving ||
  shown.claim.letGo !== claim.letGo ||
  shown.claim.begun !== claim.begun;
