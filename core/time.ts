/** Instants and clocks. Rules take instants as arguments; only edges own a clock. */

/** Milliseconds since the Unix epoch. */
export type EpochMs = number & { readonly unit: 'epoch-ms' };
/** Seconds since the Unix epoch: the unit of a DynamoDB TTL attribute. */
export type EpochSeconds = number & { readonly unit: 'epoch-s' };

/** Where an edge gets the present from. */
export type Clock = () => EpochMs;

/** Brands a number that is known to be milliseconds since the epoch. */
export const epochMs = (value: number): EpochMs => value as EpochMs;

/** The instant `durationMs` after `moment`. */
export const plusMs = (moment: EpochMs, durationMs: number): EpochMs => epochMs(moment + durationMs);

/** True once `now` has reached `moment`. */
export const isPast = (moment: EpochMs, now: EpochMs): boolean => moment <= now;

/** The TTL attribute for something that ends at `moment`: rounded up, so nothing expires early. */
export const ttlSeconds = (moment: EpochMs): EpochSeconds => Math.ceil(moment / 1000) as EpochSeconds;
