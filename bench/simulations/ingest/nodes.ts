/** Nodes that report at their own pace: steady, but for now and then a load that has left its band. */

import type { NodeReport } from '../../../core/fleet/node-reports.js';
import type { Chance } from '../guard/chance.js';

export const cluster = 'treasure-hunt/staging';
export const reportIntervalMs = 5_000;
/** A node's interval, give or take a tenth (client/profiles/pace.ts). */
const jitterShare = 0.1;
const hourMs = 3_600_000;

export interface Reporter {
  readonly node: string;
  readonly incarnation: string;
  readonly dueAtMs: number;
  /** When its load leaves its band next. */
  readonly newsAtMs: number;
  readonly isBusy: boolean;
  readonly sequence: number;
}

export function reporterOf(
  index: number,
  { newsPerHour, chance }: { newsPerHour: number; chance: Chance },
): Reporter {
  return {
    node: `ip-10-0-${index >> 8}-${index & 255}.ec2.internal-8080`,
    incarnation: `2024101510-${index.toString(36).padStart(6, '0')}-7f3a9c`,
    dueAtMs: reportIntervalMs * chance.uniform(),
    newsAtMs: waitFor(newsPerHour, chance),
    isBusy: false,
    sequence: 1,
  };
}

/** As it is after its report at `dueAtMs`. */
export function reported(
  before: Reporter,
  { newsPerHour, chance }: { newsPerHour: number; chance: Chance },
): Reporter {
  const hasNews = before.newsAtMs <= before.dueAtMs;
  return {
    ...before,
    sequence: before.sequence + 1,
    dueAtMs: before.dueAtMs + reportIntervalMs * (1 - jitterShare + 2 * jitterShare * chance.uniform()),
    isBusy: hasNews ? !before.isBusy : before.isBusy,
    newsAtMs: hasNews ? before.dueAtMs + waitFor(newsPerHour, chance) : before.newsAtMs,
  };
}

const waitFor = (perHour: number, chance: Chance): number =>
  (-Math.log(1 - chance.uniform()) * hourMs) / perHour;

/** What it says: as a node of the sample does, that owns so many partitions. */
export const reportOf = (
  { node, incarnation, sequence, isBusy }: Reporter,
  partitions: number,
): NodeReport => ({
  form: 1,
  cluster,
  node,
  incarnation,
  reportIntervalMs,
  sequence,
  endpoint: `http://${node.slice(0, -5)}:8080`,
  labels: { zone: 'us-east-1a', serviceVersion: '1.42.0' },
  capacity: 100,
  unitsPerSecond: 97.25,
  load: isBusy ? 0.62 : 0.5,
  queueDepth: 0,
  inFlight: 47,
  health: 'ready',
  profiles: {
    gameplay: {
      label: 'v42-0a1b2c3d',
      source: 'cloud',
      schemaVersion: 1,
      counters: { 'v42-0a1b2c3d': { requests: 1_234_567 + 231 * sequence, errors: 123, slow: 2_345 } },
    },
  },
  droppedReports: 0,
  ...(partitions > 0 && {
    shed: 0,
    misdirected: 12,
    ownership: { letGo: 1_234, begun: 1_234 },
    work: workOf(partitions),
  }),
});

const workOf = (partitions: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: partitions }, (_, index) => [String(1_000 + 61 * index), 0.75]));
