/** Looks through a schema, by zod's documented introspection for library authors: `schema._zod.def`. */

import type * as z from 'zod';

/** Shows `see` the schema and every part of it, at any depth, each once. */
export function visitParts(schema: z.core.$ZodType, see: (part: z.core.$ZodType) => void): void {
  const seen = new Set<unknown>();
  const visit = (item: unknown): void => {
    if (typeof item !== 'object' || item === null || seen.has(item)) return;
    seen.add(item);
    if (!('_zod' in item)) {
      Object.values(item).forEach(visit);
      return;
    }
    const part = item as z.core.$ZodType;
    see(part);
    const def = part._zod.def as unknown as Record<string, unknown>;
    for (const [key, member] of Object.entries(def)) {
      // Checks look like schemas and are none.
      if (key === 'checks') continue;
      visit(def['type'] === 'lazy' && key === 'getter' ? (member as () => unknown)() : member);
    }
  };
  visit(schema);
}

/** Whether values of this schema name secrets (core/secrets/secret-ref.ts marks the parts that do). */
export function namesSecrets(schema: z.core.$ZodType): boolean {
  let found = false;
  visitParts(schema, ({ _zod: { def } }) => {
    found ||= 'params' in def && (def.params as { secret?: unknown } | undefined)?.secret === true;
  });
  return found;
}
