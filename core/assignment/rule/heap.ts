/** A heap of indices whose keys change: the greatest key on top, the lower index first among equals. */

export class IndexedHeap {
  readonly #order: Int32Array;
  #size: number;
  /** Where each index stands in `#order`; -1: not in the heap. */
  readonly #position: Int32Array;
  readonly #keys: Float64Array;
  readonly #sign: 1 | -1;

  /** @param keys by index; call `update` after one has changed. @param sign -1 to have the least on top. */
  constructor(indices: readonly number[], keys: Float64Array, sign: 1 | -1 = 1) {
    this.#order = new Int32Array(indices);
    this.#size = indices.length;
    this.#position = new Int32Array(keys.length).fill(-1);
    this.#keys = keys;
    this.#sign = sign;
    for (let at = 0; at < this.#size; at += 1) this.#position[this.#order[at] as number] = at;
    for (let at = (this.#size >> 1) - 1; at >= 0; at -= 1) this.#sink(at);
  }

  /** The index with the greatest key; undefined when the heap is empty. */
  get top(): number | undefined {
    return this.at(0);
  }

  /** The index at a position, from 0 for the top: low positions have great keys, in no strict order. */
  at(position: number): number | undefined {
    return position < this.#size ? this.#order[position] : undefined;
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
    this.#size -= 1;
    this.#position[index] = -1;
    if (at === this.#size) return;
    const last = this.#order[this.#size] as number;
    this.#put(at, last);
    this.update(last);
  }

  #rise(from: number): void {
    const index = this.#order[from] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#order[parent] as number;
      if (!this.#isBefore(index, above)) break;
      this.#put(at, above);
      at = parent;
    }
    this.#put(at, index);
  }

  #sink(from: number): void {
    const [index, size] = [this.#order[from] as number, this.#size];
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size && this.#isBefore(this.#order[right] as number, this.#order[child] as number))
        child = right;
      const below = this.#order[child] as number;
      if (!this.#isBefore(below, index)) break;
      this.#put(at, below);
      at = child;
    }
    this.#put(at, index);
  }

  #isBefore(first: number, second: number): boolean {
    const difference = this.#sign * ((this.#keys[first] as number) - (this.#keys[second] as number));
    return difference > 0 || (difference === 0 && first < second);
  }

  #put(at: number, index: number): void {
    this.#order[at] = index;
    this.#position[index] = at;
  }
}
