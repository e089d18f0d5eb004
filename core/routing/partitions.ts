/**
 * Which partition a key belongs to: MurmurHash3 (x86, 32 bits, seed 0) of the key's UTF-8, modulo the number of partitions.
 * The hash is in the standard library or a well-known package of every language, so others can compute the same.
 */

/** Partitions of a cluster at most: what a table can hold and a reader can afford. */
export const partitionsMax = 65_536;

/** The partition of a key, from 0. Allocates nothing. */
export const partitionOf = (key: string, partitions: number): number => (hashOf(key) >>> 0) % partitions;

const [c1, c2] = [0xcc9e2d51, 0x1b873593];

/** MurmurHash3_x86_32 with seed 0 over UTF-8; an unpaired surrogate counts as U+FFFD, as TextEncoder has it. */
export const murmur3 = (text: string): number => hashOf(text) >>> 0;

/** The same as a signed integer: a number above 2³¹ that a function returns is put on the heap. */
function hashOf(text: string): number {
  let [hash, block, length] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const point = codePoint(text, at);
    if (point > 0xffff) at += 1;
    for (let rest = bytesOf(point); rest > 0; rest -= 1) {
      block |= byteOf(point, rest) << (8 * (length & 3));
      length += 1;
      if ((length & 3) !== 0) continue;
      hash = (Math.imul(rotate(hash ^ scramble(block), 13), 5) + 0xe6546b64) | 0;
      block = 0;
    }
  }
  return finish(hash ^ scramble(block) ^ length);
}

function codePoint(text: string, at: number): number {
  const point = text.codePointAt(at) ?? 0;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}

function bytesOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** The byte of a code point's UTF-8 that has `rest - 1` bytes behind it (RFC 3629). */
function byteOf(point: number, rest: number): number {
  const length = bytesOf(point);
  if (length === 1) return point;
  if (rest < length) return 0x80 | ((point >> (6 * (rest - 1))) & 0x3f);
  return ((0xf00 >> length) & 0xff) | (point >> (6 * (rest - 1)));
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const scramble = (block: number): number => Math.imul(rotate(Math.imul(block, c1), 15), c2);

function finish(mixed: number): number {
  let hash = mixed ^ (mixed >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
