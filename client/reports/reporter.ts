/**
 * Sends the node's reports: at a steady pace, and at once when something changed. A report is whole in itself, so when
 * the stream does not take them the oldest are given up; nothing grows, nothing waits, nothing throws.
 */

import type { LoadReports, PutOutcome } from '../../core/fleet/load-reports.js';
import type { NodeReport } from '../../core/fleet/node-reports.js';
import { boundedCall, waitFor } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { ReportState } from '../node.js';
import { jitteredMs } from '../profiles/pace.js';

/** Enough to show what happened during a short outage. */
const pendingReportsMax = 16;
/** Changes that come together (several profiles, one deployment) make one report. */
const coalesceMs = 20;
/** A call that hangs is given up after this, and before the next report is due: a node is missed after three reports. */
const putTimeoutMs = 2_000;

export interface ReporterDeps {
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly reports: LoadReports;
  readonly intervalMs: number;
  /** What the node says of itself now. */
  readonly snapshot: (numbers: { readonly sequence: number; readonly droppedReports: number }) => NodeReport;
  /** Called after each report that was due by its pace. */
  readonly onInterval: () => void;
}

export class Reporter {
  readonly #deps: ReporterDeps;
  #ended = false;
  #call = new AbortController();
  #pending: NodeReport[] = [];
  #sequence = 0;
  #sent = 0;
  #dropped = 0;
  #lastError: string | undefined;
  #sending: Promise<void> | undefined;
  #cancelInterval: () => void = () => undefined;
  #cancelSoon: (() => void) | undefined;

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  /** Sends the first report, and goes on. */
  start(): void {
    this.#tick();
  }

  /** Something others should know: reported at once. */
  changed(): void {
    if (this.#ended) return;
    this.#cancelSoon ??= this.#deps.clock.setTimer(() => {
      this.#cancelSoon = undefined;
      this.#report();
    }, coalesceMs);
  }

  state(): ReportState {
    const pending = this.#pending.length;
    const lastError = this.#lastError;
    return {
      sent: this.#sent,
      dropped: this.#dropped,
      pending,
      ...(lastError !== undefined && { lastError }),
    };
  }

  /** Reports now; resolves when the stream took it or did not, after `timeoutMs` at the latest. */
  async flush(timeoutMs: number): Promise<void> {
    this.#cancelPlanned();
    await waitFor(this.#deps.clock, timeoutMs, { work: this.#sendLast() });
  }

  /** A last report, then silence. Resolves within `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#cancelInterval();
    await this.flush(timeoutMs);
    this.#cancelPlanned();
    this.#ended = true;
    this.#call.abort();
  }

  #tick(): void {
    const { clock, random, intervalMs, onInterval } = this.#deps;
    this.#cancelPlanned();
    this.#report();
    onInterval();
    this.#cancelInterval = clock.setTimer(() => this.#tick(), jitteredMs(intervalMs, random));
  }

  #cancelPlanned(): void {
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
  }

  /** A report that follows the one under way, so that it is the last word. */
  async #sendLast(): Promise<void> {
    await this.#sending;
    this.#report();
    await this.#sending;
  }

  #report(): void {
    if (this.#ended) return;
    this.#sequence += 1;
    const droppedReports = this.#dropped;
    this.#keep([...this.#pending, this.#deps.snapshot({ sequence: this.#sequence, droppedReports })]);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /**
   * Sends what is pending, and what came while it was sent. After a call that hung once more at once, on another connection, as
   * likely as not; after any other failure with the next report.
   */
  async #send(): Promise<void> {
    let isSecond = false;
    do {
      const batch = this.#pending;
      this.#pending = [];
      const { unsent, reason } = await this.#put(batch);
      this.#sent += batch.length - unsent.length;
      this.#lastError = unsent.length > 0 ? (reason ?? 'not taken') : undefined;
      this.#keep([...unsent, ...this.#pending]);
      const hung = this.#call.signal.aborted;
      if (unsent.length > 0 && (isSecond || !hung)) return;
      isSecond = hung;
    } while (this.#pending.length > 0 && !this.#ended);
  }

  #put(batch: readonly NodeReport[]): Promise<PutOutcome> {
    this.#call = new AbortController();
    return boundedCall({
      clock: this.#deps.clock,
      timeoutMs: Math.min(putTimeoutMs, this.#deps.intervalMs),
      controller: this.#call,
      call: (signal) => this.#deps.reports.put(batch, signal),
      failed: (reason) => ({ unsent: batch, reason }),
    });
  }

  #keep(reports: NodeReport[]): void {
    const excess = Math.max(0, reports.length - pendingReportsMax);
    this.#dropped += excess;
    this.#pending = reports.slice(excess);
  }
}
