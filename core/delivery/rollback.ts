/**
 * What undoing means. `decideRollback` says what is to be undone and what comes back; `nextStep` says what to do next
 * about it, and is asked again after everything that was done or changed meanwhile. Both know AppConfig's lists alone, so
 * undoing needs no table and no pipeline, and no function but the validator that AppConfig asks before it deploys again.
 */

import type { EpochMs } from '../time.js';
import { type DeploymentSummary, deployedOf, isRunning, revertWindowMs } from './deployments.js';

export interface RollbackIntent {
  readonly profile: string;
  /** The version to go back to; absent: the one before. */
  readonly to?: number | undefined;
}

/** What somebody agreed to. It stays the same while the steps towards it change. */
export interface RollbackGoal {
  readonly profile: string;
  /** The deployment that is undone: the profile's running one, or else the one in force. */
  readonly undoes: DeploymentSummary;
  /** A deployment of what comes back; absent when nothing was in force before. */
  readonly back?: DeploymentSummary;
  /** Number of the profile's newest deployment when this was decided. */
  readonly knownThrough: number;
}

export type RollbackDecision =
  | { readonly kind: 'undo'; readonly goal: RollbackGoal }
  /** What was asked for is in force, or on its way. */
  | { readonly kind: 'in-force'; readonly deployment: DeploymentSummary }
  /** The profile's newest deployment was undone already: going further back must be asked for by version. */
  | {
      readonly kind: 'undone-already';
      readonly undone: DeploymentSummary;
      readonly deployed: DeploymentSummary;
      readonly earlier?: DeploymentSummary;
    }
  | { readonly kind: 'nothing-deployed' }
  | { readonly kind: 'nothing-earlier'; readonly deployed: DeploymentSummary }
  /** The version was never in force here. */
  | { readonly kind: 'never-here'; readonly version: number };

/**
 * Decides what a rollback means. Asked for twice, it undoes once: two people who undo the same version at the same time
 * must not go back two versions.
 * @param newestFirst the environment's deployments, as far as `reachesFarEnough` wants them.
 */
export function decideRollback(
  { profile, to }: RollbackIntent,
  newestFirst: readonly DeploymentSummary[],
): RollbackDecision {
  const mine = newestFirst.filter((item) => item.profile === profile);
  const [newest] = mine;
  const deployed = deployedOf(mine, profile);
  const running = mine.find(isRunning);
  if (newest === undefined) return { kind: 'nothing-deployed' };
  if (to !== undefined) return decideVersion(to, mine);
  if (running) return undo(mine, { undoes: running, back: deployed });
  if (deployed === undefined) return { kind: 'nothing-deployed' };
  const back = earlierOf(mine);
  const undone = undoneBy(mine);
  if (undone) return { kind: 'undone-already', undone, deployed, ...(back && { earlier: back }) };
  // Without anything deployed, nodes that start would get nothing: reverting the only version helps nobody.
  return back ? undo(mine, { undoes: deployed, back }) : { kind: 'nothing-earlier', deployed };
}

function decideVersion(to: number, mine: readonly DeploymentSummary[]): RollbackDecision {
  const current = mine.find(isRunning) ?? mine.find(({ state }) => state === 'COMPLETE');
  const back = mine.find((item) => item.version === to && wasInForce(item));
  if (current?.version === to && current.state !== 'ROLLING_BACK') {
    return { kind: 'in-force', deployment: current };
  }
  if (back === undefined) return { kind: 'never-here', version: to };
  return current === undefined ? { kind: 'nothing-deployed' } : undo(mine, { undoes: current, back });
}

function undo(
  mine: readonly DeploymentSummary[],
  { undoes, back }: { readonly undoes: DeploymentSummary; readonly back: DeploymentSummary | undefined },
): RollbackDecision {
  const knownThrough = mine[0]?.number ?? undoes.number;
  return { kind: 'undo', goal: { profile: undoes.profile, undoes, ...(back && { back }), knownThrough } };
}

const wasInForce = ({ state }: DeploymentSummary): boolean => state === 'COMPLETE' || state === 'REVERTED';

/**
 * One profile's deployments that are in force one above the other, the newest first: what completed and stands. Deploying
 * a version again that was in force before takes back all that came after it: publishing never does that, only going back.
 */
function standing(mine: readonly DeploymentSummary[]): readonly DeploymentSummary[] {
  const stack: DeploymentSummary[] = [];
  for (const item of mine.filter(({ state }) => state === 'COMPLETE').toReversed()) {
    const place = stack.findIndex(({ version }) => version === item.version);
    if (place >= 0) stack.splice(place);
    stack.push(item);
  }
  return stack.toReversed();
}

/** The version in force before the one that is deployed. */
const earlierOf = (mine: readonly DeploymentSummary[]): DeploymentSummary | undefined => standing(mine)[1];

/** What the newest deployment of a profile came to, if it was undone, or undid another one by going back. */
function undoneBy(mine: readonly DeploymentSummary[]): DeploymentSummary | undefined {
  const [newest, ...older] = mine;
  if (newest === undefined) return undefined;
  if (newest.state !== 'COMPLETE') return newest;
  const [before, ...earlier] = older.filter(wasInForce);
  const isReturn =
    before?.version !== newest.version && earlier.some(({ version }) => version === newest.version);
  return isReturn ? before : undefined;
}

/** True when older deployments cannot change what `decideRollback` says: reading them takes a call per 50. */
export function reachesFarEnough(
  { profile, to }: RollbackIntent,
  newestFirst: readonly DeploymentSummary[],
): boolean {
  const mine = newestFirst.filter((item) => item.profile === profile);
  const [deployed, earlier] = standing(mine);
  if (to !== undefined)
    return deployed !== undefined && mine.some((item) => item.version === to && wasInForce(item));
  // An earlier one with a greater number was perhaps undone by going back: then the deployed one is further down again.
  return deployed !== undefined && earlier !== undefined && earlier.version < deployed.version;
}

/** What was done so far on the way to a goal. */
export interface RollbackEfforts {
  /** Numbers of deployments that AppConfig agreed to stop or revert. */
  readonly stopped: readonly number[];
  /** Numbers of deployments that AppConfig would not revert. */
  readonly refused: readonly number[];
  /** The deployment of the earlier version that was started. */
  readonly started?: number | undefined;
}

export type RollbackStep =
  /** What comes back is in force; absent where nothing does. */
  | { readonly kind: 'there'; readonly deployment?: DeploymentSummary }
  /** Something that was asked for, or that AppConfig does by itself, is not over yet. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'stop'; readonly deployment: DeploymentSummary }
  | { readonly kind: 'revert'; readonly deployment: DeploymentSummary }
  | { readonly kind: 'start'; readonly version: number; readonly latestDeployment: number }
  /** Another profile's deployment occupies the environment. */
  | { readonly kind: 'blocked'; readonly by: DeploymentSummary }
  /** Somebody deployed something else since the goal was set: nobody agreed to undo that. */
  | { readonly kind: 'overtaken'; readonly by: DeploymentSummary }
  /** The deployment of the earlier version was itself rolled back. */
  | { readonly kind: 'undone'; readonly deployment: DeploymentSummary };

/** Decides what to do next about a goal. */
export function nextStep(
  goal: RollbackGoal,
  newestFirst: readonly DeploymentSummary[],
  { efforts, now }: { readonly efforts: RollbackEfforts; readonly now: EpochMs },
): RollbackStep {
  const { profile, back } = goal;
  const mine = newestFirst.filter((item) => item.profile === profile);
  const [newest] = mine;
  const interference = interferenceOf(goal, newest, efforts);
  if (interference) return interference;
  const running = newestFirst.find(isRunning);
  if (running?.profile === profile) return aboutOwn(running, efforts);
  const deployed = deployedOf(mine, profile);
  if (back === undefined) return { kind: 'there' };
  if (deployed?.version === back.version) return { kind: 'there', deployment: deployed };
  if (deployed && efforts.stopped.includes(deployed.number)) return { kind: 'settle' };
  if (running) {
    const isEnding = running.state === 'ROLLING_BACK' || efforts.stopped.includes(running.number);
    return isEnding ? { kind: 'settle' } : { kind: 'blocked', by: running };
  }
  if (deployed && revertLeadsTo(back, mine, { efforts, now }))
    return { kind: 'revert', deployment: deployed };
  return { kind: 'start', version: back.version, latestDeployment: newestFirst[0]?.number ?? 0 };
}

function interferenceOf(
  { knownThrough }: RollbackGoal,
  newest: DeploymentSummary | undefined,
  { started }: RollbackEfforts,
): RollbackStep | undefined {
  if (newest === undefined || newest.number <= knownThrough) return undefined;
  if (newest.number !== started) return { kind: 'overtaken', by: newest };
  const isUndone = ['ROLLING_BACK', 'ROLLED_BACK', 'REVERTED'].includes(newest.state);
  return isUndone ? { kind: 'undone', deployment: newest } : undefined;
}

/** Its own way back is left alone, and so is what is stopped already. */
function aboutOwn(running: DeploymentSummary, { started, stopped }: RollbackEfforts): RollbackStep {
  const isOnItsWay =
    running.state === 'ROLLING_BACK' || running.number === started || stopped.includes(running.number);
  return isOnItsWay ? { kind: 'settle' } : { kind: 'stop', deployment: running };
}

/** A revert brings back what completed before, whatever that was: only where it is the version wanted. */
function revertLeadsTo(
  back: DeploymentSummary,
  mine: readonly DeploymentSummary[],
  { efforts, now }: { readonly efforts: RollbackEfforts; readonly now: EpochMs },
): boolean {
  const [deployed, before] = mine.filter(({ state }) => state === 'COMPLETE');
  if (deployed === undefined || efforts.refused.includes(deployed.number)) return false;
  const isRecent = now - (deployed.completedAtMs ?? 0) < revertWindowMs;
  return isRecent && before?.version === back.version;
}
