/**
 * Work that takes time and no processor, done on so many benches in the order it came, with a bound on what waits. Each piece
 * begins when a bench was free, not when a timer noticed: late timers cost no capacity.
 */

export class Benches {
  readonly #freeAtMs: Float64Array;
  readonly #waitingMax: number;
  #unfinished = 0;
  #busyMs = 0;

  constructor(about: { readonly benches: number; readonly waitingMax: number }) {
    this.#freeAtMs = new Float64Array(about.benches);
    this.#waitingMax = about.waitingMax;
  }

  /** What was worked in all, on all benches together. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** @returns false, and does nothing, when as many wait as may. */
  take(workMs: number, done: () => void): boolean {
    if (this.#unfinished >= this.#freeAtMs.length + this.#waitingMax) return false;
    const nowMs = performance.now();
    const bench = this.#freeAtMs.indexOf(Math.min(...this.#freeAtMs));
    const endsAtMs = Math.max(nowMs, this.#freeAtMs[bench] ?? 0) + workMs;
    this.#freeAtMs[bench] = endsAtMs;
    this.#unfinished += 1;
    this.#busyMs += workMs;
    setTimeout(() => {
      this.#unfinished -= 1;
      done();
    }, endsAtMs - nowMs);
    return true;
  }
}
