/** Makes a parsed value immutable at every depth. */

/** Freezes `value` and everything it holds, in place. Typed arrays cannot be frozen and stay as they are. */
export function deepFreeze<Value>(value: Value, done: Set<unknown> = new Set()): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || done.has(value))
    return value;
  done.add(value);
  for (const member of Object.values(value)) deepFreeze(member, done);
  return Object.freeze(value);
}
