/**
 * Which keys bring most of the work, in bounded memory whatever the number of keys: Space-Saving (Metwally, Agrawal and El Abbadi,
 * 2005), with work that counts less as it ages (forward decay: Cormode, Shkapenyuk, Srivastava and Xu, 2009).
 *
 * A key that is not among the counted ones takes the place of the least, and inherits its sum as possible error. So a key's sum is
 * never too low, its sum less its error never too high, and a key with more than the total over `size` is among them.
 */

export interface HotKeys {
  /** By key: its place in `sums` and `errors`. */
  readonly places: Map<string, number>;
  readonly keys: string[];
  /** Work units, those added at `landmarkMs` counting as they are and later ones for more. Kept keys first. */
  readonly sums: Float64Array;
  /** Of the sum, so much may be other keys'. */
  readonly errors: Float64Array;
  readonly startedMs: number;
  readonly halfLifeMs: number;
  landmarkMs: number;
  total: number;
}

/** A key and the work that it brought for certain; it may have brought more. */
export interface HotKey {
  readonly key: string;
  readonly unitsPerSecond: number;
}

/** Keys that bring more than a 64th of the work are found. */
const defaultSize = 64;
/** As for partitions (core/assignment/estimates.ts). */
const defaultHalfLifeMs = 20_000;
/** Weights grow with time: before they lose precision all sums are brought down. */
const halfLivesMax = 100;

export const createHotKeys = (
  startedMs: number,
  { size = defaultSize, halfLifeMs = defaultHalfLifeMs }: { size?: number; halfLifeMs?: number } = {},
): HotKeys => ({
  places: new Map(),
  keys: [],
  sums: new Float64Array(size),
  errors: new Float64Array(size),
  startedMs,
  halfLifeMs,
  landmarkMs: startedMs,
  total: 0,
});

/** Adds work of a key. Instants never go back. */
export function addKey(
  hot: HotKeys,
  key: string,
  { units, nowMs }: { readonly units: number; readonly nowMs: number },
): void {
  if (nowMs - hot.landmarkMs > halfLivesMax * hot.halfLifeMs) bringDown(hot, nowMs);
  const weight = units * 2 ** ((nowMs - hot.landmarkMs) / hot.halfLifeMs);
  const place = hot.places.get(key) ?? takePlace(hot, key);
  hot.sums[place] = (hot.sums[place] ?? 0) + weight;
  hot.total += weight;
}

/**
 * The keys that stand out, the busiest first: those whose certain work is more than chance may give to any. Nothing before time has
 * passed.
 */
export function hottest(hot: HotKeys, nowMs: number, most: number): HotKey[] {
  const { keys, sums, errors, halfLifeMs, startedMs } = hot;
  if (nowMs <= startedMs) return [];
  const seen = 1 - 2 ** ((startedMs - nowMs) / halfLifeMs);
  const decay = 2 ** ((hot.landmarkMs - nowMs) / halfLifeMs);
  const perSecond = (1_000 * Math.LN2 * decay) / halfLifeMs / seen;
  return keys
    .map((key, place) => ({ key, certain: (sums[place] ?? 0) - (errors[place] ?? 0) }))
    .filter(({ certain }) => certain > hot.total / sums.length)
    .sort((a, b) => b.certain - a.certain || (a.key < b.key ? -1 : 1))
    .slice(0, most)
    .map(({ key, certain }) => ({ key, unitsPerSecond: certain * perSecond }));
}

function takePlace(hot: HotKeys, key: string): number {
  const { places, keys, sums, errors } = hot;
  const place = keys.length < sums.length ? keys.length : leastOf(sums);
  const before = keys[place];
  if (before !== undefined) {
    places.delete(before);
    errors[place] = sums[place] ?? 0;
  }
  keys[place] = key;
  places.set(key, place);
  return place;
}

function leastOf(sums: Float64Array): number {
  let least = 0;
  for (let place = 1; place < sums.length; place += 1)
    if ((sums[place] ?? 0) < (sums[least] ?? 0)) least = place;
  return least;
}

function bringDown(hot: HotKeys, nowMs: number): void {
  const factor = 2 ** ((hot.landmarkMs - nowMs) / hot.halfLifeMs);
  for (let place = 0; place < hot.sums.length; place += 1) {
    hot.sums[place] = (hot.sums[place] ?? 0) * factor;
    hot.errors[place] = (hot.errors[place] ?? 0) * factor;
  }
  hot.total *= factor;
  hot.landmarkMs = nowMs;
}
