/**
 * Announces changes from batches of the stream. A change may come twice, and a batch comes again from its first failure on:
 * what was announced is remembered by the event's id, here and (as the key of the request) by whoever is told.
 */

import * as z from 'zod';
import { announcementOf, readChange } from './announcement.js';

/** Ids that are remembered; a batch that comes again is one of the last few. */
const rememberedMax = 1_000;

const batchSchema = z.object({
  Records: z.array(z.object({ kinesis: z.object({ sequenceNumber: z.string(), data: z.string() }) })),
});

/** The first record that was not handled: Lambda goes on from there, so that order is kept. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface ConsumerDeps {
  /** Tells a line to whoever should know; the same key is the same line again. @throws when they were not reached. */
  readonly announce: (line: string, key: string) => Promise<void>;
  readonly log: (line: string) => void;
}

/** @throws ZodError when the event is no batch of a stream. */
export function createHandler({ announce, log }: ConsumerDeps) {
  const announced = new Set<string>();
  return async (event: unknown): Promise<BatchAnswer> => {
    for (const { kinesis } of batchSchema.parse(event).Records) {
      const change = readChange(kinesis.data);
      // Skipped, since it would be no better the next time, and others wait behind it.
      if (!change) log(`record ${kinesis.sequenceNumber} is no change event`);
      const line = change && announcementOf(change);
      if (!line || announced.has(change.id)) continue;
      try {
        await announce(line, change.id);
      } catch (error) {
        log(`could not announce ${change.id}: ${String(error)}`);
        return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] };
      }
      remember(announced, change.id);
    }
    return { batchItemFailures: [] };
  };
}

function remember(announced: Set<string>, id: string): void {
  announced.add(id);
  const [oldest] = announced;
  if (announced.size > rememberedMax && oldest !== undefined) announced.delete(oldest);
}
