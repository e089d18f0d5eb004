/**
 * Schedule expressions. `rate(…)` only: `cron(…)` is refused.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
 */
import { validationError } from '../../kernel/operations.js';
import { minimumRateMinutes } from './limits.js';

const minutesOf = { minute: 1, hour: 60, day: 1440 } as const;
const ratePattern = /^rate\((?<count>\d+) (?<unit>minute|hour|day)(?<plural>s?)\)$/;

/**
 * The interval of `rate(5 minutes)`, in milliseconds. AWS wants the singular for 1 and the plural for more. Throws
 * ValidationException for anything else, `cron` included.
 */
export function parseRate(expression: string): number {
  if (expression.startsWith('cron('))
    throw validationError(`ScheduleExpression '${expression}': this local AWS has rate(…) only, no cron(…)`);
  const groups = ratePattern.exec(expression)?.groups;
  const count = Number(groups?.['count']);
  const isPlural = groups?.['plural'] === 's';
  if (!groups || count < minimumRateMinutes || isPlural !== count > 1)
    throw validationError(
      `Parameter ScheduleExpression is not valid: '${expression}', expected for example rate(1 minute) or rate(5 minutes)`,
    );
  return count * minutesOf[groups['unit'] as keyof typeof minutesOf] * 60_000;
}

/** The first instant after `nowMs` that lies whole multiples of the rate behind the anchor. */
export function nextInstant(anchorMs: number, rateMs: number, nowMs: number): number {
  const passed = Math.max(0, Math.floor((nowMs - anchorMs) / rateMs));
  return anchorMs + (passed + 1) * rateMs;
}
