/** What every DeadLetters must do. */

import { expect, it } from 'vitest';
import {
  type DeadLetter,
  type DeadLetters,
  deadLetterContentMaxChars,
} from '../../core/fleet/dead-letters.js';

export interface DeadLettersWorld {
  readonly deadLetters: DeadLetters;
  /** What was kept, in no order. */
  read(): Promise<readonly unknown[]>;
}

const letter = (position: string, content: string): DeadLetter => ({
  source: 'record-load',
  reason: 'load is 1001, expected at most 1000',
  position,
  content,
  encoding: 'utf8',
  truncated: false,
});

export function deadLettersContract(make: () => Promise<DeadLettersWorld>): void {
  it('keeps letters whole', async () => {
    const { deadLetters, read } = await make();
    const letters = [letter('shardId-0:1', '{"text":"☂\u0007"}'), letter('shardId-0:2', '')];
    for (const each of letters) await deadLetters.put(each);
    const kept = (await read()) as DeadLetter[];
    expect(kept.toSorted((a, b) => (a.position < b.position ? -1 : 1))).toEqual(letters);
  });

  it('keeps a letter of the greatest length', async () => {
    const { deadLetters, read } = await make();
    const longest = letter('shardId-0:1', 'x'.repeat(deadLetterContentMaxChars));
    await deadLetters.put(longest);
    expect(await read()).toEqual([longest]);
  });

  it('cuts what takes more room in a message than it has characters, and says so', async () => {
    const { deadLetters, read } = await make();
    await deadLetters.put(letter('shardId-0:1', `\u0000\uffff☂😀${'☂'.repeat(100_000)}`));
    const [kept] = (await read()) as DeadLetter[];
    expect(kept?.truncated).toBe(true);
    expect(kept?.content.slice(0, 6)).toBe('\u0000\uffff☂😀☂');
    expect(kept?.content.length).toBeGreaterThan(40_000);
  });
}
