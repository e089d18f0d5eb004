/** One time of serving one partition: what was admitted under it, and the end of it all. */

export class Tenure {
  readonly partition: number;
  readonly epoch: number;
  readonly #tasks = new Set<AbortController>();
  readonly #controller = new AbortController();
  #heard: 'not-told' | 'listening' | 'heard' = 'not-told';
  #whenDone: () => void = () => undefined;

  constructor({ partition, epoch }: { readonly partition: number; readonly epoch: number }) {
    this.partition = partition;
    this.epoch = epoch;
  }

  /** Aborts when the time to finish is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isRevoked(): boolean {
    return this.#heard !== 'not-told';
  }

  /** Admits a piece of work. @returns its own signal, and what ends it. */
  admit(): { readonly signal: AbortSignal; readonly end: () => void } {
    const task = new AbortController();
    this.#tasks.add(task);
    const end = () => {
      this.#tasks.delete(task);
      this.#look();
    };
    return { signal: task.signal, end };
  }

  /** Calls `whenDone` once, when all that was admitted has ended and `heard` has resolved; never after `expire`. */
  revoke(heard: Promise<void>, whenDone: () => void): void {
    this.#heard = 'listening';
    this.#whenDone = whenDone;
    void heard.then(() => {
      this.#heard = 'heard';
      this.#look();
    });
  }

  /** What still runs must be broken off. */
  expire(): void {
    this.#whenDone = () => undefined;
    this.#controller.abort();
    for (const task of this.#tasks) task.abort();
  }

  #look(): void {
    if (this.#heard !== 'heard' || this.#tasks.size > 0) return;
    const whenDone = this.#whenDone;
    this.#whenDone = () => undefined;
    whenDone();
  }
}
