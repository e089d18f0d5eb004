/** Undoes, in every state AppConfig knows, step by step, looking again after each: what changes meanwhile is seen. */

import { formatCluster, formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import type { DeploymentSummary, EnvironmentStore } from '../../../core/delivery/deployments.js';
import { describeRollback } from '../../../core/delivery/provenance.js';
import {
  nextStep,
  type RollbackEfforts,
  type RollbackGoal,
  type RollbackStep,
} from '../../../core/delivery/rollback.js';
import { DeploymentInProgress } from '../../../core/errors.js';
import type { EpochMs } from '../../../core/time.js';
import type { Cloud } from '../../cloud.js';
import { undoneBecause } from '../../facts.js';
import { NotConverged, RollbackOvertaken, RolledBack } from '../outcomes.js';
import { createKeeping, type Keeping } from './keep.js';
import { readBack } from './plan.js';

/** AppConfig takes a deployment back within seconds. */
const lookEveryMs = 1_000;
/** How often somebody may be quicker before a person has to look. */
const lostRacesMax = 5;

export interface RollbackOrder {
  readonly address: ProfileAddress;
  readonly goal: RollbackGoal;
  readonly author: string;
  /** Why. AppConfig keeps it only with a deployment that is started; of the others their records do, where they can. */
  readonly reason: string;
  /** Whether another profile's deployment in the way may be stopped, which rolls it back. Asked for one at most. */
  mayStop(other: DeploymentSummary): boolean;
  /** How long AppConfig may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was done in AppConfig; nodes follow at their next poll. */
export interface RollbackDone {
  /** `none`: what comes back was in force already. */
  readonly how: 'stopped' | 'reverted' | 'redeployed' | 'none';
  /** The deployment that is in force now; absent where nothing is. */
  readonly inForce?: DeploymentSummary;
  /** When it was found in force. */
  readonly undoneAtMs: EpochMs;
  /** Another profile's deployment that was stopped for it. */
  readonly stoppedOther?: { readonly profile: string; readonly deployment: number; readonly version: number };
  /** Why it was not kept who undid it and for what reason; absent where it was, or nothing was to be kept. */
  readonly notKept?: string;
}

/**
 * @throws DeploymentInProgress when another profile is in the way and may not be stopped, RollbackOvertaken when somebody
 * deployed something else meanwhile, RolledBack when what was deployed to go back was itself taken back, ContentRefused
 * when a validator refuses the earlier version, NotConverged when AppConfig takes too long.
 */
export async function rollback(cloud: Cloud, order: RollbackOrder): Promise<RollbackDone> {
  const { store } = await cloud.environment(order.address);
  const run: Run = { cloud, store, order, keeping: createKeeping(cloud, order), startedMs: cloud.clock() };
  let progress: Done = { efforts: { stopped: [], refused: [] }, how: 'none', lostRaces: 0 };
  for (;;) {
    const deployments = await readBack(store, { profile: order.goal.profile, to: order.goal.back?.version });
    const step = nextStep(order.goal, deployments, { efforts: progress.efforts, now: cloud.clock() });
    if (step.kind === 'there') return conclude(run, progress, step.deployment);
    progress = await take(run, progress, step);
    demandProgress(run, progress);
  }
}

interface Run {
  readonly cloud: Cloud;
  readonly store: EnvironmentStore;
  readonly order: RollbackOrder;
  readonly keeping: Keeping;
  readonly startedMs: EpochMs;
}

interface Done extends Pick<RollbackDone, 'how' | 'stoppedOther'> {
  readonly efforts: RollbackEfforts;
  /** Calls that AppConfig refused because something had changed. */
  readonly lostRaces: number;
}

function take(run: Run, done: Done, step: Exclude<RollbackStep, { kind: 'there' }>): Promise<Done> {
  switch (step.kind) {
    case 'settle':
      return rest(run, done);
    case 'stop':
      return stop(run, done, step.deployment);
    case 'revert':
      return revert(run, done, step.deployment);
    case 'start':
      return start(run, done, step);
    case 'blocked':
      return stopOther(run, done, step.by);
    case 'overtaken':
      throw new RollbackOvertaken(formatProfile(run.order.address), step.by);
    case 'undone':
      return sayWhy(run, step.deployment);
  }
}

async function rest({ cloud, order }: Run, done: Done): Promise<Done> {
  await cloud.wait(lookEveryMs, order.signal);
  return done;
}

async function stop(run: Run, done: Done, { number }: DeploymentSummary): Promise<Done> {
  const answer = await takeBack(run, number, { reason: run.order.reason, allowRevert: false });
  return answer === 'stopped' ? { ...stopped(done, number), how: 'stopped' } : lost(run, done);
}

/** Asked at once, and told of beside: whoever hears of it by an event finds the reason there. */
function takeBack(
  { store, keeping }: Run,
  number: number,
  { reason, allowRevert }: { readonly reason: string; readonly allowRevert: boolean },
): ReturnType<EnvironmentStore['stopDeployment']> {
  const answer = store.stopDeployment(number, { allowRevert });
  keeping.begin(number, reason);
  return answer;
}

/** A revert that is refused is no lost race: the earlier version is deployed instead. */
async function revert(run: Run, done: Done, { number }: DeploymentSummary): Promise<Done> {
  const answer = await takeBack(run, number, { reason: run.order.reason, allowRevert: true });
  if (answer === 'stopped') return { ...stopped(done, number), how: 'reverted' };
  const { efforts } = done;
  return { ...done, efforts: { ...efforts, refused: [...efforts.refused, number] } };
}

async function start(
  run: Run,
  done: Done,
  { version, latestDeployment }: Extract<RollbackStep, { kind: 'start' }>,
): Promise<Done> {
  const { goal, author, reason } = run.order;
  const answer = await run.store.startDeployment({
    profile: goal.profile,
    version,
    strategy: 'immediate',
    description: describeRollback({ author, reason, undoes: goal.undoes.number }),
    latestDeployment,
  });
  if (answer === 'outdated') return lost(run, done);
  return { ...done, how: 'redeployed', efforts: { ...done.efforts, started: answer.number } };
}

async function stopOther(run: Run, done: Done, other: DeploymentSummary): Promise<Done> {
  const { profile, number, version, startedAt } = other;
  // Consent covers the one that was shown: the next in a queue would be another one, and another.
  if (done.stoppedOther || !run.order.mayStop(other))
    throw inTheWay(run.order, { profile, deployment: number, startedAt });
  const reason = because(run.order);
  const answer = await takeBack(run, number, { reason, allowRevert: false });
  if (answer === 'refused') return lost(run, done);
  return { ...stopped(done, number), stoppedOther: { profile, deployment: number, version } };
}

const because = ({ address, reason }: RollbackOrder): string =>
  `to roll back ${formatProfile(address)}${reason && `: ${reason}`}`;

async function sayWhy({ store, order }: Run, { number }: DeploymentSummary): Promise<never> {
  const why = undoneBecause(await store.deployment(number)) ?? '';
  throw new RolledBack(formatProfile(order.address), { deployment: number, why });
}

const stopped = (done: Done, number: number): Done => ({
  ...done,
  efforts: { ...done.efforts, stopped: [...done.efforts.stopped, number] },
});

/** Something had changed, or is about to: a deployment that is being validated cannot be stopped yet. */
async function lost(run: Run, done: Done): Promise<Done> {
  return rest(run, { ...done, lostRaces: done.lostRaces + 1 });
}

function inTheWay(order: RollbackOrder, running: DeploymentInProgress['running']): DeploymentInProgress {
  const cluster = formatCluster(order.address);
  return new DeploymentInProgress(
    cluster,
    running,
    `AppConfig runs one deployment of ${cluster} at a time. Add --stop-other to stop that one first, which rolls ${running.profile} back, or wait until it has ended.`,
  );
}

function demandProgress({ cloud, order, startedMs }: Run, { lostRaces }: Done): void {
  const address = formatProfile(order.address);
  if (lostRaces >= lostRacesMax) throw new RollbackOvertaken(address);
  const elapsedMs = cloud.clock() - startedMs;
  if (elapsedMs < order.timeoutMs && !order.signal?.aborted) return;
  throw new NotConverged(`${address}: AppConfig has not undone it after ${Math.round(elapsedMs / 1000)} s`, {
    hint: `It goes on by itself where it was begun. See \`veltrix status ${address} --watch\`.`,
    behind: [],
  });
}

async function conclude(
  { cloud, keeping }: Run,
  { how, stoppedOther }: Done,
  inForce: DeploymentSummary | undefined,
): Promise<RollbackDone> {
  const undoneAtMs = cloud.clock();
  const notKept = await keeping.trouble();
  return {
    how,
    undoneAtMs,
    ...(inForce && { inForce }),
    ...(stoppedOther && { stoppedOther }),
    ...(notKept !== undefined && { notKept }),
  };
}
