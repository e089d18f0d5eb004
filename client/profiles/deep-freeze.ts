/** Makes a parsed value immutable at every depth. */

/**
 * Freezes `value` and everything it holds, in place. Freezing leaves what a Map and a Set hold open, so their methods that
 * change them throw instead (not where they came frozen: those take no other methods). Typed arrays cannot be frozen, nor
 * can the moment of a Date; they stay as they are.
 */
export function deepFreeze<Value>(value: Value, done: Set<unknown> = new Set()): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || done.has(value))
    return value;
  done.add(value);
  for (const member of Object.values(value)) deepFreeze(member, done);
  if (value instanceof Map || value instanceof Set) freezeEntries(value, done);
  return Object.freeze(value);
}

function freezeEntries(collection: Map<unknown, unknown> | Set<unknown>, done: Set<unknown>): void {
  for (const entry of collection.entries()) for (const part of entry) deepFreeze(part, done);
  if (!Object.isExtensible(collection)) return;
  for (const name of ['set', 'add', 'delete', 'clear']) {
    if (name in collection) Object.defineProperty(collection, name, { value: refuseChange });
  }
}

function refuseChange(): never {
  throw new TypeError('configuration is frozen: make a copy to change it');
}
