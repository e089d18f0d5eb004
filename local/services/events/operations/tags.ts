/** Tags of rules. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { EventsContext } from '../context.js';
import type { Rule } from '../state.js';
import { findRule } from './rules.js';

const ResourceARN = z.string().regex(/:rule\/[^/]+$/, 'expected the ARN of a rule of the default bus');

const find = (context: EventsContext, arn: string): Rule => findRule(context, arn.split(':rule/')[1] ?? '');

export const listTagsForResource = defineOperation({
  input: z.strictObject({ ResourceARN }),
  run(context: EventsContext, input) {
    const tags = Object.entries(find(context, input.ResourceARN).tags);
    return { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
  },
});

export const tagResource = defineOperation({
  input: z.strictObject({
    ResourceARN,
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })),
  }),
  run(context: EventsContext, input) {
    const rule = find(context, input.ResourceARN);
    rule.tags = { ...rule.tags, ...Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value])) };
    return {};
  },
});

export const untagResource = defineOperation({
  input: z.strictObject({ ResourceARN, TagKeys: z.array(z.string()) }),
  run(context: EventsContext, input) {
    const rule = find(context, input.ResourceARN);
    const kept = Object.entries(rule.tags).filter(([name]) => !input.TagKeys.includes(name));
    rule.tags = Object.fromEntries(kept);
    return {};
  },
});
