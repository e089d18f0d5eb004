/** What a change event is counted as. */

import type { ChangeEvent } from '../../core/delivery/change-events.js';
import { type ChangeGauge, changeGauges } from './settings.js';

/** In AppConfig's words. They name the extension, which a crash, a time-out or a throttle have in common. */
export const isUnanswered = ({ type, data }: ChangeEvent): boolean =>
  type === 'dev.veltrix.deployment.rolling-back' && /error invoking extension/i.test(data.description);

/** Rolled back for the alarm that the environment is monitored by. */
export const isMonitored = ({ type, data }: ChangeEvent): boolean =>
  type === 'dev.veltrix.deployment.rolling-back' && data.triggeredBy === 'CLOUDWATCH_ALARM';

const kinds: Readonly<Partial<Record<ChangeEvent['type'], ChangeGauge>>> = {
  'dev.veltrix.deployment.started': changeGauges.started,
  'dev.veltrix.deployment.completed': changeGauges.completed,
  'dev.veltrix.deployment.rolled-back': changeGauges.undone,
  'dev.veltrix.deployment.reverted': changeGauges.undone,
};

/** How many there are of each kind; undefined where there is none. */
export function countsOf(events: readonly ChangeEvent[]): Record<ChangeGauge, number | undefined> {
  const of = (kind: ChangeGauge) => events.filter(({ type }) => kinds[type] === kind).length || undefined;
  const { started, completed, undone } = changeGauges;
  return { [started]: of(started), [completed]: of(completed), [undone]: of(undone) };
}
