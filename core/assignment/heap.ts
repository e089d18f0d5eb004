/** A heap of indices whose keys change: the greatest key on top, the lower index first among equals. */

export class IndexedHeap {
  readonly #order: number[];
  /** Where each index stands in `#order`; -1: not in the heap. */
  readonly #position: Int32Array;
  readonly #keys: Float64Array;
  readonly #sign: 1 | -1;

  /** @param keys by index; call `update` after one has changed. @param sign -1 to have the least on top. */
  constructor(indices: readonly number[], keys: Float64Array, sign: 1 | -1 = 1) {
    this.#order = [...indices];
    this.#position = new Int32Array(keys.length).fill(-1);
    this.#keys = keys;
    this.#sign = sign;
    for (const [at, index] of this.#order.entries()) this.#position[index] = at;
    for (let at = this.#order.length >> 1; at >= 0; at -= 1) this.#sink(at);
  }

  /** The index with the greatest key; undefined when the heap is empty. */
  get top(): number | undefined {
    return this.#order[0];
  }

  /** The index at a position, from 0 for the top: low positions have great keys, in no strict order. */
  at(position: number): number | undefined {
    return this.#order[position];
  }

  /** Puts an index in its place after its key has changed; does nothing when it is not in the heap. */
  update(index: number): void {
    const at = this.#position[index] ?? -1;
    if (at < 0) return;
    this.#rise(at);
    this.#sink(this.#position[index] ?? 0);
  }

  remove(index: number): void {
    const at = this.#position[index] ?? -1;
    if (at < 0) return;
    this.#swap(at, this.#order.length - 1);
    this.#order.pop();
    this.#position[index] = -1;
    const moved = this.#order[at];
    if (moved !== undefined) this.update(moved);
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      let first = at;
      if (left < this.#order.length && this.#isBefore(left, first)) first = left;
      if (left + 1 < this.#order.length && this.#isBefore(left + 1, first)) first = left + 1;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#order[a] as number, this.#order[b] as number];
    const difference = this.#sign * ((this.#keys[first] as number) - (this.#keys[second] as number));
    return difference > 0 || (difference === 0 && first < second);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#order[a] as number, this.#order[b] as number];
    this.#order[a] = second;
    this.#order[b] = first;
    this.#position[second] = a;
    this.#position[first] = b;
  }
}
