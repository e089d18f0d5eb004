/** The stages: each is one account and region that Veltrix is deployed to. */

import * as z from 'zod';
import { namePattern } from '../core/addresses.js';
import { strategyNames } from '../core/delivery/strategies.js';
import { defaultStage } from '../core/names.js';

/** Stages are part of names that may have 64 characters. */
const stageNameMaxChars = 12;

const stageSchema = z.strictObject({
  name: z.string().regex(namePattern).max(stageNameMaxChars),
  /** Where it is deployed; without it, wherever the credentials of the moment point. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  region: z.string().min(1).optional(),
  /** How a publish reaches an environment's nodes when it names no strategy, by the environment's name. */
  strategies: z.record(z.string(), z.enum(strategyNames)),
  /** For environments that are not named above. */
  otherwise: z.enum(strategyNames),
  /** False takes the guard away from all applications: the way out when it is itself what is broken. */
  guarded: z.boolean().default(true),
  /**
   * Runs of the guard that may go on at once, kept free for it: a tick that Lambda throttles rolls its rollout back. Default:
   * 5, or one for each environment where there are more. 0 reserves nothing, for accounts whose quota is too small.
   */
  guardReservedConcurrency: z.int().min(0).optional(),
  /** Where alarms tell that they are raised and over: a topic of the stage's region. Without it they are seen in the console only. */
  alarmTopicArn: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'must be the ARN of a topic')
    .optional(),
});
export type Stage = z.infer<typeof stageSchema>;

/**
 * AppConfig's applications carry no stage in their names, and clients find them by name: two stages in one account and
 * region would be two applications of one name.
 */
export const stagesSchema = z
  .array(stageSchema)
  .refine(
    (all) => new Set(all.map(({ account, region }) => `${account}/${region}`)).size === all.length,
    'must each have an account and region of its own',
  );

/** All stages. */
export const stages: readonly Stage[] = stagesSchema.parse([
  {
    name: defaultStage,
    strategies: { staging: 'linear-50', production: 'canary-10' },
    otherwise: 'linear-20',
  },
]);

/** Rollouts at a time that most fleets never have. */
const guardReservedConcurrencyMin = 5;

/**
 * Runs to reserve for the guard of a stage with so many environments: each runs one deployment at a time, which ticks once
 * a minute, and all may tick at the same instant. Undefined to reserve none.
 */
export function guardConcurrency(stage: Stage, environments: number): number | undefined {
  const wanted = stage.guardReservedConcurrency ?? Math.max(guardReservedConcurrencyMin, environments);
  if (wanted === 0) return undefined;
  if (wanted >= environments) return wanted;
  throw new Error(
    `guardReservedConcurrency is ${wanted} for ${environments} environments: a rollout whose tick finds no room is rolled back; write at least ${environments}, or 0 to reserve none`,
  );
}

/** The default strategy of an environment. */
export const defaultStrategy = (stage: Stage, environment: string) =>
  stage.strategies[environment] ?? stage.otherwise;
