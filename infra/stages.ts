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

/** The default strategy of an environment. */
export const defaultStrategy = (stage: Stage, environment: string) =>
  stage.strategies[environment] ?? stage.otherwise;
