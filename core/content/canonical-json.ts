/**
 * One spelling for one value: RFC 8785 (JSON Canonicalization Scheme). Content is published in this form, so equal content
 * has equal bytes and equal hashes whatever the order and comments of the file it came from.
 */

import type { Problem } from '../errors.js';

/** A value that JSON can say exactly. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Object keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** What in `value` JSON cannot say (dates, `.inf`, undefined, functions); empty when it is plain JSON. */
export function problemsAsJson(value: unknown, path: readonly PropertyKey[] = []): Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => problemsAsJson(item, [...path, index]));
  if (isPlainObject(value))
    return Object.entries(value).flatMap(([key, item]) => problemsAsJson(item, [...path, key]));
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return [];
  if (typeof value === 'number' && Number.isFinite(value)) return [];
  return [{ path: formatPath(path), message: `is ${describeValue(value)}, which JSON cannot say` }];
}

/** `tiers.gold.limits[3]`; keys that are no identifiers are quoted. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const key = String(part);
    if (!/^[\w$-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** A short quotation of a value for a message: `"800ms"`, `12`, `a list of 3`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (isPlainObject(value)) return 'a map';
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  return String(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
