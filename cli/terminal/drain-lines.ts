/** Who keeps work away from which node, until when and why. */

import type { DrainView } from '../../control/see/drains.js';
import { duration, factLines, timeOfDay } from './layout.js';
import type { Paint } from './paint.js';

interface Look {
  readonly now: string;
  readonly columns: number;
  readonly paint: Paint;
}

/** One for each, as it stands. */
export const renderDrains = (drains: readonly DrainView[], look: Look): readonly string[] =>
  drains.flatMap((drain) => renderDrain(drain, look));

export function renderDrain(drain: DrainView, { now, columns, paint }: Look): readonly string[] {
  const mark = drain.state === 'in-force' ? paint.warn('◌') : paint.dim('·');
  const words = `${paint.strong(drain.node)} ${describeDrain(drain, now)}`;
  return factLines([[mark, words]], columns);
}

/** `is drained until 12:30:00 UTC (24 min): "melting" (user/anna), although the rest is too small`. */
export function describeDrain(drain: DrainView, now: string): string {
  const why = `"${drain.reason}" (${shortCaller(drain.by)})`;
  const insisted = drain.forced ? ', although the rest is too small' : '';
  return `${timesOf(drain, now)}: ${why}${insisted}`;
}

function timesOf({ state, since, until, ended }: DrainView, now: string): string {
  const from = `${since.slice(0, 10)} ${timeOfDay(since)}`;
  if (state === 'in-force') {
    return `is drained until ${timeOfDay(until)} UTC (${duration(Date.parse(until) - Date.parse(now))})`;
  }
  if (!ended) return `was drained ${from} to ${timeOfDay(until)} UTC, over by itself`;
  const how = `ended by ${shortCaller(ended.by)}, "${ended.reason}"`;
  return `was drained ${from} to ${timeOfDay(ended.at)} UTC, ${how}`;
}

/** What of an ARN tells people apart: `user/anna`, `assumed-role/Deployer/ben`. */
export const shortCaller = (by: string): string =>
  by.startsWith('arn:') ? by.split(':').slice(5).join(':') : by;
