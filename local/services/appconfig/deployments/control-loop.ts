/**
 * Moves every running deployment through time with one timer, set to the earliest instant at which one of them is due.
 * Decisions are the machine's and the extensions'; here is only when they are asked.
 */
import type { ControlLoop, Surroundings } from '../context.js';
import { tickPeriodMs } from '../limits.js';
import type { Deployment } from '../state/deployments.js';
import { commit } from './commit.js';
import { advance, isOpen, isRunning, rollBack } from './machine.js';
import { runTick } from './ticks.js';

export function createControlLoop(around: Surroundings): ControlLoop {
  let cancel = () => {};
  let closed = false;
  const ticking = new Set<string>();

  const wake = () => {
    cancel();
    const dueAtMs = Math.min(...openDeployments(around).map((deployment) => dueInstant(deployment, ticking)));
    if (closed || dueAtMs === Number.POSITIVE_INFINITY) return;
    cancel = around.clock.after(dueAtMs - around.clock.now(), run);
  };

  const run = () => {
    for (const deployment of openDeployments(around)) {
      if (isTickFirst(deployment)) tickIfDue(deployment);
      moveOn(current(around, deployment) ?? deployment);
      tickIfDue(current(around, deployment) ?? deployment);
    }
    wake();
  };

  const moveOn = (deployment: Deployment) => {
    const nowMs = around.clock.now();
    let moving = deployment;
    while (transitionInstant(moving, ticking) <= nowMs)
      moving = commit(around, moving, advance(moving.rollout, nowMs));
  };

  const tickIfDue = (deployment: Deployment) => {
    if (tickInstant(deployment, ticking) > around.clock.now()) return;
    ticking.add(keyOf(deployment));
    void tick(deployment).finally(() => {
      ticking.delete(keyOf(deployment));
      if (!closed) run();
    });
  };

  const tick = async (deployment: Deployment) => {
    scheduleNextTick(around, deployment);
    const cause = await runTick(around, deployment);
    const after = current(around, deployment);
    if (!cause || !after || closed || !isRunning(after.rollout)) return;
    commit(around, after, rollBack(after.rollout, around.clock.now(), cause));
  };

  const close = () => {
    closed = true;
    cancel();
  };

  return { wake, close };
}

/** At most one an environment, and it is the newest one. */
function openDeployments({ state }: Surroundings): Deployment[] {
  return [...state.deployments.values()].flatMap((all) => {
    const newest = all.at(-1);
    return newest && isOpen(newest.rollout) ? [newest] : [];
  });
}

/** The record as it stands; undefined once its environment is gone. */
function current({ state }: Surroundings, of: Deployment): Deployment | undefined {
  return state.deployments.get(of.EnvironmentId)?.[of.DeploymentNumber - 1];
}

function dueInstant(deployment: Deployment, ticking: ReadonlySet<string>): number {
  return Math.min(transitionInstant(deployment, ticking), tickInstant(deployment, ticking));
}

/**
 * A tick under way holds back the completion until it is answered, so that a guard that was asked is always heard. (On AWS
 * a bake of minutes against a tick of seconds makes the question moot; with a great `speed` it is not.)
 */
function transitionInstant(deployment: Deployment, ticking: ReadonlySet<string>): number {
  const { state, dueAtMs = Number.POSITIVE_INFINITY } = deployment.rollout;
  return state === 'BAKING' && ticking.has(keyOf(deployment)) ? Number.POSITIVE_INFINITY : dueAtMs;
}

/** One tick at a time. */
function tickInstant(deployment: Deployment, ticking: ReadonlySet<string>): number {
  if (!isRunning(deployment.rollout) || ticking.has(keyOf(deployment))) return Number.POSITIVE_INFINITY;
  return deployment.tickDueAtMs ?? Number.POSITIVE_INFINITY;
}

/**
 * Of a tick and a step due at the same instant the tick goes first: it reports the state before. The completion goes
 * before a tick, or ticks that last longer than their period would put it off for ever.
 */
function isTickFirst(deployment: Deployment): boolean {
  return deployment.rollout.state === 'DEPLOYING';
}

function scheduleNextTick(around: Surroundings, deployment: Deployment): void {
  const all = around.state.deployments.get(deployment.EnvironmentId);
  if (!all) return;
  const tickDueAtMs = around.clock.now() + tickPeriodMs / around.speed;
  all[deployment.DeploymentNumber - 1] = { ...deployment, tickDueAtMs };
}

function keyOf({ EnvironmentId, DeploymentNumber }: Deployment): string {
  return `${EnvironmentId}/${DeploymentNumber}`;
}
