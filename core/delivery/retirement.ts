/**
 * When a profile may end, and which of its versions may go. AppConfig asks nobody: it deletes what nodes hold and what
 * somebody would go back to. A profile belongs to its application, and its versions to the profile; an environment can only
 * stop using it.
 */

import type { ProfileAddress } from '../addresses.js';
import { type EpochMs, isPast, plusMs } from '../time.js';
import { type DeploymentSummary, isRunning, revertWindowMs, type VersionSummary } from './deployments.js';

/** A profile of an application, in all its environments. */
export type ApplicationProfile = Omit<ProfileAddress, 'environment'>;

/** `treasure-hunt/limits`: as it stands above its environments. */
export const formatApplicationProfile = ({ application, profile }: ApplicationProfile): string =>
  `${application}/${profile}`;

/** One environment's use of a profile. */
export interface EnvironmentUse {
  readonly environment: string;
  /** The profile's deployments there, newest first: all of them. One at a time runs, so they ended in that order too. */
  readonly deployments: readonly DeploymentSummary[];
  /** Versions of it that wait in the environment's queue. */
  readonly queued: readonly number[];
}

export interface RetirementFacts {
  /** The file that names it; absent where none at hand does. */
  readonly namedIn?: string;
  /** True while the stage's stacks deploy it. */
  readonly isProvided: boolean;
  readonly uses: readonly (EnvironmentUse & {
    /** Names of nodes that hold it and have not said good-bye: one that is silent may serve unheard. */
    readonly nodes: readonly string[];
  })[];
}

/** What keeps a profile from being retired. */
export type Obstacle =
  | { readonly kind: 'named'; readonly file: string }
  | { readonly kind: 'provided' }
  | { readonly kind: 'running'; readonly environment: string; readonly deployment: number }
  | {
      readonly kind: 'revertible';
      readonly environment: string;
      readonly deployment: number;
      /** From then on AppConfig does not revert it. */
      readonly untilMs: EpochMs;
    }
  | { readonly kind: 'queued'; readonly environment: string; readonly version: number }
  | { readonly kind: 'held'; readonly environment: string; readonly nodes: readonly string[] };

/** Everything that is in the way, in the order in which somebody would clear it. */
export function obstaclesTo(facts: RetirementFacts, now: EpochMs): readonly Obstacle[] {
  const { namedIn, isProvided, uses } = facts;
  return [
    ...(namedIn === undefined ? [] : [{ kind: 'named', file: namedIn } as const]),
    ...(isProvided ? [{ kind: 'provided' } as const] : []),
    ...uses.flatMap(heldBy),
    ...uses.flatMap(queuedIn),
    ...uses.flatMap((use) => deployedLately(use, now)),
  ];
}

const heldBy = ({ environment, nodes }: RetirementFacts['uses'][number]): Obstacle[] =>
  nodes.length === 0 ? [] : [{ kind: 'held', environment, nodes }];

const queuedIn = ({ environment, queued }: EnvironmentUse): Obstacle[] =>
  queued.map((version) => ({ kind: 'queued', environment, version }));

function deployedLately({ environment, deployments }: EnvironmentUse, now: EpochMs): Obstacle[] {
  const running = deployments.find(isRunning);
  if (running) return [{ kind: 'running', environment, deployment: running.number }];
  const last = deployments.find((deployment) => isRevertible(deployment, now));
  if (last === undefined) return [];
  const untilMs = plusMs(last.completedAtMs ?? now, revertWindowMs);
  return [{ kind: 'revertible', environment, deployment: last.number, untilMs }];
}

/** True while somebody may ask AppConfig to revert it. One whose end is not told may have ended just now. */
function isRevertible({ state, completedAtMs }: DeploymentSummary, now: EpochMs): boolean {
  if (state !== 'COMPLETE') return false;
  return completedAtMs === undefined || !isPast(plusMs(completedAtMs, revertWindowMs), now);
}

/** The newest versions of a profile that stay in any case, at least: the newest alone keeps its number from being passed over. */
export const versionsKeptMin = 10;
/** So many stay unless somebody says otherwise. */
export const versionsKeptDefault = 100;

/**
 * Versions that nobody needs any more, oldest first. What stays: the newest `keep`; in every environment what is deployed, what
 * was before it, what is being deployed, what may be reverted and what that would return to; and what waits in a queue.
 * @param versions of the profile, newest first.
 */
export function versionsToRemove(
  versions: readonly VersionSummary[],
  uses: readonly EnvironmentUse[],
  { keep, now }: { readonly keep: number; readonly now: EpochMs },
): readonly VersionSummary[] {
  const needed = new Set(uses.flatMap((use) => [...use.queued, ...neededBy(use, now)]));
  const old = versions.slice(Math.max(keep, versionsKeptMin));
  return old.filter(({ version }) => !needed.has(version)).reverse();
}

/** Down to the second version that was deployed, and to the first deployment that can no longer be reverted. */
function neededBy({ deployments }: EnvironmentUse, now: EpochMs): ReadonlySet<number> {
  const needed = new Set(deployments.filter(isRunning).map(({ version }) => version));
  const completed = new Set<number>();
  for (const deployment of deployments) {
    if (deployment.state !== 'COMPLETE') continue;
    completed.add(deployment.version);
    if (completed.size > 1 && !isRevertible(deployment, now)) break;
  }
  return new Set([...needed, ...completed]);
}

/** Takes a profile of an application away, or versions of it. Every call throws ServiceUnavailable when AppConfig does not answer. */
export interface ProfileRemoval {
  /** Its versions, newest first. */
  versions(): AsyncIterable<VersionSummary>;
  /** Deletes one version; one that is gone is no failure. Nodes go on getting what is deployed: AppConfig keeps a copy of it. */
  removeVersion(version: number): Promise<void>;
  /**
   * Deletes the profile, which nobody gets from then on. `has-versions`, `read-lately` (AppConfig's deletion protection, an hour
   * unless the account says otherwise): it stays.
   */
  remove(): Promise<'removed' | 'has-versions' | 'read-lately'>;
}
