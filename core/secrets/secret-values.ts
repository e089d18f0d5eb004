/** What is asked of the place where secrets are kept. */

import type { SecretReference } from './reference.js';

/** `denied`, `not-found` and `unusable` stay as they are until somebody does something. */
export interface SecretFailure {
  readonly kind: 'not-found' | 'denied' | 'unusable' | 'throttled' | 'unreachable';
  /** What went wrong, for people; never a part of the secret. */
  readonly reason: string;
}

export type SecretAnswer = { readonly kind: 'text'; readonly text: string } | SecretFailure;

/** The door of a node. */
export interface SecretValues {
  /** The text of a secret's current version. Never rejects for what AWS answers. */
  read(name: string, signal: AbortSignal): Promise<SecretAnswer>;
  close(): void;
}

/** What an operator may know of a secret without reading it. `deleted`: it is scheduled for deletion, and cannot be read. */
export type SecretStanding = 'there' | 'deleted' | 'missing' | 'unknown';

/** The door of an operator: whether a secret is there, never what it says. */
export interface SecretDirectory {
  /** `unknown` where the caller may not look. @throws ServiceUnavailable when nobody answers. */
  standing(name: string): Promise<SecretStanding>;
}

/** True for what another attempt may cure by itself. */
export const isPassing = ({ kind }: SecretFailure): boolean => kind === 'throttled' || kind === 'unreachable';

/** What a reference means in the text of its secret: all of it, or a member of the JSON object that it is. */
export function textAt(reference: SecretReference, text: string): SecretAnswer {
  if (reference.key === undefined) return { kind: 'text', text };
  const member = memberOf(text, reference.key);
  if (typeof member === 'string') return { kind: 'text', text: member };
  if (typeof member === 'number' || typeof member === 'boolean')
    return { kind: 'text', text: String(member) };
  return { kind: 'unusable', reason: `it is no JSON object with a text under "${reference.key}"` };
}

function memberOf(text: string, key: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isObject ? Reflect.get(value, key) : undefined;
  } catch {
    // Its text belongs in no message, and a parser's quotes it.
    return undefined;
  }
}
