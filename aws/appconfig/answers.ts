/**
 * Reads what AppConfig's control plane answers, in Veltrix's words. A state or a log entry of a kind that AWS adds later must
 * not keep anybody from reading the rest: it is `OTHER`.
 */

import * as z from 'zod';
import {
  type Deployment,
  type DeploymentSummary,
  deploymentStates,
  type LogEntry,
  logEntryTypes,
  type VersionSummary,
} from '../../core/delivery/deployments.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { epochMs } from '../../core/time.js';

/**
 * A version's number. Profiles of other stores (S3, a parameter …) may share an environment and have texts for versions;
 * they are none of Veltrix's, but occupy the environment like any other: version 0.
 */
const versionSchema = z.string().transform((text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0));

const summarySchema = z.object({
  DeploymentNumber: z.int().min(1),
  ConfigurationName: z.string(),
  ConfigurationVersion: versionSchema,
  VersionLabel: z.string().optional(),
  State: z.enum(deploymentStates).catch('OTHER'),
  PercentageComplete: z.number(),
  StartedAt: z.date(),
  CompletedAt: z.date().optional(),
});

const logEntrySchema = z.object({
  EventType: z.enum(logEntryTypes).catch('OTHER'),
  TriggeredBy: z.string().default(''),
  Description: z.string().default(''),
  OccurredAt: z.date(),
});

const deploymentSchema = summarySchema.extend({
  Description: z.string().default(''),
  DeploymentDurationInMinutes: z.number(),
  FinalBakeTimeInMinutes: z.number().default(0),
  /** Newest first. */
  EventLog: z.array(logEntrySchema).default([]),
});

const versionSummarySchema = z.object({
  VersionNumber: z.int().min(1),
  VersionLabel: z.string().optional(),
  Description: z.string().optional(),
});

/** @throws ServiceUnavailable when the answer has another form than AppConfig's. */
export function readDeploymentSummary(answer: unknown): DeploymentSummary {
  return toSummary(demand(summarySchema, answer));
}

/** @throws ServiceUnavailable when the answer has another form than AppConfig's. */
export function readDeployment(answer: unknown): Deployment {
  const read = demand(deploymentSchema, answer);
  return {
    ...toSummary(read),
    description: read.Description,
    durationMinutes: read.DeploymentDurationInMinutes,
    bakeMinutes: read.FinalBakeTimeInMinutes,
    log: read.EventLog.map(toLogEntry).reverse(),
  };
}

/** The number alone: what was started must not seem to have failed because its first record lacks something. */
export function readDeploymentNumber(answer: unknown): number {
  return demand(summarySchema.pick({ DeploymentNumber: true }), answer).DeploymentNumber;
}

/** @throws ServiceUnavailable when the answer has another form than AppConfig's. */
export function readVersionSummary(answer: unknown): VersionSummary {
  const read = demand(versionSummarySchema, answer);
  return {
    version: read.VersionNumber,
    ...(read.VersionLabel !== undefined && { label: read.VersionLabel }),
    ...(read.Description !== undefined && { description: read.Description }),
  };
}

function toSummary(read: z.infer<typeof summarySchema>): DeploymentSummary {
  return {
    number: read.DeploymentNumber,
    profile: read.ConfigurationName,
    version: read.ConfigurationVersion,
    ...(read.VersionLabel !== undefined && { label: read.VersionLabel }),
    state: read.State,
    percentage: read.PercentageComplete,
    startedAt: read.StartedAt.toISOString(),
    ...(read.CompletedAt !== undefined && { completedAtMs: epochMs(read.CompletedAt.getTime()) }),
  };
}

const toLogEntry = (entry: z.infer<typeof logEntrySchema>): LogEntry => ({
  type: entry.EventType,
  triggeredBy: entry.TriggeredBy,
  description: entry.Description,
  occurredAt: entry.OccurredAt.toISOString(),
});

function demand<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ServiceUnavailable(
    `AppConfig answered in another form: ${issue?.path.join('.')} ${issue?.message}`,
    { hint: 'Update Veltrix, or look at what stands between it and AppConfig.', cause: parsed.error },
  );
}
