/** Rules: put, look at, list, switch on and off, delete. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { PatternError, parsePattern } from '../../../kernel/event-pattern.js';
import { defineOperation, validationError } from '../../../kernel/operations.js';
import type { EventsContext } from '../context.js';
import { invalidEventPattern, resourceNotFound } from '../errors.js';
import { patternLength } from '../limits.js';
import { parseRate } from '../schedule.js';
import type { Rule } from '../state.js';

export const ruleName = z
  .string()
  .regex(/^[.\-_A-Za-z0-9]{1,64}$/, 'expected up to 64 letters, digits, ., - and _');
export const busName = z
  .literal('default', 'expected default: this local AWS has no other event bus')
  .optional();
const byName = z.strictObject({ Name: ruleName, EventBusName: busName });

const putSchema = z.strictObject({
  Name: ruleName,
  EventBusName: busName,
  ScheduleExpression: z.string().optional(),
  /** JSON text. */
  EventPattern: z.string().max(patternLength).optional(),
  State: z.enum(['DISABLED', 'ENABLED']).optional(),
  Description: z.string().max(512).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

export const putRule = defineOperation({
  input: putSchema,
  run(context: EventsContext, input) {
    assertTriggered(input);
    const old = lookUp(context, input.Name);
    const rule: Rule = {
      Name: input.Name,
      Arn: ruleArn(context, input.Name),
      ScheduleExpression: input.ScheduleExpression,
      EventPattern: input.EventPattern,
      Description: input.Description ?? '',
      State: input.State ?? 'ENABLED',
      anchorMs:
        old && old.ScheduleExpression === input.ScheduleExpression ? old.anchorMs : context.clock.now(),
      targets: old?.targets ?? [],
      tags: old?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    };
    context.state.rules[rule.Name] = rule;
    context.scheduler.refresh(rule);
    return { RuleArn: rule.Arn };
  },
});

export const describeRule = defineOperation({
  input: byName,
  run: (context: EventsContext, input) => shown(findRule(context, input.Name)),
});

export const listRules = defineOperation({
  input: z.strictObject({
    NamePrefix: z.string().optional(),
    EventBusName: busName,
    Limit: z.int().optional(),
    NextToken: z.string().optional(),
  }),
  run(context: EventsContext, input) {
    const rules = Object.values(context.state.rules);
    return { Rules: rules.filter((rule) => rule.Name.startsWith(input.NamePrefix ?? '')).map(shown) };
  },
});

export const deleteRule = defineOperation({
  input: z.strictObject({ Name: ruleName, EventBusName: busName, Force: z.boolean().optional() }),
  run(context: EventsContext, input) {
    const rule = lookUp(context, input.Name);
    if (!rule) return {};
    if (rule.targets.length > 0) throw validationError("Rule can't be deleted since it has targets.");
    context.scheduler.forget(rule.Name);
    delete context.state.rules[rule.Name];
    return {};
  },
});

export const enableRule = defineOperation({
  input: byName,
  run: (context: EventsContext, input) => switchTo(context, input.Name, 'ENABLED'),
});

export const disableRule = defineOperation({
  input: byName,
  run: (context: EventsContext, input) => switchTo(context, input.Name, 'DISABLED'),
});

/** Throws ResourceNotFoundException. */
export function findRule(context: EventsContext, name: string): Rule {
  const rule = lookUp(context, name);
  if (rule) return rule;
  throw resourceNotFound(`Rule ${name} does not exist on EventBus default.`);
}

export function ruleArn(context: EventsContext, name: string): string {
  const { partition, region, accountId } = context.identity;
  return `arn:${partition}:events:${region}:${accountId}:rule/${name}`;
}

/** Throws when a rule would have neither a schedule nor a pattern, or one that is not understood. */
function assertTriggered({ ScheduleExpression, EventPattern }: z.output<typeof putSchema>): void {
  if (ScheduleExpression === undefined && EventPattern === undefined)
    throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (ScheduleExpression !== undefined) parseRate(ScheduleExpression);
  if (EventPattern !== undefined) assertPattern(EventPattern);
}

function assertPattern(text: string): void {
  try {
    parsePattern(text);
  } catch (error) {
    if (error instanceof PatternError) throw invalidEventPattern(error.message);
    throw error;
  }
}

function lookUp(context: EventsContext, name: string): Rule | undefined {
  return Object.hasOwn(context.state.rules, name) ? context.state.rules[name] : undefined;
}

function switchTo(context: EventsContext, name: string, state: Rule['State']): Json {
  const rule = findRule(context, name);
  if (rule.State === 'DISABLED' && state === 'ENABLED') rule.anchorMs = context.clock.now();
  rule.State = state;
  context.scheduler.refresh(rule);
  return {};
}

function shown(rule: Rule): Json {
  const { targets, tags, anchorMs, ...rest } = rule;
  return { ...rest, EventBusName: 'default' };
}
