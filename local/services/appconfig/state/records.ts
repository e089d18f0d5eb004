/**
 * What AppConfig remembers of its resources. Members in AWS's PascalCase are answered as they are; members in camelCase
 * are this engine's own and never leave it.
 */
import * as z from 'zod';
import type { Rollout } from '../deployments/machine.js';

const own = {
  /** Order of creation over all kinds: pages are cut along it. */
  ordinal: z.int(),
  createdAtMs: z.number(),
};

export const applicationSchema = z.object({
  ...own,
  Id: z.string(),
  Name: z.string(),
  Description: z.string().optional(),
});
export type Application = z.infer<typeof applicationSchema>;

const monitorSchema = z.object({ AlarmArn: z.string(), AlarmRoleArn: z.string().optional() });

export const environmentSchema = z.object({
  ...own,
  ApplicationId: z.string(),
  Id: z.string(),
  Name: z.string(),
  Description: z.string().optional(),
  State: z.enum(['READY_FOR_DEPLOYMENT', 'DEPLOYING', 'ROLLING_BACK', 'ROLLED_BACK', 'REVERTED']),
  Monitors: z.array(monitorSchema).optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

const validatorSchema = z.object({ Type: z.literal('LAMBDA'), Content: z.string() });
export type Validator = z.infer<typeof validatorSchema>;

export const profileSchema = z.object({
  ...own,
  /** The highest version number ever given, so that none is given twice. */
  lastVersionNumber: z.int(),
  ApplicationId: z.string(),
  Id: z.string(),
  Name: z.string(),
  Description: z.string().optional(),
  LocationUri: z.string(),
  RetrievalRoleArn: z.string().optional(),
  Validators: z.array(validatorSchema).optional(),
  Type: z.string(),
});
export type Profile = z.infer<typeof profileSchema>;

export const versionSchema = z.object({
  /** Key into the state's contents. */
  contentHash: z.string(),
  ApplicationId: z.string(),
  ConfigurationProfileId: z.string(),
  VersionNumber: z.int(),
  Description: z.string().optional(),
  ContentType: z.string(),
  VersionLabel: z.string().optional(),
});
export type HostedVersion = z.infer<typeof versionSchema>;

export const strategySchema = z.object({
  ...own,
  Id: z.string(),
  Name: z.string(),
  Description: z.string().optional(),
  DeploymentDurationInMinutes: z.number(),
  GrowthType: z.enum(['LINEAR', 'EXPONENTIAL']),
  GrowthFactor: z.number(),
  FinalBakeTimeInMinutes: z.number(),
  ReplicateTo: z.literal('NONE'),
});
export type Strategy = z.infer<typeof strategySchema>;

export const actionPoints = [
  'PRE_CREATE_HOSTED_CONFIGURATION_VERSION',
  'PRE_START_DEPLOYMENT',
  'AT_DEPLOYMENT_TICK',
  'ON_DEPLOYMENT_START',
  'ON_DEPLOYMENT_STEP',
  'ON_DEPLOYMENT_BAKING',
  'ON_DEPLOYMENT_COMPLETE',
  'ON_DEPLOYMENT_ROLLED_BACK',
] as const;
export type ActionPoint = (typeof actionPoints)[number];

const actionSchema = z.object({
  Name: z.string(),
  Description: z.string().optional(),
  Uri: z.string(),
  RoleArn: z.string().optional(),
});

const actionsSchema = z.partialRecord(z.enum(actionPoints), z.array(actionSchema));
export type Actions = z.infer<typeof actionsSchema>;

const parameterSchema = z.object({
  Description: z.string().optional(),
  Required: z.boolean().optional(),
  Dynamic: z.boolean().optional(),
});

export const extensionSchema = z.object({
  ...own,
  Id: z.string(),
  Name: z.string(),
  VersionNumber: z.int(),
  Arn: z.string(),
  Description: z.string().optional(),
  Actions: actionsSchema,
  Parameters: z.record(z.string(), parameterSchema).optional(),
});
export type Extension = z.infer<typeof extensionSchema>;

const values = z.record(z.string(), z.string());

export const associationSchema = z.object({
  ...own,
  extensionId: z.string(),
  Id: z.string(),
  ExtensionArn: z.string(),
  ResourceArn: z.string(),
  Arn: z.string(),
  Parameters: values.optional(),
  ExtensionVersionNumber: z.int(),
});
export type Association = z.infer<typeof associationSchema>;

export const settingsSchema = z.object({
  DeletionProtection: z.object({ Enabled: z.boolean(), ProtectionPeriodInMinutes: z.int() }),
  VendedMetrics: z.object({ Enabled: z.boolean() }),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A record without this engine's own members, and without those it has no value for: what AWS answers. */
export function shapeOf<T extends object>(record: T): Record<string, unknown> {
  const members = Object.entries(record).filter(
    ([name, value]) => /^[A-Z]/.test(name) && value !== undefined,
  );
  return Object.fromEntries(members);
}

/** What an environment says of itself after its newest transition. */
export function environmentStateAfter(state: Rollout['state']): Environment['State'] {
  switch (state) {
    case 'DEPLOYING':
    case 'BAKING':
      return 'DEPLOYING';
    case 'COMPLETE':
      return 'READY_FOR_DEPLOYMENT';
    case 'ROLLING_BACK':
    case 'ROLLED_BACK':
    case 'REVERTED':
      return state;
  }
}
