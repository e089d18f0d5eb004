/**
 * Change events: every step of a deployment, as CloudEvents 1.0, in order per profile. They are derived from AppConfig's
 * event logs, never from its notifications: a notification is only a hint to look, so a late, lost, doubled or reordered
 * one changes nothing in what consumers finally see.
 */

import * as z from 'zod';
import { formatProfile, type ProfileAddress } from '../addresses.js';
import { guardSummarySchema, summaryOf } from '../guard/report.js';
import { type EpochMs, isPast, plusMs } from '../time.js';
import {
  type Deployment,
  type DeploymentSummary,
  type LogEntry,
  type LogEntryType,
  revertWindowMs,
  triggeredByUser,
  undoingEntry,
} from './deployments.js';
import { readProvenance } from './provenance.js';
import { type RolloutRecord, undoneSchema } from './rollout-records.js';
import { strategyNames } from './strategies.js';

/** Entries of other types have no event. */
type ToldType = Exclude<LogEntryType, 'OTHER'>;

/** Types of change events, by the type of AppConfig's log entry. */
const eventTypes = {
  DEPLOYMENT_STARTED: 'dev.veltrix.deployment.started',
  PERCENTAGE_UPDATED: 'dev.veltrix.deployment.progressed',
  BAKE_TIME_STARTED: 'dev.veltrix.deployment.baking',
  DEPLOYMENT_COMPLETED: 'dev.veltrix.deployment.completed',
  ROLLBACK_STARTED: 'dev.veltrix.deployment.rolling-back',
  ROLLBACK_COMPLETED: 'dev.veltrix.deployment.rolled-back',
  REVERT_COMPLETED: 'dev.veltrix.deployment.reverted',
} as const satisfies Record<ToldType, string>;

/** Log entries that tell how a deployment ended, or is about to. */
const endings: readonly LogEntryType[] = [
  'DEPLOYMENT_COMPLETED',
  'ROLLBACK_STARTED',
  'ROLLBACK_COMPLETED',
  'REVERT_COMPLETED',
];

/** Log entries by which a deployment is undone for good. */
const undoings: readonly LogEntryType[] = ['ROLLBACK_COMPLETED', 'REVERT_COMPLETED'];

const text = (meaning: string) => z.string().describe(meaning);

/** A change event as it stands on the stream `changes`; what its members mean is published as JSON Schema (docs/events/). */
export const changeEventSchema = z.object({
  specversion: z.literal('1.0').describe('Version of CloudEvents.'),
  id: text(
    'Address, deployment and ordinal in its event log: treasure-hunt/staging/gameplay#7.2. Drop what you have seen.',
  ),
  source: text('The cluster, as a path: /veltrix/treasure-hunt/staging.'),
  type: z.enum(Object.values(eventTypes)).describe('What happened.'),
  subject: text("The profile's address: treasure-hunt/staging/gameplay."),
  time: text('When it happened (ISO 8601, UTC), as AppConfig logged it.'),
  datacontenttype: z.literal('application/json').describe('What data holds.'),
  partitionkey: text("CloudEvents' partitioning extension; equal to subject, so order holds per profile."),
  data: z
    .object({
      application: text('Name of the application.'),
      environment: text('Name of the environment.'),
      profile: text('Name of the profile.'),
      version: z.int().describe('The version that is deployed; versions count per profile.'),
      label: text('Label of the version, by which nodes report it: v7-1f2e3d4c.').exactOptional(),
      deployment: z.int().describe('Number of the deployment; deployments count per environment.'),
      ordinal: z.int().describe("Position in the deployment's event log, from 0."),
      percentage: z
        .number()
        .describe('Share of clients the version is offered to, in percent.')
        .exactOptional(),
      triggeredBy: text('Who or what did it, as AppConfig logged it: USER, APPCONFIG, CLOUDWATCH_ALARM, …'),
      description: text("AppConfig's own words, for example which alarm or guard rolled it back."),
      author: text('Who published the version, as claimed.'),
      reason: text('Why.'),
      caller: text('ARN of who published it, as AWS knows it; absent when nobody proved it.').exactOptional(),
      commit: text('Git commit it was published from.').exactOptional(),
      strategy: z.enum(strategyNames).describe('How fast it was meant to reach the nodes.').exactOptional(),
      guard: guardSummarySchema
        .describe(
          'What the guard of the rollout said last; on events that end a deployment, where it looked.',
        )
        .exactOptional(),
      undone: undoneSchema
        .describe('Who took it back by hand and why, on events that say it is undone, where that was kept.')
        .exactOptional(),
    })
    .describe('The change.'),
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

/** A deployment with what Veltrix keeps of it, where that could be read. */
export interface RecordedDeployment extends Deployment {
  readonly record?: RolloutRecord;
}

/** The events that are logged and not yet emitted, in the order in which they happened. */
export function pendingChanges(
  cursor: ChangeCursor,
  where: ProfileAddress,
  deployments: readonly RecordedDeployment[],
): ChangeEvent[] {
  return deployments
    .filter((item) => item.profile === where.profile && item.number > cursor.settledThrough)
    .flatMap((deployment) =>
      untoldEntries(cursor, deployment).map((logged) => toEvent(where, deployment, logged)),
    )
    .sort(inOrder);
}

/** An entry of a log at its place there. */
interface Logged {
  readonly entry: LogEntry & { readonly type: ToldType };
  readonly ordinal: number;
}

/** An entry that has no event is passed over, and those after it keep their ordinals. */
function untoldEntries(
  { emitted }: Pick<ChangeCursor, 'emitted'>,
  { number, log }: Pick<Deployment, 'number' | 'log'>,
): Logged[] {
  return log.flatMap(({ type, ...rest }, ordinal) =>
    type === 'OTHER' || ordinal < (emitted[number] ?? 0) ? [] : [{ entry: { type, ...rest }, ordinal }],
  );
}

/** True when a deployment's log holds events that its cursor has not seen. */
export const hasUntold = (
  cursor: Pick<ChangeCursor, 'emitted'>,
  deployment: Pick<Deployment, 'number' | 'log'>,
): boolean => untoldEntries(cursor, deployment).length > 0;

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
  const open = later.find((item) => !isFinal(item, now) || hasUntold(cursor, item));
  const settledThrough = open ? open.number - 1 : (later.at(-1)?.number ?? cursor.settledThrough);
  const emitted = Object.entries(cursor.emitted).filter(([number]) => Number(number) > settledThrough);
  return { ...cursor, settledThrough, emitted: Object.fromEntries(emitted) };
}

/** True when nothing can be added to a deployment's log any more: what completed may be reverted for a while. */
export function isFinal(deployment: DeploymentSummary, now: EpochMs): boolean {
  if (deployment.state === 'ROLLED_BACK' || deployment.state === 'REVERTED') return true;
  if (deployment.state !== 'COMPLETE' || deployment.completedAtMs === undefined) return false;
  return isPast(plusMs(deployment.completedAtMs, revertWindowMs), now);
}

function toEvent(
  where: ProfileAddress,
  deployment: RecordedDeployment,
  { entry, ordinal }: Logged,
): ChangeEvent {
  const address = formatProfile(where);
  const percentage = percentageOf(entry);
  const report = deployment.record?.guard;
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
      ...publicationOf(deployment),
      ...(report && endings.includes(entry.type) && { guard: summaryOf(report) }),
      ...(undoings.includes(entry.type) && saidOf(deployment)),
    },
  };
}

/** A person's words go with what a person did: whoever came too late undid nothing. */
function saidOf(deployment: RecordedDeployment): Pick<RolloutRecord, 'undone'> {
  const said = deployment.record?.undone;
  return said && undoingEntry(deployment)?.triggeredBy === triggeredByUser ? { undone: said } : {};
}

/** In full where a record was kept; else what the description had room for. */
function publicationOf({ record, description }: RecordedDeployment) {
  if (!record?.publication) {
    const { releasedBy: _releasedBy, ...published } = readProvenance(description);
    return published;
  }
  const { author, reason, strategy, caller, commit } = record.publication;
  return {
    author,
    reason,
    strategy,
    ...(caller !== undefined && { caller }),
    ...(commit !== undefined && { commit }),
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
