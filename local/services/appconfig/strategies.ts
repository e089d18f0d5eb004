/** The strategies every account has (User Guide, "Using predefined deployment strategies"). Their ids are their names. */
import type { Strategy } from './state/records.js';

type Growth = Pick<
  Strategy,
  'DeploymentDurationInMinutes' | 'GrowthType' | 'GrowthFactor' | 'FinalBakeTimeInMinutes'
>;

export const predefinedStrategies: readonly Strategy[] = [
  predefined('AppConfig.AllAtOnce', 'Quick', {
    DeploymentDurationInMinutes: 0,
    GrowthType: 'LINEAR',
    GrowthFactor: 100,
    FinalBakeTimeInMinutes: 10,
  }),
  predefined('AppConfig.Linear50PercentEvery30Seconds', 'Test/Demo', {
    DeploymentDurationInMinutes: 1,
    GrowthType: 'LINEAR',
    GrowthFactor: 50,
    FinalBakeTimeInMinutes: 1,
  }),
  predefined('AppConfig.Linear20PercentEvery6Minutes', 'AWS Recommended', {
    DeploymentDurationInMinutes: 30,
    GrowthType: 'LINEAR',
    GrowthFactor: 20,
    FinalBakeTimeInMinutes: 30,
  }),
  predefined('AppConfig.Canary10Percent20Minutes', 'AWS Recommended', {
    DeploymentDurationInMinutes: 20,
    GrowthType: 'EXPONENTIAL',
    GrowthFactor: 10,
    FinalBakeTimeInMinutes: 10,
  }),
];

export function isPredefined(strategyId: string): boolean {
  return strategyId.startsWith('AppConfig.');
}

function predefined(name: string, description: string, growth: Growth): Strategy {
  return {
    ordinal: 0,
    createdAtMs: 0,
    Id: name,
    Name: name,
    Description: description,
    ReplicateTo: 'NONE',
    ...growth,
  };
}
