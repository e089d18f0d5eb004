/** Figures: what many samples of one thing come to, and how that is written. */

/** Of some samples, in the samples' unit. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: number;
}

/** @throws RangeError without samples: nothing was measured, so nothing may be quoted. */
export function figure(samples: readonly number[]): Figure {
  return {
    median: quantile(samples, 0.5),
    least: quantile(samples, 0),
    most: quantile(samples, 1),
    samples: samples.length,
  };
}

/** The value that a share of the samples (0 to 1) does not exceed; between two samples, in proportion. @throws RangeError. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const lower = sorted[Math.floor(position)];
  const upper = sorted[Math.ceil(position)];
  if (lower === undefined || upper === undefined) throw new RangeError('a figure needs samples');
  // Also where both are infinite, and have no difference.
  return lower === upper ? lower : lower + (upper - lower) * (position - Math.floor(position));
}

/** `12.3 (11.9 – 14)`: the median, and the spread behind it. */
export const show = ({ median, least, most }: Figure): string =>
  `${round(median)} (${round(least)} – ${round(most)})`;

/** Three significant digits, thousands apart: `0.0123`, `1.23`, `12,345`. */
export function round(value: number): string {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(Math.max(2 - magnitude, 0), 6) });
}
