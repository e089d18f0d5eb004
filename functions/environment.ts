/** Reads a function's settings from its environment, once, when it is first invoked. */

import * as z from 'zod';
import { UsageError } from '../core/errors.js';

/** A map of text to text, kept as JSON in one variable. */
export const jsonMap = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const parsed = z.record(z.string(), z.string()).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'expected a JSON map of text to text' });
  return z.NEVER;
});

/** A list of texts, kept as JSON in one variable. */
export const jsonList = z.string().transform((text, context): readonly string[] => {
  const parsed = z.array(z.string()).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'expected a JSON list of text' });
  return z.NEVER;
});

/**
 * The settings of one function.
 * @throws UsageError naming each variable that is missing or malformed.
 */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UsageError(`The function's environment is not as it should be: ${problems.join('; ')}`, {
    hint: 'Deploy the stacks again: infrastructure gives each function its variables.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
