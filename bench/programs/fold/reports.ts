/** What a steady fleet says: the same work everywhere, and the noise of measuring it. */

import type { NodeReport } from '../../../core/fleet/node-reports.js';

export interface Saying {
  readonly node: number;
  /** From 1. */
  readonly sequence: number;
  /** Partitions whose work it tells. */
  readonly partitions: number;
  /** From 0 to 1, anew at each call. */
  readonly random: () => number;
}

/** Of one profile, as the sample's nodes report. */
export function steadyReport({ node, sequence, partitions, random }: Saying): NodeReport {
  return {
    form: 1,
    cluster: 'treasure-hunt/production',
    node: `ip-10-0-${node >> 8}-${node & 255}`,
    incarnation: `01JC9Y2W3K${String(node).padStart(6, '0')}`,
    sequence,
    reportIntervalMs: 5_000,
    labels: { zone: 'eu-central-1a' },
    capacity: 200,
    load: round(0.5 + (random() - 0.5) * 0.04),
    queueDepth: random() < 0.1 ? 1 : 0,
    inFlight: 90 + Math.floor(random() * 20),
    health: 'ready',
    profiles: {
      gameplay: {
        label: 'v3-1f2e3d4c',
        source: 'cloud',
        schemaVersion: 2,
        counters: { 'v3-1f2e3d4c': { requests: 900 * sequence, errors: sequence >> 3, slow: sequence } },
      },
    },
    droppedReports: 0,
    ...(partitions > 0 && routed(partitions, random)),
  };
}

const routed = (partitions: number, random: () => number) => ({
  unitsPerSecond: round(400 + (random() - 0.5) * 20),
  shed: 0,
  misdirected: 0,
  ownership: { letGo: 12, begun: 12 },
  work: Object.fromEntries(
    Array.from({ length: partitions }, (_, index) => [index * 15, round(3 * (0.8 + 0.4 * random()))]),
  ),
});

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
