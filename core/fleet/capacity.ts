/** What the nodes of a fleet can do. */

import type { NodeRecord } from './node-records.js';

export type Capacities = (record: Pick<NodeRecord, 'unitsPerSecond' | 'capacity'>) => number;

/**
 * Work units a second that each node can do: as it measured. One that has not measured yet declares how much it does at once, which
 * is another unit: it is taken to do as much for each of these as the middle one of those that have measured. Until somebody has,
 * what is declared is compared as it is.
 */
export function capacitiesOf(records: readonly NodeRecord[]): Capacities {
  const each = records
    .flatMap(({ unitsPerSecond, capacity }) => (unitsPerSecond ? [unitsPerSecond / capacity] : []))
    .toSorted((a, b) => a - b);
  const usual = each[Math.floor(each.length / 2)] ?? 1;
  return ({ unitsPerSecond, capacity }) => unitsPerSecond || capacity * usual;
}
