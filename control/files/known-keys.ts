/**
 * What a schema would have admitted at a place of a document, so that a slip can be answered with the right spelling.
 * Uses zod's documented introspection for library authors (`schema._zod.def`).
 */

import type * as z from 'zod';
import type { PathPart } from './document-path.js';

type AnySchema = z.core.$ZodType;
type Def = Readonly<Record<string, unknown>>;

/** The keys of the maps that may stand at `path`; empty where none may, or any key is welcome. */
export function knownKeys(schema: AnySchema, path: readonly PathPart[]): readonly string[] {
  return unique(schemasAt(schema, path).flatMap((item) => Object.keys(shapeOf(item))));
}

/** The texts that may stand at `path`, where the schema lists them. */
export function knownTexts(schema: AnySchema, path: readonly PathPart[]): readonly string[] {
  return unique(schemasAt(schema, path).flatMap(textsOf));
}

/** Every schema that may apply at `path`: a union contributes each of its options. */
function schemasAt(schema: AnySchema, path: readonly PathPart[]): readonly AnySchema[] {
  return path.reduce<readonly AnySchema[]>(
    (schemas, part) => schemas.flatMap((item) => step(item, part)).flatMap((item) => open(item)),
    open(schema),
  );
}

/** Takes off what wraps a schema (optional, default, pipe …) and spreads unions, until maps, lists and leaves remain. */
function open(schema: AnySchema): readonly AnySchema[] {
  const def = defOf(schema);
  const inner = [def.innerType, def.in, def.left, def.right].filter(isSchema);
  if (def.type === 'lazy') inner.push((def.getter as () => AnySchema)());
  if (Array.isArray(def.options)) inner.push(...def.options.filter(isSchema));
  return inner.length === 0 ? [schema] : inner.flatMap(open);
}

function step(schema: AnySchema, part: PathPart): readonly AnySchema[] {
  const def = defOf(schema);
  const items = Array.isArray(def.items) ? (def.items as readonly unknown[]) : [];
  const candidates =
    typeof part === 'number'
      ? [def.element, items[part]]
      : [shapeOf(schema)[part], def.valueType, def.catchall];
  return candidates.filter(isSchema);
}

function textsOf(schema: AnySchema): readonly string[] {
  const def = defOf(schema);
  const values = def.type === 'enum' ? Object.values(def.entries as object) : (def.values ?? []);
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}

function shapeOf(schema: AnySchema): Readonly<Record<string, unknown>> {
  const { type, shape } = defOf(schema);
  return type === 'object' ? (shape as Readonly<Record<string, unknown>>) : {};
}

const defOf = (schema: AnySchema): Def => schema._zod.def as unknown as Def;

const isSchema = (value: unknown): value is AnySchema =>
  typeof value === 'object' && value !== null && '_zod' in value;

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];
