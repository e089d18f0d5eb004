/** What of a deployed value may be shown where its schema names secrets: before it did, one may have stood there in plain text. */

import type * as z from 'zod';
import type { Profile } from '../profiles.js';
import type { JsonValue } from './canonical-json.js';
import { inMode } from './schema-modes.js';
import { namesSecrets } from './schema-parts.js';

const notShown = '(not shown)';

type Path = readonly PropertyKey[];

/** The value; where its schema names secrets, with `(not shown)` in place of all that the schema does not admit or know. */
export function withoutMisfits({ schema }: Profile, value: JsonValue): JsonValue {
  if (!namesSecrets(schema)) return value;
  const shown = { value: structuredClone(value) };
  for (const path of misfitsOf(schema, value)) hide(shown, ['value', ...path]);
  return shown.value;
}

function misfitsOf(schema: z.ZodType, value: JsonValue): readonly Path[] {
  try {
    return inMode(schema, 'strict').safeParse(value).error?.issues.flatMap(pathsOf) ?? [];
  } catch {
    return [[]];
  }
}

function pathsOf(issue: z.core.$ZodIssue): readonly Path[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  // Nothing else was looked at in a form that nobody knows.
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined) return [path.slice(0, -1)];
  const isRuleOfAll = issue.code === 'custom' && path.length === 0;
  return isRuleOfAll ? [] : [path];
}

function hide(root: object, path: Path): void {
  const [last = ''] = path.slice(-1);
  const parent = path.slice(0, -1).reduce(memberOf, root);
  if (memberOf(parent, last) !== undefined) Reflect.set(parent as object, last, notShown);
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
