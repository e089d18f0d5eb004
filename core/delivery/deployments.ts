/**
 * Deployments and versions in Veltrix's words, and the door to where they live. The words are AppConfig's; the rules that
 * read them (publishing, change events) take these facts and know no service.
 */

import type { EpochMs } from '../time.js';

/** AppConfig's states of a deployment (`DeploymentState`); `OTHER` for one that Veltrix does not know: it counts as running. */
export const deploymentStates = [
  'VALIDATING',
  'DEPLOYING',
  'BAKING',
  'COMPLETE',
  'ROLLING_BACK',
  'ROLLED_BACK',
  'REVERTED',
  'OTHER',
] as const;
export type DeploymentState = (typeof deploymentStates)[number];

/** One line of a list of deployments. */
export interface DeploymentSummary {
  /** Per environment, over all its profiles; starts at 1. */
  readonly number: number;
  readonly profile: string;
  readonly version: number;
  /** Absent for a version that was created around Veltrix without one. */
  readonly label?: string;
  readonly state: DeploymentState;
  readonly percentage: number;
  /** ISO 8601, UTC, milliseconds: the only form, so instants compare as text. */
  readonly startedAt: string;
  readonly completedAtMs?: EpochMs;
}

/** AppConfig's `DeploymentEventType`; `OTHER` for one that Veltrix does not know. It keeps its place in the log. */
export const logEntryTypes = [
  'DEPLOYMENT_STARTED',
  'PERCENTAGE_UPDATED',
  'BAKE_TIME_STARTED',
  'DEPLOYMENT_COMPLETED',
  'ROLLBACK_STARTED',
  'ROLLBACK_COMPLETED',
  'REVERT_COMPLETED',
  'OTHER',
] as const;
export type LogEntryType = (typeof logEntryTypes)[number];

/** What AppConfig logs of what a person did, or a program with a person's rights. */
export const triggeredByUser = 'USER';

export interface LogEntry {
  readonly type: LogEntryType;
  /** `USER`, `APPCONFIG`, `CLOUDWATCH_ALARM` or `INTERNAL_ERROR`. */
  readonly triggeredBy: string;
  readonly description: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly occurredAt: string;
}

/** A deployment with its event log, oldest entry first. */
export interface Deployment extends DeploymentSummary {
  readonly description: string;
  readonly log: readonly LogEntry[];
  /** Minutes from the first step to 100 %, and of watching after it. */
  readonly durationMinutes: number;
  readonly bakeMinutes: number;
}

export interface VersionSummary {
  readonly version: number;
  readonly label?: string;
  readonly description?: string;
}

/** True while a deployment occupies its environment: AppConfig runs one at a time. */
export function isRunning(deployment: Pick<DeploymentSummary, 'state'>): boolean {
  return !['COMPLETE', 'ROLLED_BACK', 'REVERTED'].includes(deployment.state);
}

/** The deployment whose content a profile's nodes are meant to hold: the newest one that completed and still stands. */
export function deployedOf<Item extends DeploymentSummary>(
  newestFirst: readonly Item[],
  profile: string,
): Item | undefined {
  return newestFirst.find((item) => item.profile === profile && item.state === 'COMPLETE');
}

/** The entry that tells who or what took a deployment back; undefined for one that stands. */
export const undoingEntry = ({ log }: Pick<Deployment, 'log'>): LogEntry | undefined =>
  log.find(({ type }) => type === 'ROLLBACK_STARTED' || type === 'REVERT_COMPLETED');

/** How long AppConfig lets a completed deployment be reverted (`StopDeployment`, `AllowRevert`: 72 hours). */
export const revertWindowMs = 72 * 60 * 60 * 1000;

/** One environment of one application, as its publisher and readers see it. Profiles and strategies go by name. */
export interface EnvironmentStore {
  /** All deployments of the environment, newest first; pages are read as the caller asks for them. */
  deployments(): AsyncIterable<DeploymentSummary>;
  /** One deployment with its log. @throws ServiceUnavailable when AppConfig does not answer. */
  deployment(number: number): Promise<Deployment>;
  /** A profile's versions, newest first. */
  versions(profile: string): AsyncIterable<VersionSummary>;
  /** One version's bytes as stored; undefined when there is none. */
  content(profile: string, version: number): Promise<Uint8Array | undefined>;
  /** Creates version `after + 1`; `taken` when somebody else created it first. Nothing is created then. */
  createVersion(request: NewVersion): Promise<'created' | 'taken'>;
  /**
   * Starts a deployment; `outdated` when the environment is busy or another deployment was started since
   * `latestDeployment`. Nothing is started then. @throws ContentRefused when a validator refuses.
   */
  startDeployment(request: NewDeployment): Promise<{ readonly number: number } | 'outdated'>;
  /**
   * Takes a deployment back: one that runs is rolled back; one that is complete is reverted, if the caller allows it and
   * AppConfig does (`revertWindowMs`, the newest of its profile). Nodes return to what was deployed before. `refused`
   * when AppConfig would not: it has ended, or ended too long ago.
   */
  stopDeployment(number: number, options: { readonly allowRevert: boolean }): Promise<'stopped' | 'refused'>;
}

export interface NewVersion {
  readonly profile: string;
  readonly bytes: Uint8Array;
  readonly label: string;
  /** At most 1,024 ASCII characters (it travels in a header). */
  readonly description: string;
  /** The newest version's number; 0 when there is none. */
  readonly after: number;
}

export interface NewDeployment {
  readonly profile: string;
  readonly version: number;
  readonly strategy: string;
  readonly description: string;
  /** The newest deployment's number in the environment; 0 when there is none. */
  readonly latestDeployment: number;
}
