/**
 * An event on the bus, as rules and targets see it.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html.
 */
import { randomUUID } from 'node:crypto';
import type { EventsContext } from './context.js';

/** What a sender says of an event. */
export interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: unknown;
  readonly Resources?: readonly string[] | undefined;
  readonly Time?: Date | undefined;
}

export type BusEvent = Readonly<Record<string, unknown>> & { readonly id: string };

export function eventOf({ clock, identity }: EventsContext, entry: Entry): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: identity.accountId,
    time: eventTime(entry.Time?.getTime() ?? clock.now()),
    region: identity.region,
    resources: entry.Resources ?? [],
    detail: entry.Detail,
  };
}

/** `2026-01-01T00:05:00Z`: whole seconds. */
export const eventTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
