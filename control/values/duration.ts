/** Durations as people write them: `90s`, `15m`, `2h`, `3d`. */

import { UsageError } from '../../core/errors.js';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws UsageError for anything but a number and one of s, m, h, d. */
export function parseDurationMs(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const perUnit = unitMs[unit];
  if (perUnit !== undefined) return Number(number) * perUnit;
  throw new UsageError(`"${text}" is not a duration`, { hint: 'Write 90s, 15m, 2h or 3d.' });
}
