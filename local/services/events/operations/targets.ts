/** Targets of rules: functions, with an optional constant input. */
import * as z from 'zod';
import { defineOperation, validationError } from '../../../kernel/operations.js';
import type { EventsContext } from '../context.js';
import { inputLength, targetsPerRule } from '../limits.js';
import type { Target } from '../state.js';
import { busName, findRule, ruleName } from './rules.js';

const target = z.strictObject({
  Id: z.string().min(1).max(64),
  Arn: z
    .string()
    .regex(/^arn:aws:lambda:.+:function:.+/, 'expected the ARN of a function: no other target exists here'),
  Input: z.string().max(inputLength).refine(isJson, 'expected JSON text').optional(),
  /** Kept and shown. The event is handed to Lambda's own queue, which is always there, so nothing is left to retry. */
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
});

export const putTargets = defineOperation({
  input: z.strictObject({ Rule: ruleName, EventBusName: busName, Targets: z.array(target).min(1) }),
  run(context: EventsContext, input) {
    const rule = findRule(context, input.Rule);
    const targets = merge(rule.targets, input.Targets);
    if (targets.length > targetsPerRule)
      throw validationError(
        `A rule has at most ${targetsPerRule} targets; this one would have ${targets.length}`,
      );
    rule.targets = targets;
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
});

export const removeTargets = defineOperation({
  input: z.strictObject({
    Rule: ruleName,
    EventBusName: busName,
    Ids: z.array(z.string()).min(1),
    Force: z.boolean().optional(),
  }),
  run(context: EventsContext, input) {
    const rule = findRule(context, input.Rule);
    rule.targets = rule.targets.filter((one) => !input.Ids.includes(one.Id));
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
});

export const listTargetsByRule = defineOperation({
  input: z.strictObject({
    Rule: ruleName,
    EventBusName: busName,
    Limit: z.int().optional(),
    NextToken: z.string().optional(),
  }),
  run: (context: EventsContext, input) => ({ Targets: findRule(context, input.Rule).targets }),
});

function merge(old: readonly Target[], added: readonly Target[]): Target[] {
  const ids = new Set(added.map((one) => one.Id));
  return [...old.filter((one) => !ids.has(one.Id)), ...added];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
