import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur3, partitionOf } from '../../../core/routing/partitions.js';

describe('the hash of a key', () => {
  // As other implementations publish them: SMHasher's, Guava's, Python's mmh3.
  it.each([
    ['', 0x00000000],
    ['hello', 0x248bfa47],
    ['test', 0xba6bd213],
    ['abc', 0xb3dd93fa],
    ['Hello, world!', 0xc0363e43],
    ['testy1', 0x8a1a243a],
    ['testy12', 0x845461b9],
    ['testy123', 0x47628ac4],
    ['special characters açb↓c', 0xbe83b140],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
    ['\0\0\0\0', 0x2362f9de],
  ])('of %j is the published one', (key, hash) => {
    expect(murmur3(key)).toBe(hash);
  });

  it('is that of the key’s UTF-8: any text hashes as its bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(murmur3(key)).toBe(ofBytes(new TextEncoder().encode(key)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes half a character for U+FFFD, as TextEncoder does', () => {
    expect(murmur3('a\ud83d')).toBe(murmur3('a\ufffd'));
    expect(murmur3('\ude00b')).toBe(murmur3('\ufffdb'));
  });
});

describe('the partition of a key', () => {
  it('is its hash modulo the number of partitions', () => {
    expect([partitionOf('hello', 1_024), partitionOf('Hello, world!', 4_096)]).toEqual([
      0x248bfa47 % 1_024,
      0xe43,
    ]);
  });

  it.each([64, 100, 1_024])('is spread evenly over %i, even for keys that count up', (partitions) => {
    const counts = new Int32Array(partitions);
    for (let key = 0; key < 200 * partitions; key += 1) {
      const partition = partitionOf(`user-${key}`, partitions);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    // Six standard deviations of a fair spread.
    expect(Math.max(...counts)).toBeLessThan(200 + 6 * Math.sqrt(200));
    expect(Math.min(...counts)).toBeGreaterThan(200 - 6 * Math.sqrt(200));
  });
});

/** The textbook form, over a whole array of bytes. */
function ofBytes(bytes: Uint8Array): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const scramble = (word: number) => Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  let hash = 0;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    hash = Math.imul(rotate(hash ^ scramble(words.getUint32(at, true)), 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at -= 1) tail = (tail << 8) | (bytes[at] ?? 0);
  hash ^= scramble(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
