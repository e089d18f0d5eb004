/**
 * A lock for many readers or one writer, in the order in which they came, as lock recipes over ZooKeeper build it. A holder that does
 * not let go within its session has died, and loses the lock.
 */

export type Mode = 'shared' | 'exclusive';

interface Waiting {
  readonly ticket: number;
  readonly mode: Mode;
  readonly grant: () => void;
}

export interface FairLockDeps {
  /** Calls once after so long; @returns what cancels it. */
  readonly after: (durationMs: number, call: () => void) => () => void;
  readonly sessionMs: number;
  readonly waitingMax: number;
}

export class FairLock {
  readonly #deps: FairLockDeps;
  readonly #waiting: Waiting[] = [];
  /** By ticket: what ends the session's clock. */
  readonly #held = new Map<number, () => void>();
  #mode: Mode = 'shared';
  #tickets = 0;

  constructor(deps: FairLockDeps) {
    this.#deps = deps;
  }

  /** Calls `granted` with a ticket when it is its turn. @returns false when as many wait as may. */
  acquire(mode: Mode, granted: (ticket: number) => void): boolean {
    if (this.#waiting.length >= this.#deps.waitingMax) return false;
    const ticket = ++this.#tickets;
    this.#waiting.push({ ticket, mode, grant: () => granted(ticket) });
    this.#grantNext();
    return true;
  }

  /** @returns false for a ticket that holds nothing (any more). */
  release(ticket: number): boolean {
    const endSession = this.#held.get(ticket);
    if (!endSession) return false;
    endSession();
    this.#held.delete(ticket);
    this.#grantNext();
    return true;
  }

  #grantNext(): void {
    for (let next = this.#waiting[0]; next && this.#admits(next.mode); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#mode = next.mode;
      const { ticket } = next;
      this.#held.set(
        ticket,
        this.#deps.after(this.#deps.sessionMs, () => this.release(ticket)),
      );
      next.grant();
    }
  }

  #admits(mode: Mode): boolean {
    return this.#held.size === 0 || (mode === 'shared' && this.#mode === 'shared');
  }
}
