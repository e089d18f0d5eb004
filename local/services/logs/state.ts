/** What CloudWatch Logs remembers: groups, their streams and a bounded number of events each. */
import * as z from 'zod';
import type { Identity, Json } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { notFound } from './errors.js';
import { keptEventsPerGroup, keptStreamsPerGroup } from './limits.js';

export interface LogEvent {
  /** Counts a group's events, in order of arrival. */
  readonly number: number;
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly kmsKeyId?: string | undefined;
  readonly logClass: string;
  retentionInDays?: number | undefined;
  readonly tags: Map<string, string>;
  /** Name → creation time, in order of creation. */
  readonly streams: Map<string, number>;
  events: LogEvent[];
  nextNumber: number;
}

export interface LogsContext {
  readonly groups: Map<string, LogGroup>;
  readonly clock: Clock;
  readonly identity: Identity;
}

/** Throws ResourceNotFoundException. */
export function groupNamed(context: LogsContext, name: string): LogGroup {
  const group = context.groups.get(name);
  if (!group) throw notFound('The specified log group does not exist.');
  return group;
}

/** By ARN, with or without the `:*` that some operations append. Throws ResourceNotFoundException. */
export function groupWithArn(context: LogsContext, arn: string): LogGroup {
  const wanted = arn.replace(/:\*$/, '');
  const group = [...context.groups.values()].find((one) => one.arn === wanted);
  if (!group) throw notFound('The specified log group does not exist.');
  return group;
}

/** Adds events in order of arrival; the oldest are forgotten beyond `keptEventsPerGroup`. */
export function addEvents(group: LogGroup, events: readonly Omit<LogEvent, 'number'>[]): void {
  for (const event of events) group.events.push({ ...event, number: group.nextNumber++ });
  // Twice the bound before cutting, so that not every call copies the array.
  if (group.events.length > keptEventsPerGroup * 2) group.events = group.events.slice(-keptEventsPerGroup);
}

/** The kept events of a group within its retention. */
export function keptEvents(group: LogGroup, nowMs: number): LogEvent[] {
  const retentionMs = (group.retentionInDays ?? Number.POSITIVE_INFINITY) * 86_400_000;
  return group.events.slice(-keptEventsPerGroup).filter(({ timestamp }) => timestamp > nowMs - retentionMs);
}

export function addStream(group: LogGroup, name: string, createdAtMs: number): void {
  group.streams.set(name, createdAtMs);
  for (const oldest of group.streams.keys()) {
    if (group.streams.size <= keptStreamsPerGroup) break;
    group.streams.delete(oldest);
  }
}

const stateSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      arn: z.string(),
      createdAtMs: z.number(),
      kmsKeyId: z.string().optional(),
      logClass: z.string(),
      retentionInDays: z.number().optional(),
      tags: z.array(z.tuple([z.string(), z.string()])).transform((entries) => new Map(entries)),
      streams: z.array(z.tuple([z.string(), z.number()])).transform((entries) => new Map(entries)),
    }),
  ),
});

/** Groups and streams, without events: what a function logged is not worth a file that grows. */
export function toSnapshot(context: LogsContext): Json {
  return {
    groups: [...context.groups.values()].map(({ events: _events, nextNumber: _next, ...group }) => ({
      ...group,
      tags: [...group.tags],
      streams: [...group.streams],
    })),
  };
}

/** Throws a ZodError for what `toSnapshot` did not make. */
export function fromSnapshot(context: LogsContext, state: Json): void {
  for (const group of stateSchema.parse(state).groups)
    context.groups.set(group.name, { ...group, events: [], nextNumber: 0 });
}
