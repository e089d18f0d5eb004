/** Partitions by weight, without comparing any two: at 65,536 partitions comparing is a quarter of an assignment. */

/** Few enough that clearing the counts costs nothing beside a thousand partitions. */
const digitBits = 11;
const digits = 1 << digitBits;

/**
 * The heaviest first; of equal ones, in the order given. A radix sort by the bits of the weights, which are ordered as the weights are
 * while none is negative (IEEE 754).
 */
export function heaviestFirst(partitions: readonly number[], weights: Float64Array): Int32Array {
  const count = partitions.length;
  const words = wordsOf(partitions, weights);
  let [from, to] = [new Int32Array(count), new Int32Array(count)];
  for (let at = 0; at < count; at += 1) from[at] = at;
  for (let word = 0; word < 2; word += 1)
    for (let shift = 0; shift < 32; shift += digitBits) {
      pass(from, to, { words, word, shift });
      [from, to] = [to, from];
    }
  for (let at = 0; at < count; at += 1) from[at] = partitions[from[at] as number] as number;
  return from;
}

/** Two words a weight, the lower one first on every machine. */
function wordsOf(partitions: readonly number[], weights: Float64Array): Uint32Array {
  const bytes = new DataView(new ArrayBuffer(8));
  const words = new Uint32Array(2 * partitions.length);
  for (let at = 0; at < partitions.length; at += 1) {
    bytes.setFloat64(0, weights[partitions[at] as number] as number);
    words[2 * at] = bytes.getUint32(4);
    words[2 * at + 1] = bytes.getUint32(0);
  }
  return words;
}

interface Digit {
  readonly words: Uint32Array;
  readonly word: number;
  readonly shift: number;
}

/** Orders by one digit, the greatest first, and keeps what is equal in its order. */
function pass(from: Int32Array, to: Int32Array, { words, word, shift }: Digit): void {
  const starts = new Int32Array(digits + 1);
  const digitOf = (entry: number): number =>
    digits - 1 - (((words[2 * entry + word] as number) >>> shift) & (digits - 1));
  for (const entry of from) {
    const next = digitOf(entry) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let digit = 0; digit < digits; digit += 1)
    starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number);
  for (const entry of from) {
    const digit = digitOf(entry);
    to[starts[digit] as number] = entry;
    starts[digit] = (starts[digit] as number) + 1;
  }
}
