/** What makes a rollout hard to judge, known before it starts: for `plan`, with a strategy that would be easier to judge. */

import type { Strategy } from '../delivery/strategies.js';

/** Below this many nodes, chance decides whether both versions are ever seen side by side. */
const fewNodes = 10;
/** Looks at a version that all nodes hold, before it counts as deployed. */
const bakeLooksMin = 2;
/** AppConfig: `DeploymentDurationInMinutes` and `FinalBakeTimeInMinutes` are at most a day. */
const minutesMax = 1440;

export type Pace = Pick<Strategy, 'durationMinutes' | 'growthType' | 'growthPercent' | 'bakeMinutes'>;

export interface RolloutPlan {
  readonly nodes: number;
  readonly strategy: Pace;
  /** How often a node asks for its configuration, how often it reports, how often the guard looks. */
  readonly pollSeconds: number;
  readonly reportSeconds: number;
  readonly tickSeconds: number;
}

export interface Weakness {
  readonly kind: 'few-nodes' | 'short-steps' | 'short-bake';
  /** For people, with the numbers. */
  readonly words: string;
}

export interface Weaknesses {
  readonly weaknesses: readonly Weakness[];
  /** Present when something is weak that a strategy can help. */
  readonly proposal?: Pace;
}

/** Says what makes the comparison weak, and proposes a strategy under which it is not. */
export function weaknesses(plan: RolloutPlan): Weaknesses {
  const found = [...aboutNodes(plan), ...aboutSteps(plan), ...aboutBake(plan)];
  if (found.length === 0) return { weaknesses: [] };
  const proposal = propose(plan);
  const isSame = (Object.keys(proposal) as (keyof Pace)[]).every(
    (key) => proposal[key] === plan.strategy[key],
  );
  return { weaknesses: found, ...(!isSame && { proposal }) };
}

/** Percent that each step adds. Exponential growth doubles what is out: G, 2G, 4G … */
export function stepsOf({ growthType, growthPercent }: Pick<Pace, 'growthType' | 'growthPercent'>): number[] {
  const steps: number[] = [];
  let reached = 0;
  while (reached < 100) {
    const wanted = growthType === 'LINEAR' ? reached + growthPercent : Math.max(reached * 2, growthPercent);
    steps.push(Math.min(wanted, 100) - reached);
    reached = Math.min(wanted, 100);
  }
  return steps;
}

/** Chance that all nodes fall into one step, so that old and new are never seen side by side. */
export const blindChance = (nodes: number, strategy: Pace): number =>
  stepsOf(strategy).reduce((sum, percent) => sum + (percent / 100) ** nodes, 0);

function aboutNodes({ nodes, strategy }: RolloutPlan): Weakness[] {
  if (nodes >= fewNodes && stepsOf(strategy).length > 1) return [];
  const blindPercent = Math.min(100, 100 * blindChance(nodes, strategy));
  const chance = `${blindPercent.toLocaleString('en', { maximumSignificantDigits: 2 })} %`;
  const words = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}: comparison weak, expect warnings or inconclusive; in ${chance} of rollouts old and new are never seen side by side`;
  return [{ kind: 'few-nodes', words }];
}

/** One interval passes before the first step: n steps share the time with it (a public trace of AppConfig). */
const stepSeconds = ({ durationMinutes, ...growth }: Pace): number =>
  (60 * durationMinutes) / (stepsOf(growth).length + 1);

const neededSeconds = ({ pollSeconds, reportSeconds, tickSeconds }: RolloutPlan): number =>
  pollSeconds + reportSeconds + tickSeconds;

function aboutSteps(plan: RolloutPlan): Weakness[] {
  const [lasts, needed] = [stepSeconds(plan.strategy), neededSeconds(plan)];
  if (lasts >= needed) return [];
  const { pollSeconds, reportSeconds, tickSeconds } = plan;
  const words = `a step lasts ${Math.round(lasts)} s; until the guard sees it ${needed} s pass (poll ${pollSeconds}, report ${reportSeconds}, look ${tickSeconds}), so the next step may go out unjudged`;
  return [{ kind: 'short-steps', words }];
}

function aboutBake({ strategy, tickSeconds }: RolloutPlan): Weakness[] {
  const needed = bakeLooksMin * tickSeconds;
  if (strategy.bakeMinutes * 60 >= needed) return [];
  const words = `bakes ${strategy.bakeMinutes * 60} s; two looks at the whole fleet take ${needed} s`;
  return [{ kind: 'short-bake', words }];
}

function propose(plan: RolloutPlan): Pace {
  const growth = proposeGrowth(plan);
  const intervals = stepsOf(growth).length + 1;
  const needed = Math.ceil((intervals * neededSeconds(plan)) / 60);
  const bakeMinutes = Math.max(plan.strategy.bakeMinutes, Math.ceil((bakeLooksMin * plan.tickSeconds) / 60));
  return {
    ...growth,
    durationMinutes: Math.min(Math.max(plan.strategy.durationMinutes, needed), minutesMax),
    bakeMinutes: Math.min(bakeMinutes, minutesMax),
  };
}

/** Few nodes want many small steps: two for each node. One node cannot be compared, however small they are. */
function proposeGrowth({ nodes, strategy }: RolloutPlan): Pick<Pace, 'growthType' | 'growthPercent'> {
  const { growthType, growthPercent } = strategy;
  if (nodes < 2) return { growthType, growthPercent };
  const most = nodes < fewNodes ? Math.floor(100 / (2 * nodes)) : 50;
  if (growthType === 'LINEAR' && growthPercent <= most) return { growthType, growthPercent };
  if (nodes >= fewNodes && stepsOf(strategy).length > 1) return { growthType, growthPercent };
  return { growthType: 'LINEAR', growthPercent: most };
}
