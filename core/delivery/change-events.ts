/**
 * Change events: every step of a deployment, as CloudEvents 1.0, in order per profile. They are derived from AppConfig's
 * event logs, never from its notifications: a notification is only a hint to look, so a late, lost, doubled or reordered
 * one changes nothing in what consumers finally see.
 */

import * as z from 'zod';
import { formatProfile, type ProfileAddress } from '../addresses.js';
import { type EpochMs, isPast, plusMs } from '../time.js';
import type { Deployment, DeploymentSummary, LogEntry, LogEntryType } from './deployments.js';
import { readProvenance } from './provenance.js';

/** AppConfig reverts a completed deployment within 72 hours ("Reverting a configuration"); after that its log is final. */
export const revertWindowMs = 72 * 60 * 60 * 1000;

const eventTypes = {
  DEPLOYMENT_STARTED: 'dev.veltrix.deployment.started',
  PERCENTAGE_UPDATED: 'dev.veltrix.deployment.progressed',
  BAKE_TIME_STARTED: 'dev.veltrix.deployment.baking',
  DEPLOYMENT_COMPLETED: 'dev.veltrix.deployment.completed',
  ROLLBACK_STARTED: 'dev.veltrix.deployment.rolling-back',
  ROLLBACK_COMPLETED: 'dev.veltrix.deployment.rolled-back',
  REVERT_COMPLETED: 'dev.veltrix.deployment.reverted',
} as const satisfies Record<LogEntryType, string>;

/** A change event as it stands on the stream `changes`. */
export const changeEventSchema = z.object({
  specversion: z.literal('1.0'),
  /** `treasure-hunt/staging/gameplay#7.2`: address, deployment, ordinal in its event log. Drop what you have seen. */
  id: z.string(),
  source: z.string(),
  type: z.enum(Object.values(eventTypes)),
  /** The profile's address. */
  subject: z.string(),
  /** When it happened (ISO 8601, UTC), as AppConfig logged it. */
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  /** CloudEvents' partitioning extension; equal to `subject`. */
  partitionkey: z.string(),
  data: z.object({
    application: z.string(),
    environment: z.string(),
    profile: z.string(),
    version: z.int(),
    label: z.string().exactOptional(),
    deployment: z.int(),
    /** Position in the deployment's event log, from 0. */
    ordinal: z.int(),
    /** Share of clients the version is offered to; on `progressed` only. */
    percentage: z.number().exactOptional(),
    triggeredBy: z.string(),
    /** AppConfig's own words, for example which alarm or guard rolled it back. */
    description: z.string(),
    author: z.string(),
    reason: z.string(),
  }),
});
export type ChangeEvent = z.infer<typeof changeEventSchema>;

/**
 * What was put on the stream for one profile in one environment. Invariants: deployments up to `settledThrough` are
 * final and emitted in full; `emitted` counts log entries put for later ones.
 */
export interface ChangeCursor {
  readonly address: string;
  readonly settledThrough: number;
  readonly emitted: Readonly<Record<string, number>>;
}

export const startOfChanges = (address: string): ChangeCursor => ({
  address,
  settledThrough: 0,
  emitted: {},
});

/** The events that are logged and not yet emitted, in the order in which they happened. */
export function pendingChanges(
  cursor: ChangeCursor,
  where: ProfileAddress,
  deployments: readonly Deployment[],
): ChangeEvent[] {
  return deployments
    .filter((item) => item.profile === where.profile && item.number > cursor.settledThrough)
    .flatMap((deployment) =>
      deployment.log
        .map((entry, ordinal) => toEvent(where, deployment, { entry, ordinal }))
        .slice(cursor.emitted[deployment.number] ?? 0),
    )
    .sort(inOrder);
}

/** The cursor after one event was put. Events of one deployment are put in the order of their ordinals. */
export function afterEvent(cursor: ChangeCursor, event: ChangeEvent): ChangeCursor {
  const { deployment, ordinal } = event.data;
  return { ...cursor, emitted: { ...cursor.emitted, [deployment]: ordinal + 1 } };
}

/**
 * Forgets deployments whose log is final and emitted in full, oldest first: what remains is what must be read again.
 * `deployments` are the profile's known ones with their logs.
 */
export function settle(cursor: ChangeCursor, deployments: readonly Deployment[], now: EpochMs): ChangeCursor {
  const later = deployments
    .filter((item) => item.number > cursor.settledThrough)
    .sort((a, b) => a.number - b.number);
  const open = later.find(
    (item) => !isFinal(item, now) || (cursor.emitted[item.number] ?? 0) < item.log.length,
  );
  const settledThrough = open ? open.number - 1 : (later.at(-1)?.number ?? cursor.settledThrough);
  const emitted = Object.entries(cursor.emitted).filter(([number]) => Number(number) > settledThrough);
  return { ...cursor, settledThrough, emitted: Object.fromEntries(emitted) };
}

/** True when nothing can be added to a deployment's log any more. */
export function isFinal(deployment: DeploymentSummary, now: EpochMs): boolean {
  if (deployment.state === 'ROLLED_BACK' || deployment.state === 'REVERTED') return true;
  if (deployment.state !== 'COMPLETE' || deployment.completedAtMs === undefined) return false;
  return isPast(plusMs(deployment.completedAtMs, revertWindowMs), now);
}

function toEvent(
  where: ProfileAddress,
  deployment: Deployment,
  { entry, ordinal }: { entry: LogEntry; ordinal: number },
): ChangeEvent {
  const address = formatProfile(where);
  const percentage = percentageOf(entry);
  return {
    specversion: '1.0',
    id: `${address}#${deployment.number}.${ordinal}`,
    source: `/veltrix/${where.application}/${where.environment}`,
    type: eventTypes[entry.type],
    subject: address,
    time: entry.occurredAt,
    datacontenttype: 'application/json',
    partitionkey: address,
    data: {
      ...where,
      version: deployment.version,
      ...(deployment.label !== undefined && { label: deployment.label }),
      deployment: deployment.number,
      ordinal,
      ...(percentage !== undefined && { percentage }),
      triggeredBy: entry.triggeredBy,
      description: entry.description,
      ...readProvenance(deployment.description),
    },
  };
}

/** "Configuration available to 25.00% of clients" (AppConfig's own text; the log has no field for it). */
function percentageOf(entry: LogEntry): number | undefined {
  const match = entry.type === 'PERCENTAGE_UPDATED' ? /(\d+(?:\.\d+)?)\s*%/.exec(entry.description) : null;
  return match ? Number(match[1]) : undefined;
}

function inOrder(a: ChangeEvent, b: ChangeEvent): number {
  if (a.data.deployment === b.data.deployment) return a.data.ordinal - b.data.ordinal;
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.data.deployment - b.data.deployment;
}
