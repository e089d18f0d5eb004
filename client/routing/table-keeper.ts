/**
 * Keeps a cluster's table and roster current: asks for the small head again and again, and fetches what it names when that is new.
 * One read at a time, none older than what is held.
 */

import type { GrantTable } from '../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader } from '../../core/assignment/table/tables.js';
import type { Roster } from '../../core/fleet/roster.js';
import { awaitedReadIntervalMs, leaseMs, readIntervalMs } from '../../core/ownership/lease.js';
import { boundedCall } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { RoutingState } from '../node.js';
import { jitteredMs } from '../profiles/pace.js';
import type { SafeLog } from '../safe-log.js';

/** DynamoDB answers in a hundredth of this. After a read that hangs, the next one still comes within the lease. */
const readTimeoutMs = 3_000;
/** Those who want it now get it this long after the last one: a storm of misdirected work is no storm of reads. */
const refreshGapMs = 250;
/** A writer may overtake a read, and the next one too; after that the pace of reading is better than haste. */
const attemptsMax = 3;
/** While so many reads in a row fail, a lease still holds: the pace stays. */
const steadyFailures = 3;
/** Beyond, reads are drawn from up to so many intervals: a fleet neither presses AWS while it is down nor comes back at once. */
const backoffIntervals = 4;

export interface KeeperDeps {
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly reader: AssignmentReader;
  readonly log: SafeLog;
  /** A read that succeeded, on the monotonic clock: when it started, and which generation was in force then. */
  readonly onConfirmed: (read: { readonly startedMs: number; readonly generation: number }) => void;
  /** The same, with a table that is newer than all before. */
  readonly onTable: (read: { readonly startedMs: number; readonly table: GrantTable }) => void;
  readonly onRoster: (roster: Roster) => void;
  /** True while what the next read may show is waited for. */
  readonly isAwaited: () => boolean;
  /** A read failed, or succeeded after one that did not. */
  readonly onRead: () => void;
}

type Outcome = 'done' | 'superseded' | { readonly failed: string };

export class TableKeeper {
  readonly #deps: KeeperDeps;
  #revision = 0;
  #generation = 0;
  #rosterKey: string | undefined;
  #failures = 0;
  #state: RoutingState = {};
  /** When the last read that succeeded started; the beginning, while there is none. */
  #freshMs: number;
  #ended = false;
  #call = new AbortController();
  #isReading = false;
  #startedMs = Number.NEGATIVE_INFINITY;
  /** Wait for a read that has not started. */
  #waiting: (() => void)[] = [];
  #cancel: () => void = () => undefined;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#freshMs = deps.clock.monotonicMs();
  }

  /** True where no read has succeeded for as long as a lease. */
  isCutOff(): boolean {
    return this.#deps.clock.monotonicMs() - this.#freshMs >= leaseMs;
  }

  state(): RoutingState {
    return this.#state;
  }

  /** Reads now, and goes on. */
  start(): void {
    void this.#begin();
  }

  /** Resolves after a read that started after this call: it shows all that was written before. Never rejects. */
  refresh(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isReading) this.#plan(this.#gapMs());
    });
  }

  /** Ends it: a read under way is abandoned, and what it answers is ignored. */
  close(): void {
    this.#ended = true;
    this.#cancel();
    this.#call.abort();
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#deps.reader.close();
  }

  #plan(delayMs: number): void {
    this.#cancel();
    if (!this.#ended) this.#cancel = this.#deps.clock.setTimer(() => void this.#begin(), delayMs);
  }

  async #begin(): Promise<void> {
    const waiting = this.#waiting.splice(0);
    this.#startedMs = this.#deps.clock.monotonicMs();
    this.#isReading = true;
    await this.#read();
    this.#isReading = false;
    for (const resolve of waiting) resolve();
    this.#plan(this.#waiting.length > 0 ? this.#gapMs() : this.#delayMs());
  }

  async #read(): Promise<void> {
    let outcome: Outcome = 'superseded';
    for (let attempt = 0; outcome === 'superseded' && attempt < attemptsMax; attempt += 1)
      outcome = await this.#bounded((signal) => this.#readOnce(signal));
    if (this.#ended) return;
    if (outcome === 'done') this.#succeeded();
    else this.#failed(outcome === 'superseded' ? 'newer ones are written all the time' : outcome.failed);
  }

  async #readOnce(signal: AbortSignal): Promise<Outcome> {
    const { clock, reader } = this.#deps;
    // Before anything is sent: what this read does not show was written later than this.
    const startedMs = clock.monotonicMs();
    const head = await reader.head(signal);
    if (signal.aborted) return 'done';
    if (this.#isOlder(head)) return { failed: 'an older one is in force than was read before' };
    if (!head) return 'done';
    const outcome = await this.#takeTable(head, startedMs, signal);
    // What a newer head names is in force, whatever its number: a table that was made anew counts its rosters anew.
    if (outcome !== 'done' || signal.aborted || head.rosterKey === this.#rosterKey) return outcome;
    return head.rosterKey === undefined ? outcome : this.#takeRoster(head, signal);
  }

  /** The generation first: where the head was lost, the next one jumps ahead in generations and counts its revisions anew. */
  #isOlder(head: AssignmentHead | undefined): boolean {
    const { generation, revision } = head ?? { generation: 0, revision: 0 };
    if (generation !== this.#generation) return generation < this.#generation;
    return revision < this.#revision;
  }

  async #takeTable(head: AssignmentHead, startedMs: number, signal: AbortSignal): Promise<Outcome> {
    const { reader, onConfirmed, onTable } = this.#deps;
    if (head.generation > this.#generation) {
      const table = await reader.table(head, signal);
      if (signal.aborted) return 'done';
      if (table === 'superseded') return table;
      this.#revision = head.revision;
      this.#generation = table.generation;
      onTable({ startedMs, table });
      return 'done';
    }
    this.#revision = head.revision;
    onConfirmed({ startedMs, generation: head.generation });
    return 'done';
  }

  async #takeRoster(head: AssignmentHead, signal: AbortSignal): Promise<Outcome> {
    const roster = await this.#deps.reader.roster(head, signal);
    if (signal.aborted || roster === 'superseded') return roster === 'superseded' ? roster : 'done';
    this.#rosterKey = head.rosterKey;
    this.#deps.onRoster(roster);
    return 'done';
  }

  #bounded(call: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    this.#call = new AbortController();
    if (this.#ended) this.#call.abort();
    return boundedCall<Outcome>({
      clock: this.#deps.clock,
      timeoutMs: readTimeoutMs,
      controller: this.#call,
      call,
      failed: (reason) => ({ failed: reason }),
    });
  }

  /** Once for a time of failures: the same line every two seconds helps nobody. */
  #failed(reason: string): void {
    this.#failures += 1;
    if (this.#failures === 1) this.#deps.log('warn', 'the assignment could not be read', { reason });
    this.#state = { ...this.#state, lastError: reason };
    this.#deps.onRead();
  }

  #succeeded(): void {
    const hadFailed = this.#failures > 0;
    this.#failures = 0;
    this.#freshMs = this.#startedMs;
    this.#state = { readAtMs: this.#deps.clock.now() };
    if (hadFailed) this.#deps.onRead();
  }

  #gapMs(): number {
    return Math.max(0, this.#startedMs + refreshGapMs - this.#deps.clock.monotonicMs());
  }

  #delayMs(): number {
    const { random, isAwaited } = this.#deps;
    if (this.#failures === 0 && isAwaited()) return jitteredMs(awaitedReadIntervalMs, random);
    if (this.#failures <= steadyFailures) return jitteredMs(readIntervalMs, random);
    return readIntervalMs * (1 + (backoffIntervals - 1) * random());
  }
}
