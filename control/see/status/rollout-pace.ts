/**
 * Where a rollout stands among its steps, and when about it goes on. AppConfig publishes no schedule: instants come from the
 * pace its own log shows, and from the strategy's numbers until there is one.
 */

import type { Deployment, LogEntryType } from '../../../core/delivery/deployments.js';
import { strategies, strategyOf } from '../../../core/delivery/strategies.js';
import { stepsOf } from '../../../core/guard/weaknesses.js';

export interface RolloutPace {
  /** Steps that are out, of how many; absent for a strategy that is not Veltrix's. */
  readonly step?: number;
  readonly steps?: number;
  /** When about the next step comes, or the bake begins (ISO 8601, UTC): while the version is on its way out. */
  readonly nextStepAt?: string;
  /** When about the bake ends (ISO 8601, UTC): while it bakes. */
  readonly bakesUntil?: string;
}

const minuteMs = 60_000;

export function rolloutPace(deployment: Deployment): RolloutPace {
  const strategy = strategyOf(deployment);
  const sizes = strategy === undefined ? undefined : stepsOf(strategies[strategy]);
  const plannedMs = sizes && (deployment.durationMinutes * minuteMs) / (sizes.length + 1);
  const stepMs = observedStepMs(deployment) ?? plannedMs;
  return {
    ...(sizes && { step: stepsOut(sizes, deployment), steps: sizes.length }),
    ...(deployment.state === 'DEPLOYING' && stepMs !== undefined && nextStep(deployment, stepMs)),
    ...(deployment.state === 'BAKING' && bakeEnd(deployment, speedOf(stepMs, plannedMs))),
  };
}

function stepsOut(sizes: readonly number[], { percentage, log }: Deployment): number {
  // Before its first step AppConfig says 1 %, the least it can.
  const reached = log.some(({ type }) => type !== 'DEPLOYMENT_STARTED') ? percentage : 0;
  let sum = 0;
  return sizes.filter((size) => {
    sum += size;
    return sum <= reached;
  }).length;
}

/** The time between two steps as logged, or from the start to the first. */
function observedStepMs(deployment: Deployment): number | undefined {
  const steps = instantsOf(deployment, 'PERCENTAGE_UPDATED');
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (steps.length > 1) return (last - first) / (steps.length - 1);
  return first - Date.parse(deployment.startedAt) || undefined;
}

function nextStep(deployment: Deployment, stepMs: number): Pick<RolloutPace, 'nextStepAt'> {
  const last = instantsOf(deployment, 'PERCENTAGE_UPDATED').at(-1) ?? Date.parse(deployment.startedAt);
  return { nextStepAt: new Date(last + stepMs).toISOString() };
}

function bakeEnd(deployment: Deployment, speed: number): Pick<RolloutPace, 'bakesUntil'> {
  const began = instantsOf(deployment, 'BAKE_TIME_STARTED').at(-1);
  if (began === undefined) return {};
  return { bakesUntil: new Date(began + deployment.bakeMinutes * minuteMs * speed).toISOString() };
}

/** A bake keeps the pace of the steps before it, where those did not keep the strategy's. */
const speedOf = (stepMs: number | undefined, plannedMs: number | undefined): number =>
  stepMs === undefined || !plannedMs ? 1 : stepMs / plannedMs;

const instantsOf = ({ log }: Deployment, wanted: LogEntryType): readonly number[] =>
  log.filter(({ type }) => type === wanted).map(({ occurredAt }) => Date.parse(occurredAt));
