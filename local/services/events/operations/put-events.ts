/** Puts events on the default bus: those of users, and those of AWS's own services. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import { publish } from '../bus.js';
import type { EventsContext } from '../context.js';
import { entriesPerCall, reservedSourcePrefix } from '../limits.js';

const entry = z.strictObject({
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  /** JSON text of an object. */
  Detail: z.string(),
  Resources: z.array(z.string()).optional(),
  Time: z.date().optional(),
  EventBusName: z
    .string()
    .regex(
      /^(default|arn:aws:events:.+:event-bus\/default)$/,
      'expected default: no other event bus exists here',
    )
    .optional(),
});

/** A bad entry fails alone: its place in the answer has an ErrorCode instead of an EventId. */
export const putEvents = defineOperation({
  input: z.strictObject({ Entries: z.array(entry).min(1).max(entriesPerCall) }),
  run(context: EventsContext, { Entries }) {
    const results = Entries.map((one) => putOne(context, one));
    return { FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length, Entries: results };
  },
});

/**
 * How a service of this local AWS tells the bus of something: in process only, since nobody else may use a source that
 * begins with `aws.`.
 */
export const putServiceEvent = defineOperation({
  input: z.strictObject({
    Source: z.string().startsWith(reservedSourcePrefix),
    DetailType: z.string(),
    Detail: z.record(z.string(), z.unknown()),
    Resources: z.array(z.string()),
  }),
  run: (context: EventsContext, input) => ({ EventId: publish(context, input).id }),
});

function putOne(context: EventsContext, { EventBusName: _, Detail, ...about }: z.output<typeof entry>): Json {
  if (about.Source.startsWith(reservedSourcePrefix))
    return refused('NotAuthorizedForSourceException', `Not authorized for the source ${about.Source}.`);
  const detail = parseObject(Detail);
  if (!detail) return refused('MalformedDetail', 'Detail is malformed.');
  return { EventId: publish(context, { ...about, Detail: detail }).id };
}

const refused = (ErrorCode: string, ErrorMessage: string): Json => ({ ErrorCode, ErrorMessage });

function parseObject(text: string): Json | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
