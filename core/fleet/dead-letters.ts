/** Where what could not be handled is kept, with its reason and its content, for a person to look at. */

import * as z from 'zod';

/** A queue's message holds 256 KB; content beyond this is cut, and says so. */
export const deadLetterContentMaxChars = 128 * 1024;

export const deadLetterSchema = z.object({
  /** What refused it: `record-load`. */
  source: z.string(),
  reason: z.string(),
  /** Where it stood: `shardId-000000000001:4957…`. */
  position: z.string(),
  /** The record as text when it is UTF-8, else base64. */
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  /** True when `content` was cut. */
  truncated: z.boolean(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

export interface DeadLetters {
  /** Keeps a letter; resolves when it is kept. @throws ServiceUnavailable otherwise. */
  put(letter: DeadLetter): Promise<void>;
}
