/** Tags of functions and event source mappings. */
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { findFunction, parseReference } from '../names.js';
import { findMapping } from './event-source-mappings.js';

const resource = z.string().min(1);

/** The thing that carries the tags. Throws ResourceNotFoundException. */
function find(context: LambdaContext, arn: string): { tags: Record<string, string> } {
  const uuid = /:event-source-mapping:(?<uuid>[0-9a-f-]+)$/.exec(arn)?.groups?.['uuid'];
  if (uuid) return findMapping(context, uuid);
  return findFunction(context.state, context.identity, parseReference(arn).name);
}

export const listTags = defineOperation({
  input: z.strictObject({ Resource: resource }),
  run: (context: LambdaContext, input) => ({ Tags: find(context, input.Resource).tags }),
});

export const tagResource = defineOperation({
  input: z.strictObject({ Resource: resource, Tags: z.record(z.string(), z.string()) }),
  run(context: LambdaContext, input) {
    const found = find(context, input.Resource);
    found.tags = { ...found.tags, ...input.Tags };
    return {};
  },
});

export const untagResource = defineOperation({
  input: z.strictObject({ Resource: resource, TagKeys: z.array(z.string()) }),
  run(context: LambdaContext, input) {
    const found = find(context, input.Resource);
    const kept = Object.entries(found.tags).filter(([name]) => !input.TagKeys.includes(name));
    found.tags = Object.fromEntries(kept);
    return {};
  },
});
