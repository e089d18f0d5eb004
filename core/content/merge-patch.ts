/** JSON Merge Patch (RFC 7396): what a person writes to change a few members of a value. */

import type { JsonValue } from './canonical-json.js';

/** A member of the patch replaces, a map in it is merged at every depth, `null` removes; a list is replaced whole. */
export function mergePatch(value: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isMap(patch)) return patch;
  const merged = new Map(isMap(value) ? Object.entries(value) : []);
  for (const [key, member] of Object.entries(patch)) {
    if (member === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), member));
  }
  return Object.fromEntries(merged);
}

function isMap(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
