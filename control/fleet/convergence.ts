/** How far a version has come: what every node of a cluster makes of it, from the records alone. */

import { judgedAt, presenceOf } from '../../core/fleet/liveness.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { EpochMs } from '../../core/time.js';

/** Names of nodes, sorted, each in exactly one list. */
export interface Convergence {
  /** Live, and the version is in force. */
  readonly holding: readonly string[];
  /** Live, and was not offered it yet, or has not said so. */
  readonly waiting: readonly string[];
  /** Live, and did not take it. */
  readonly refused: readonly Refusal[];
  /** No report lately: it may serve without being heard, or be gone. */
  readonly silent: readonly string[];
  /** Said good-bye. */
  readonly left: readonly string[];
}

export interface Refusal {
  readonly node: string;
  readonly reason: string;
}

export interface Awaited {
  readonly profile: string;
  /** The version's label. */
  readonly label: string;
}

/** `now` is the reader's present: nodes are judged as `judgedAt` says. */
export function convergence(records: readonly NodeRecord[], awaited: Awaited, now: EpochMs): Convergence {
  const moment = judgedAt(records, now);
  const lists = { holding: [] as string[], waiting: [] as string[], refused: [] as Refusal[] };
  const absent = { silent: [] as string[], left: [] as string[] };
  for (const record of [...records].sort(byNode)) {
    const presence = presenceOf(record, moment);
    if (presence !== 'live') absent[presence].push(record.node);
    else place(lists, record, awaited);
  }
  return { ...lists, ...absent };
}

/** True when every live node holds the version. With no live node there is nobody left to wait for. */
export const isConverged = ({ waiting, refused }: Convergence): boolean =>
  waiting.length === 0 && refused.length === 0;

/** How many live nodes there are. */
export const liveCount = ({ holding, waiting, refused }: Convergence): number =>
  holding.length + waiting.length + refused.length;

/** What is in force decides: a node that holds the version has taken it, whatever it said before. */
function place(
  lists: { holding: string[]; waiting: string[]; refused: Refusal[] },
  { node, profiles }: NodeRecord,
  { profile, label }: Awaited,
): void {
  const report = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  if (report?.label === label) lists.holding.push(node);
  else if (report?.refused?.label === label) lists.refused.push({ node, reason: report.refused.reason });
  else lists.waiting.push(node);
}

const byNode = (a: NodeRecord, b: NodeRecord): number => (a.node < b.node ? -1 : 1);
