/** PutLogEvents, GetLogEvents, FilterLogEvents. Timestamps are milliseconds since the epoch, on the wire too. */
import * as z from 'zod';
import { defineOperation } from '../../kernel/operations.js';
import { invalidParameter, notFound } from './errors.js';
import { eventsPerPage, eventsPerPut } from './limits.js';
import { compilePattern } from './pattern.js';
import { addEvents, groupNamed, groupWithArn, keptEvents, type LogGroup, type LogsContext } from './state.js';

const instant = z.number().int().min(0);

export const putLogEvents = defineOperation({
  input: z.strictObject({
    logGroupName: z.string(),
    logStreamName: z.string(),
    logEvents: z
      .array(z.strictObject({ timestamp: instant, message: z.string().min(1) }))
      .min(1)
      .max(eventsPerPut),
    sequenceToken: z.string().optional(),
  }),
  run(context: LogsContext, input) {
    const group = groupNamed(context, input.logGroupName);
    requireStream(group, input.logStreamName);
    const ingestionTime = context.clock.now();
    addEvents(
      group,
      input.logEvents.map((event) => ({ ...event, stream: input.logStreamName, ingestionTime })),
    );
    return {};
  },
});

const source = {
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  startTime: instant.optional(),
  endTime: instant.optional(),
  limit: z.number().int().min(1).max(eventsPerPage).optional(),
  nextToken: z.string().optional(),
};

interface Source {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly limit?: number | undefined;
}

/** A page's tokens name the events at its ends; at the end the same token comes back, as on AWS. */
export const getLogEvents = defineOperation({
  input: z.strictObject({ ...source, logStreamName: z.string(), startFromHead: z.boolean().optional() }),
  run(context: LogsContext, input) {
    const group = groupOf(context, input);
    requireStream(group, input.logStreamName);
    const events = eventsOf(context, group, input).filter(({ stream }) => stream === input.logStreamName);
    const limit = input.limit ?? eventsPerPage;
    const token = parseToken(input.nextToken);
    const page =
      token?.direction === 'f' || (!token && input.startFromHead)
        ? events.filter(({ number }) => number > (token?.number ?? -1)).slice(0, limit)
        : events.filter(({ number }) => number < (token?.number ?? Number.POSITIVE_INFINITY)).slice(-limit);
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${page.at(-1)?.number ?? token?.number ?? -1}`,
      nextBackwardToken: `b/${page[0]?.number ?? token?.number ?? 0}`,
    };
  },
});

export const filterLogEvents = defineOperation({
  input: z.strictObject({
    ...source,
    filterPattern: z.string().optional(),
    logStreamNames: z.array(z.string()).min(1).max(100).optional(),
    logStreamNamePrefix: z.string().optional(),
    interleaved: z.boolean().optional(),
  }),
  run(context: LogsContext, input) {
    const group = groupOf(context, input);
    const matches = compilePattern(input.filterPattern ?? '');
    const after = parseToken(input.nextToken)?.number ?? -1;
    const rest = eventsOf(context, group, input)
      .filter(({ number }) => number > after)
      .filter(({ stream }) => input.logStreamNames?.includes(stream) ?? true)
      .filter(({ stream }) => stream.startsWith(input.logStreamNamePrefix ?? ''))
      .filter(({ message }) => matches(message));
    const page = rest.slice(0, input.limit ?? eventsPerPage);
    return {
      events: page.map(({ number, stream, ...event }) => ({
        ...event,
        logStreamName: stream,
        eventId: String(number),
      })),
      searchedLogStreams: [],
      nextToken: page.length < rest.length ? `f/${page.at(-1)?.number}` : undefined,
    };
  },
});

function groupOf(context: LogsContext, input: Source): LogGroup {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined) return groupNamed(context, logGroupName);
  if (logGroupIdentifier === undefined)
    throw invalidParameter('logGroupName or logGroupIdentifier is required');
  return logGroupIdentifier.startsWith('arn:')
    ? groupWithArn(context, logGroupIdentifier)
    : groupNamed(context, logGroupIdentifier);
}

function requireStream(group: LogGroup, name: string): void {
  if (!group.streams.has(name)) throw notFound('The specified log stream does not exist.');
}

function eventsOf(context: LogsContext, group: LogGroup, { startTime = 0, endTime }: Source) {
  const endMs = endTime ?? Number.POSITIVE_INFINITY;
  return keptEvents(group, context.clock.now()).filter(
    ({ timestamp }) => timestamp >= startTime && timestamp < endMs,
  );
}

function parseToken(text: string | undefined): { direction: string; number: number } | undefined {
  if (text === undefined) return undefined;
  const match = /^([fb])\/(-?\d+)$/.exec(text);
  if (!match?.[1] || !match[2]) throw invalidParameter('The specified nextToken is invalid.');
  return { direction: match[1], number: Number(match[2]) };
}
