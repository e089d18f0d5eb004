/** Runs scheduled rules on the clock. */
import { randomUUID } from 'node:crypto';
import type { Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { type DeliveryOptions, deliver } from './delivery.js';
import { eventTime } from './event.js';
import { nextInstant, parseRate } from './schedule.js';
import type { Rule } from './state.js';

export interface Scheduler {
  /** The rule is new or changed: its next event is set anew. A rule without a schedule has none. */
  refresh(rule: Rule): void;
  forget(name: string): void;
  close(): void;
}

export interface SchedulerOptions extends DeliveryOptions {
  readonly clock: Clock;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const timers = new Map<string, () => void>();
  const forget = (name: string) => {
    timers.get(name)?.();
    timers.delete(name);
  };
  const refresh = (rule: Rule): void => {
    forget(rule.Name);
    if (rule.State === 'DISABLED' || rule.ScheduleExpression === undefined) return;
    const nowMs = options.clock.now();
    const dueMs = nextInstant(rule.anchorMs, parseRate(rule.ScheduleExpression), nowMs);
    const fire = () => {
      refresh(rule);
      deliver(options, rule, scheduledEvent(options.identity, rule, dueMs));
    };
    timers.set(rule.Name, options.clock.after(dueMs - nowMs, fire));
  };
  return {
    refresh,
    forget,
    close: () => {
      for (const name of [...timers.keys()]) forget(name);
    },
  };
}

/** Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html. */
function scheduledEvent(identity: Identity, rule: Rule, atMs: number): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: identity.accountId,
    time: eventTime(atMs),
    region: identity.region,
    resources: [rule.Arn],
    detail: {},
  });
}
