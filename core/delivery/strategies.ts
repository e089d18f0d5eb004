/**
 * How a version reaches a fleet. Every stage owns these strategies; their numbers are AppConfig's
 * (`AWS::AppConfig::DeploymentStrategy`).
 */

export interface Strategy {
  readonly description: string;
  readonly durationMinutes: number;
  readonly growthType: 'LINEAR' | 'EXPONENTIAL';
  readonly growthPercent: number;
  /** How long AppConfig watches after 100 % before the deployment counts as complete. */
  readonly bakeMinutes: number;
}

export const strategies = {
  immediate: {
    description: 'Everything at once, no bake: first deployments and emergencies',
    durationMinutes: 0,
    growthType: 'LINEAR',
    growthPercent: 100,
    bakeMinutes: 0,
  },
  'linear-50': {
    description: 'Half, then all, within 2 minutes; bakes 1 minute',
    durationMinutes: 2,
    growthType: 'LINEAR',
    growthPercent: 50,
    bakeMinutes: 1,
  },
  'linear-20': {
    description: 'A fifth at a time over 10 minutes; bakes 10 minutes',
    durationMinutes: 10,
    growthType: 'LINEAR',
    growthPercent: 20,
    bakeMinutes: 10,
  },
  'canary-10': {
    description: '10, 20, 40, 80, 100 percent over 20 minutes; bakes 10 minutes',
    durationMinutes: 20,
    growthType: 'EXPONENTIAL',
    growthPercent: 10,
    bakeMinutes: 10,
  },
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof strategies;

/** The names, in the order they are offered. */
export const strategyNames = Object.keys(strategies) as [StrategyName, ...StrategyName[]];

/** The strategy a deployment runs under, told by its times; undefined for one that is not Veltrix's. */
export function strategyOf(deployment: {
  readonly durationMinutes: number;
  readonly bakeMinutes: number;
}): StrategyName | undefined {
  return strategyNames.find((name) => {
    const { durationMinutes, bakeMinutes } = strategies[name];
    return durationMinutes === deployment.durationMinutes && bakeMinutes === deployment.bakeMinutes;
  });
}
