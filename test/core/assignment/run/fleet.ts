/** Records of a fleet, with everything usual filled in. */

import { decide, type RunInput } from '../../../../core/assignment/run/run.js';
import { routingSettingsSchema } from '../../../../core/assignment/settings.js';
import type { Drain } from '../../../../core/fleet/drains.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import { epochMs, plusMs, ttlSeconds } from '../../../../core/time.js';

export const startMs = epochMs(1_767_225_600_000);
export const minuteMs = 60_000;

/** A node of 100 units a second that has long been there and reported this very moment. */
export function record(node: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    cluster: 'shop/staging',
    node,
    incarnation: `${node}-1`,
    sequence: 100,
    reportIntervalMs: 2_000,
    labels: {},
    capacity: 100,
    load: 0.5,
    queueDepth: 0,
    inFlight: 0,
    health: 'ready',
    profiles: {},
    droppedReports: 0,
    arrivedAtMs: startMs,
    since: plusMs(startMs, -60 * minuteMs),
    expiresAtSeconds: ttlSeconds(plusMs(startMs, 60 * minuteMs)),
    retired: [],
    ...changes,
  };
}

/** A node that was last heard so long ago. */
export const heard = (node: string, agoMs: number, changes: Partial<NodeRecord> = {}): NodeRecord =>
  record(node, { arrivedAtMs: plusMs(startMs, -agoMs), ...changes });

export const drain = (node: string, changes: Partial<Drain> = {}): Drain => ({
  node,
  sinceMs: startMs,
  untilMs: plusMs(startMs, 30 * minuteMs),
  reason: 'a test',
  by: 'anna',
  ...changes,
});

/** Sixteen partitions, which may move again at once. */
export const settings = (changes: object = {}) =>
  routingSettingsSchema.parse({ partitions: 16, dwellMs: 0, ...changes });

export const inputOf = (changes: Partial<RunInput> = {}): RunInput => ({
  settings: settings(),
  head: changes.table && {
    generation: changes.table.generation,
    rosterRevision: changes.roster?.revision ?? 0,
  },
  table: undefined,
  roster: undefined,
  records: [],
  drains: { cluster: 'shop/staging', drains: [] },
  nowMs: startMs,
  ...changes,
});

/** A fleet's first table and roster, with whose nodes it was made. */
export function begun(...nodes: string[]) {
  const records = nodes.map((node) => record(node));
  const { table, roster } = decide(inputOf({ records }));
  if (!table || !roster) throw new Error('a first run writes both');
  return { table, roster, records };
}
