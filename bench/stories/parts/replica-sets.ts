/** Which replicas of each set are out of service: small records that several managers change. */

import { type Drain, type Drains, drainsKeptMax } from '../../../core/fleet/drains.js';
import { murmur3 } from '../../../core/routing/partitions.js';
import { epochMs } from '../../../core/time.js';

const sets = 16;
const drainMs = 60_000;

/** The record that a request is about. */
export const setOf = (key: string): string => `replica-set/${murmur3(key) % sets}`;
export const allSets = (): string[] => Array.from({ length: sets }, (_, index) => `replica-set/${index}`);

export type Record = Awaited<ReturnType<Drains['read']>>;

/** The record with one replica more out of service; the oldest are forgotten. */
export function changed({ list }: Record, replica: string, nowMs: number): Record['list'] {
  const drain: Drain = {
    node: replica,
    sinceMs: epochMs(nowMs),
    untilMs: epochMs(nowMs + drainMs),
    reason: 'moved',
    by: 'manager',
  };
  return { ...list, drains: [drain, ...list.drains].slice(0, drainsKeptMax) };
}
