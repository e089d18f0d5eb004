/** The resources of one node (virtual ports, seats): each held by one reservation at a time, for a short time. */

import { type Grant, grantsText } from './grants.js';
import { working } from './slots.js';

export class Resources {
  /** What each key's next reservation waits for. */
  readonly #held = new Map<string, Promise<void>>();
  readonly #grants: Grant[] = [];

  /** Holds the key's resource for so long, after who holds it already. */
  async hold(key: string, holdMs: number): Promise<void> {
    const before = this.#held.get(key) ?? Promise.resolve();
    const holding = before.then(() => this.#grant(key, holdMs));
    this.#held.set(key, holding);
    await holding;
    if (this.#held.get(key) === holding) this.#held.delete(key);
  }

  /** What was granted since it was asked last. */
  take(): string {
    return grantsText(this.#grants.splice(0));
  }

  async #grant(key: string, holdMs: number): Promise<void> {
    const fromNs = process.hrtime.bigint();
    await working(holdMs);
    this.#grants.push({ key, fromNs, toNs: process.hrtime.bigint() });
  }
}
