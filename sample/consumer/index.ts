/** Entry point of a function that subscribes to changes (docs/change-events.md) and tells a chat room's web hook of them. */

import * as z from 'zod';
import { type BatchAnswer, createHandler } from './handler.js';

/** Shorter than the function's own time-out, so that a silent receiver is a failure like any other. */
const answerMaxMs = 3_000;

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<BatchAnswer> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const { WEBHOOK_URL } = z.object({ WEBHOOK_URL: z.url() }).parse(process.env);
  return createHandler({
    announce: async (text, key) => {
      const answer = await fetch(WEBHOOK_URL, {
        method: 'POST',
        // Printable ASCII, as a header must be: the id is names and numbers.
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(answerMaxMs),
      });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
    },
    log: (line) => process.stderr.write(`${line}\n`),
  });
}
