/** What happens when: a heap of things to do, the earliest first, and of equal times the one that was planned first. */

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: (nowMs: number) => void;
}

export class Agenda {
  readonly #heap: Planned[] = [];
  #order = 0;

  at(atMs: number, run: (nowMs: number) => void): void {
    this.#heap.push({ atMs, order: this.#order, run });
    this.#order += 1;
    let child = this.#heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** When the next thing is due; Infinity when nothing is. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Does the next thing. */
  step(): void {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (!first || !last) return;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    first.run(first.atMs);
  }

  #sink(): void {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      let first = parent;
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left;
      if (left + 1 < this.#heap.length && this.#isBefore(left + 1, first)) first = left + 1;
      if (first === parent) return;
      this.#swap(parent, first);
      parent = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Planned, this.#heap[b] as Planned];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a] as Planned, this.#heap[b] as Planned];
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
