/**
 * Schemas of property values. CloudFormation takes numbers and booleans as text as well; while a template is planned,
 * a scalar may be a value that is not known yet.
 */
import * as z from 'zod';
import { isUnknown } from '../template/unknown.js';

export const text = z.union([z.string(), z.number(), z.boolean()], 'expected text').transform(String);

const numeral = z
  .string()
  .refine((value) => isUnknown(value) || /^-?\d+(\.\d+)?$/.test(value), 'expected a number');
export const number = z.union([z.number(), numeral], 'expected a number').transform(Number);

const flagText = z
  .string()
  .refine((value) => isUnknown(value) || ['true', 'false'].includes(value), 'expected true or false');
export const flag = z
  .union([z.boolean(), flagText], 'expected true or false')
  .transform((value) => value === true || value === 'true');

/** One of these words. */
export function choice<const Word extends string>(words: readonly Word[]) {
  return z
    .string(`expected one of ${words.join(', ')}`)
    .refine(
      (value) => isUnknown(value) || (words as readonly string[]).includes(value),
      `expected one of ${words.join(', ')}`,
    )
    .transform((value) => value as Word);
}

/** A JSON document, such as a policy. */
export const document = z.record(z.string(), z.unknown());

export const tags = z.array(z.strictObject({ Key: text, Value: text }));
export type Tags = z.output<typeof tags>;

/** Tags as a map, as many services take them. */
export const tagMap = (list: Tags | undefined): Record<string, string> =>
  Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key, Value]));

/** What has to be put on and taken off to come from one list of tags to another. */
export function tagChanges(before: Tags | undefined, after: Tags | undefined) {
  const wanted = tagMap(after);
  const gone = Object.keys(tagMap(before)).filter((key) => !Object.hasOwn(wanted, key));
  return { put: wanted, gone };
}
