/** What AppConfig remembers of a deployment, and of the sessions that poll. */
import * as z from 'zod';
import { rolloutSchema } from '../deployments/machine.js';

/** An extension that was in force when the deployment started; a copy, so later changes do not reach it. */
const appliedSchema = z.object({
  associationId: z.string(),
  extensionId: z.string(),
  extensionName: z.string(),
  extensionArn: z.string(),
  versionNumber: z.int(),
  actions: z.partialRecord(
    z.string(),
    z.object({ Name: z.string(), Uri: z.string(), RoleArn: z.string().optional() }),
  ),
  /** Values of the association. */
  parameters: z.record(z.string(), z.string()),
  /** The same, overlaid with what StartDeployment supplied. */
  startParameters: z.record(z.string(), z.string()),
});
export type AppliedExtension = z.infer<typeof appliedSchema>;

/** The content a deployment carries: its own copy, so that it outlives the hosted version. */
const dataSchema = z.object({
  contentHash: z.string(),
  contentType: z.string(),
  versionLabel: z.string().optional(),
  /** Equal for two deployments that would deliver the very same thing. */
  revision: z.string(),
});
export type DeployedData = z.infer<typeof dataSchema>;

export const deploymentSchema = z.object({
  rollout: rolloutSchema,
  data: dataSchema,
  applied: z.array(appliedSchema),
  /** When the next tick is due; absent without a tick extension. */
  tickDueAtMs: z.number().optional(),
  ApplicationId: z.string(),
  EnvironmentId: z.string(),
  DeploymentStrategyId: z.string(),
  ConfigurationProfileId: z.string(),
  DeploymentNumber: z.int(),
  ConfigurationName: z.string(),
  ConfigurationLocationUri: z.string(),
  ConfigurationVersion: z.string(),
  VersionLabel: z.string().optional(),
  Description: z.string().optional(),
  DeploymentDurationInMinutes: z.number(),
  GrowthType: z.enum(['LINEAR', 'EXPONENTIAL']),
  GrowthFactor: z.number(),
  FinalBakeTimeInMinutes: z.number(),
});
export type Deployment = z.infer<typeof deploymentSchema>;

export const sessionSchema = z.object({
  id: z.string(),
  applicationId: z.string(),
  environmentId: z.string(),
  profileId: z.string(),
  requiredIntervalSeconds: z.number().optional(),
  /** The sequence of the one token that is still good. */
  sequence: z.int(),
  lastPollAtMs: z.number().optional(),
  tokenIssuedAtMs: z.number(),
  /** `revision` of what was delivered last. */
  delivered: z.string().optional(),
});
export type Session = z.infer<typeof sessionSchema>;
