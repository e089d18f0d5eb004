/** Finds secrets in a value. Needs no schema, so that nodes without secrets load nothing of them. */

/** Shown instead of the secret wherever it is printed, logged or written as JSON: its reference. */
export interface Secret {
  /** As it stands in the content: `secretsmanager:treasure-hunt/staging/map#apiKey`. */
  readonly reference: string;
  /** The text, as it was when the value it is part of came into force. Reads memory; write it nowhere. */
  reveal(): string;
}

// Two copies of this module may meet: the service's configuration may bring one of its own.
export const fill = Symbol.for('veltrix.secret.fill');

/** A secret whose text is still to come. */
export interface OpenSecret extends Secret {
  [fill](text: string): void;
}

/**
 * Every secret in a value, at any depth: in objects, lists, maps and sets. One that a transform of the author's own hides
 * elsewhere is not found, and its text never comes.
 */
export function secretsIn(value: unknown): readonly OpenSecret[] {
  const found: OpenSecret[] = [];
  const seen = new Set<unknown>();
  const visit = (item: unknown): void => {
    if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item) || seen.has(item)) return;
    seen.add(item);
    if (fill in item) found.push(item as OpenSecret);
    if (item instanceof Map || item instanceof Set) visit([...item.entries()]);
    Object.values(item).forEach(visit);
  };
  visit(value);
  return found;
}
