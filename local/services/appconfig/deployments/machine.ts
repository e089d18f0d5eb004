/**
 * The deployment state machine: a rollout and an instant give the next rollout. No I/O and no clock; same input, same
 * output. States, events and their texts: the models' example of GetDeployment, and the User Guide.
 *
 *   DEPLOYING ──► BAKING ──► COMPLETE ──► REVERTED
 *       └───────────┴──► ROLLING_BACK ──► ROLLED_BACK
 */
import * as z from 'zod';
import { revertWindowMs } from '../limits.js';
import type { Schedule } from './schedule.js';

const invocationSchema = z.object({
  ExtensionIdentifier: z.string(),
  ActionName: z.string(),
  Uri: z.string(),
  RoleArn: z.string().optional(),
  ErrorMessage: z.string().optional(),
  ErrorCode: z.string().optional(),
  InvocationId: z.string(),
});

/** One call of an extension's action, as an event records it; AWS's member names. */
export type ActionInvocation = z.infer<typeof invocationSchema>;

const eventSchema = z.object({
  type: z.enum([
    'DEPLOYMENT_STARTED',
    'PERCENTAGE_UPDATED',
    'BAKE_TIME_STARTED',
    'DEPLOYMENT_COMPLETED',
    'ROLLBACK_STARTED',
    'ROLLBACK_COMPLETED',
    'REVERT_COMPLETED',
  ]),
  triggeredBy: z.enum(['USER', 'APPCONFIG', 'CLOUDWATCH_ALARM', 'INTERNAL_ERROR']),
  description: z.string(),
  occurredAtMs: z.number(),
  invocations: z.array(invocationSchema),
});

export type RolloutEvent = z.infer<typeof eventSchema>;

export const rolloutSchema = z.object({
  state: z.enum(['DEPLOYING', 'BAKING', 'COMPLETE', 'ROLLING_BACK', 'ROLLED_BACK', 'REVERTED']),
  /** What is exposed: 0 before the first step and after a rollback. */
  percent: z.number(),
  /** Steps still to come. */
  steps: z.array(z.object({ afterMs: z.number(), percent: z.number() })),
  holdMs: z.number(),
  bakeMs: z.number(),
  startedAtMs: z.number(),
  completedAtMs: z.number().optional(),
  /** When `advance` has something to do; absent in a state that only a caller ends. */
  dueAtMs: z.number().optional(),
  /** Newest first. */
  events: z.array(eventSchema),
});

export type Rollout = z.infer<typeof rolloutSchema>;

/** Who or what ended a rollout early. */
export interface Cause {
  readonly triggeredBy: RolloutEvent['triggeredBy'];
  readonly description: string;
  readonly invocations?: readonly ActionInvocation[];
}

export type StopResult =
  | { readonly kind: 'stopped'; readonly rollout: Rollout }
  | { readonly kind: 'refused'; readonly reason: string };

export function startRollout(schedule: Schedule, bakeMs: number, nowMs: number): Rollout {
  const rollout: Rollout = {
    state: 'DEPLOYING',
    percent: 0,
    steps: [...schedule.steps],
    holdMs: schedule.holdMs,
    bakeMs,
    startedAtMs: nowMs,
    dueAtMs: nowMs + (schedule.steps[0]?.afterMs ?? schedule.holdMs),
    events: [],
  };
  return record(rollout, {
    type: 'DEPLOYMENT_STARTED',
    triggeredBy: 'USER',
    nowMs,
    description: 'Deployment started',
  });
}

export function isRunning(rollout: Rollout): boolean {
  return rollout.state === 'DEPLOYING' || rollout.state === 'BAKING';
}

/** Running or on its way back: the environment takes no other deployment. */
export function isOpen(rollout: Rollout): boolean {
  return isRunning(rollout) || rollout.state === 'ROLLING_BACK';
}

/**
 * Takes the one transition that is due, or returns the rollout as it is. The next wait is counted from `nowMs`, so a late
 * step delays those after it (as in the trace) and a machine that slept does not skip through a rollout.
 */
export function advance(rollout: Rollout, nowMs: number): Rollout {
  if (rollout.dueAtMs === undefined || nowMs < rollout.dueAtMs) return rollout;
  if (rollout.state === 'ROLLING_BACK') return finishRollback(rollout, nowMs);
  if (rollout.state === 'BAKING') return complete(rollout, nowMs);
  return rollout.steps.length > 0 ? step(rollout, nowMs) : bake(rollout, nowMs);
}

/** Starts the way back; the rollout itself ends at the next `advance`. Only a running rollout can be rolled back. */
export function rollBack(rollout: Rollout, nowMs: number, cause: Cause): Rollout {
  if (!isRunning(rollout)) return rollout;
  const rolling: Rollout = { ...rollout, state: 'ROLLING_BACK', percent: 0, steps: [], dueAtMs: nowMs };
  return record(rolling, { type: 'ROLLBACK_STARTED', nowMs, ...cause });
}

/**
 * What StopDeployment does: a running rollout is rolled back; a complete one is reverted, when the caller allows it and it
 * completed less than 72 hours ago; anything else is refused.
 */
export function stop(
  rollout: Rollout,
  nowMs: number,
  by: { readonly allowRevert: boolean; readonly accountId: string },
): StopResult {
  if (isRunning(rollout)) {
    const cause: Cause = {
      triggeredBy: 'USER',
      description: `Rollback initiated by account ${by.accountId}`,
    };
    return { kind: 'stopped', rollout: rollBack(rollout, nowMs, cause) };
  }
  const reason = whyNotRevert(rollout, nowMs, by.allowRevert);
  if (reason) return { kind: 'refused', reason };
  const { dueAtMs: _, ...rest } = rollout;
  const reverted: Rollout = { ...rest, state: 'REVERTED', percent: 0 };
  const description = `Revert completed by account ${by.accountId}`;
  return {
    kind: 'stopped',
    rollout: record(reverted, { type: 'REVERT_COMPLETED', triggeredBy: 'USER', nowMs, description }),
  };
}

function whyNotRevert(rollout: Rollout, nowMs: number, allowRevert: boolean): string | undefined {
  if (rollout.state !== 'COMPLETE') return `it is ${rollout.state}`;
  if (!allowRevert) return 'it is COMPLETE; send AllowRevert to go back to the configuration before it';
  if (nowMs - (rollout.completedAtMs ?? 0) >= revertWindowMs) return 'it completed 72 hours ago or earlier';
  return undefined;
}

function step(rollout: Rollout, nowMs: number): Rollout {
  const [due, ...steps] = rollout.steps;
  const percent = due?.percent ?? 100;
  const next = { ...rollout, percent, steps, dueAtMs: nowMs + (steps[0]?.afterMs ?? rollout.holdMs) };
  const description = `Configuration available to ${percent.toFixed(2)}% of clients`;
  return record(next, { type: 'PERCENTAGE_UPDATED', triggeredBy: 'APPCONFIG', nowMs, description });
}

function bake(rollout: Rollout, nowMs: number): Rollout {
  const next: Rollout = { ...rollout, state: 'BAKING', dueAtMs: nowMs + rollout.bakeMs };
  const description = 'Deployment bake time started';
  return record(next, { type: 'BAKE_TIME_STARTED', triggeredBy: 'APPCONFIG', nowMs, description });
}

function complete(rollout: Rollout, nowMs: number): Rollout {
  const { dueAtMs: _, ...rest } = rollout;
  const next: Rollout = { ...rest, state: 'COMPLETE', completedAtMs: nowMs };
  const description = 'Deployment completed';
  return record(next, { type: 'DEPLOYMENT_COMPLETED', triggeredBy: 'APPCONFIG', nowMs, description });
}

function finishRollback(rollout: Rollout, nowMs: number): Rollout {
  const { dueAtMs: _, ...rest } = rollout;
  const next: Rollout = { ...rest, state: 'ROLLED_BACK', completedAtMs: nowMs };
  const triggeredBy = rollout.events[0]?.triggeredBy ?? 'APPCONFIG';
  return record(next, { type: 'ROLLBACK_COMPLETED', triggeredBy, nowMs, description: 'Rollback completed' });
}

interface Occurrence extends Cause {
  readonly type: RolloutEvent['type'];
  readonly nowMs: number;
}

function record(rollout: Rollout, occurrence: Occurrence): Rollout {
  const { type, triggeredBy, description, nowMs } = occurrence;
  const invocations = [...(occurrence.invocations ?? [])];
  const event: RolloutEvent = { type, triggeredBy, description, occurredAtMs: nowMs, invocations };
  return { ...rollout, events: [event, ...rollout.events] };
}
