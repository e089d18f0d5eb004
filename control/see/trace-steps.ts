/** What happened to a deployment, in one order: publishing, AppConfig's log, and the nodes that took it. */

import type { Deployment, LogEntry } from '../../core/delivery/deployments.js';
import type { RolloutRecord } from '../../core/delivery/rollout-records.js';
import type { FleetStatus } from './status/fleet-status.js';

export interface TraceStep {
  readonly kind: 'queued' | 'validated' | 'logged' | 'held';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Since the deployment began; negative for what came before. */
  readonly offsetMs: number;
  /** On `logged`: AppConfig's entry. */
  readonly entry?: LogEntry;
  /** On `logged`: how long after it its change event stood on the stream; absent where none is found there. */
  readonly toldAfterMs?: number;
  /** On `held`: percent of the nodes that are live now, and how many those are. */
  readonly percent?: 50 | 95 | 100;
  readonly nodes?: number;
}

/** When the change event of each entry of the log stood on the stream (milliseconds since the epoch), by its position. */
export type ToldAt = ReadonlyMap<number, number>;

export interface Traced {
  readonly deployment: Deployment;
  readonly record: RolloutRecord;
  readonly told: ToldAt;
  readonly fleet: FleetStatus | undefined;
}

/** Oldest first. */
export function traceSteps({
  deployment,
  record: { publication },
  told,
  fleet,
}: Traced): readonly TraceStep[] {
  const startedMs = Date.parse(deployment.startedAt);
  const at = (instant: string) => ({ at: instant, offsetMs: Date.parse(instant) - startedMs });
  const steps: TraceStep[] = [
    ...(publication?.queuedAt === undefined
      ? []
      : [{ kind: 'queued' as const, ...at(publication.queuedAt) }]),
    ...(publication === undefined ? [] : [{ kind: 'validated' as const, ...at(publication.validatedAt) }]),
    ...deployment.log.map((entry, ordinal) => {
      const toldMs = told.get(ordinal);
      const toldAfterMs = toldMs === undefined ? undefined : toldMs - Date.parse(entry.occurredAt);
      return {
        kind: 'logged' as const,
        ...at(entry.occurredAt),
        entry,
        ...(toldAfterMs !== undefined && { toldAfterMs }),
      };
    }),
    ...(fleet === undefined ? [] : heldSteps(fleet, startedMs)),
  ];
  return steps.toSorted((a, b) => a.offsetMs - b.offsetMs);
}

function heldSteps({ arrivals, holding, waiting, refused }: FleetStatus, startedMs: number): TraceStep[] {
  const live = holding.length + waiting.length + refused.length;
  const shares = [
    [50, arrivals.to50PercentMs],
    [95, arrivals.to95PercentMs],
    [100, arrivals.to100PercentMs],
  ] as const;
  return shares.flatMap(([percent, offsetMs]) => {
    if (offsetMs === undefined) return [];
    const at = new Date(startedMs + offsetMs).toISOString();
    return [{ kind: 'held' as const, at, offsetMs, percent, nodes: Math.ceil((percent / 100) * live) }];
  });
}
