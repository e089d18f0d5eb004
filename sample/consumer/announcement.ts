/** What is said of a change, and of which changes anything is said: the ends of rollouts. */

import * as z from 'zod';

/** What is read of a change event; whatever else it carries, now or later, is left alone. */
const changeSchema = z.object({
  id: z.string(),
  type: z.string(),
  /** `treasure-hunt/production/gameplay`. */
  subject: z.string(),
  data: z.object({ version: z.int(), description: z.string(), author: z.string(), reason: z.string() }),
});
export type Change = z.infer<typeof changeSchema>;

/** The change in a record's bytes; undefined when it is none. */
export function readChange(base64: string): Change | undefined {
  try {
    return changeSchema.safeParse(JSON.parse(Buffer.from(base64, 'base64').toString())).data;
  } catch {
    return undefined;
  }
}

/** One line for people; undefined for a change that is not announced. */
export function announcementOf({ type, subject, data }: Change): string | undefined {
  const what = `${subject} version ${data.version}`;
  switch (type) {
    case 'dev.veltrix.deployment.completed':
      return `${what} is everywhere: ${data.reason} (${data.author})`;
    case 'dev.veltrix.deployment.rolled-back':
      return `${what} was rolled back: ${data.description} (${data.author} had published it: ${data.reason})`;
    default:
      return undefined;
  }
}
