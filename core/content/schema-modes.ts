/**
 * Strict where people write, tolerant where machines read. From the one schema an author wrote, two are derived: `strict`
 * refuses unknown keys at every depth, `tolerant` drops them, so that a new field does not make yesterday's nodes refuse.
 * An object that declares its own catch-all (`z.looseObject`, `.catchall(…)`) keeps it in both.
 *
 * Uses zod's documented introspection for library authors: `schema._zod.def` and `clone`.
 */

import * as z from 'zod';
// Named: the whole of `z.core` brings every language's messages along (370 KB).
import { clone } from 'zod/v4/core';

export type Mode = 'strict' | 'tolerant';

/** Derives the schema of one mode. Refinements, defaults, transforms and messages are kept. */
export function inMode<Schema extends z.ZodType>(schema: Schema, mode: Mode): Schema {
  return derive(schema, mode, new Map()) as Schema;
}

type AnySchema = z.core.$ZodType;

function derive(schema: AnySchema, mode: Mode, done: Map<AnySchema, AnySchema>): AnySchema {
  const known = done.get(schema);
  if (known) return known;
  const def = schema._zod.def as unknown as Record<string, unknown>;
  // A recursive schema reaches itself through its getters only after this entry stands.
  const placeholder = z.lazy(() => done.get(schema) as z.ZodType);
  done.set(schema, placeholder);
  const derived = clone(schema, deriveDef(def, mode, done) as never);
  done.set(schema, derived);
  return derived;
}

function deriveDef(def: Record<string, unknown>, mode: Mode, done: Map<AnySchema, AnySchema>) {
  const result: Record<string, unknown> = {};
  // Checks look like schemas and are none: they see what was parsed, and are kept as they are.
  for (const [key, value] of Object.entries(def)) {
    result[key] = key === 'checks' ? value : deriveMember(value, mode, done);
  }
  if (def.type === 'lazy') {
    const getter = def.getter as () => AnySchema;
    result.getter = () => derive(getter(), mode, done);
  }
  if (def.type === 'object') {
    result.shape = deriveMember(def.shape, mode, done);
    result.catchall = catchallOf(def, mode);
  }
  return result;
}

function deriveMember(value: unknown, mode: Mode, done: Map<AnySchema, AnySchema>): unknown {
  if (isSchema(value)) return derive(value, mode, done);
  if (Array.isArray(value)) return value.map((item: unknown) => deriveMember(item, mode, done));
  if (isShape(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, derive(item, mode, done)]));
  }
  return value;
}

function catchallOf(def: Record<string, unknown>, mode: Mode): AnySchema | undefined {
  const own = def.catchall;
  const declared = isSchema(own) && (own._zod.def as { type: string }).type !== 'never';
  if (declared) return own;
  return mode === 'strict' ? z.never() : undefined;
}

function isSchema(value: unknown): value is AnySchema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function isShape(value: unknown): value is Record<string, AnySchema> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const members = Object.values(value);
  return members.length > 0 && members.every(isSchema);
}
