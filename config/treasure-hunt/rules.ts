/** Rules between fields, which no single field can express. */

import type * as z from 'zod';

/** What is wrong with a value, in words that follow its path (`must be at least 5`); undefined when nothing is. */
export type Complaint<T> = (value: T) => string | undefined;

/** Adds a rule to a schema. A value that breaks it is refused with the complaint, reported at `path`. */
export function withRule<Schema extends z.ZodType>(
  schema: Schema,
  path: readonly string[],
  complaint: Complaint<z.output<Schema>>,
): Schema {
  return schema.refine((value) => complaint(value) === undefined, {
    path: [...path],
    error: (issue) => complaint(issue.input as z.output<Schema>),
  });
}

/** The first name that occurs twice. */
export function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
