/** The default bus: hands an event to the targets of every rule whose pattern it fits. */
import { parsePattern } from '../../kernel/event-pattern.js';
import type { EventsContext } from './context.js';
import { deliver } from './delivery.js';
import { type BusEvent, type Entry, eventOf } from './event.js';
import type { Rule } from './state.js';

/** Returns the event, before any target has got it. */
export function publish(context: EventsContext, entry: Entry): BusEvent {
  const event = eventOf(context, entry);
  const text = JSON.stringify(event);
  for (const rule of Object.values(context.state.rules))
    if (fits(rule, event)) deliver(context.delivery, rule, text);
  return event;
}

function fits(rule: Rule, event: BusEvent): boolean {
  if (rule.State === 'DISABLED' || rule.EventPattern === undefined) return false;
  return parsePattern(rule.EventPattern)(event);
}
