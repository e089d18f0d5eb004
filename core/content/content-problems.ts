/** Says what zod found in the words of the person who wrote the document: where, what stands there, what is expected. */

import type * as z from 'zod';
import type { Problem } from '../errors.js';
import { describeValue, formatPath } from './canonical-json.js';

type Issue = z.core.$ZodIssue;

/**
 * One zod issue as problems; unknown keys become one problem each. `root` is the value that was parsed. `hidesText`: some of its
 * members name secrets, so any text in it may be one, pasted into the wrong line; none is shown.
 */
export function describeIssue(issue: Issue, root: unknown, hidesText = false): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: 'is unknown: the schema has no such key',
    }));
  }
  const path = formatPath(issue.path);
  // A refinement says what it found in its own words; a type check says only what it wanted.
  if (issue.code === 'custom') return [{ path, message: issue.message }];
  const secret = issue.code === 'invalid_union' && issue.errors.flat().find(isOfSecret);
  if (secret) return [{ path, message: secret.message }];
  const value = valueAt(root, issue.path);
  const suggestion = hidesText ? undefined : suggest(issue, value);
  const what = hidesText && !isAboutSize(issue, value) ? kindOf(value) : describeValue(value);
  const message = `is ${what}, ${expectation(issue)}`;
  return [{ path, message, ...(suggestion !== undefined && { suggestion }) }];
}

/** A number that stands where a number is expected. */
const isAboutSize = ({ code }: Issue, value: unknown): boolean =>
  typeof value === 'number' && code.startsWith('too_');

/** What kind of value it is, without the value. */
const kindOf = (value: unknown): string =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : describeValue(value);

/** One of several forms is a reference (core/secrets/secret-ref.ts): what stands there may be the secret itself. */
const isOfSecret = (issue: Issue): boolean =>
  issue.code === 'custom' && issue.path.length === 0 && issue.params?.['secret'] === true;

/** zod's own sentences are replaced; a message that the schema's author gave is kept. */
function expectation(issue: Issue): string {
  const text = issue.message;
  if (issue.code === 'invalid_type' && /^Invalid input: expected/.test(text)) {
    return `expected ${typeNames[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'too_big' && text.startsWith('Too big')) {
    return `expected ${issue.inclusive ? 'at most' : 'less than'} ${quantity(issue.maximum, issue.origin)}`;
  }
  if (issue.code === 'too_small' && text.startsWith('Too small')) {
    return `expected ${issue.inclusive ? 'at least' : 'more than'} ${quantity(issue.minimum, issue.origin)}`;
  }
  if (issue.code === 'invalid_value' && /^Invalid (option|input)/.test(text)) {
    const options = issue.values.map((value) => describeValue(value));
    return `expected ${options.length > 1 ? 'one of ' : ''}${options.join(', ')}`;
  }
  return text
    .replace(/^Invalid (input|discriminator value)[:.]? ?/, '')
    .replace(/^$/, 'expected another form')
    .replace(/^./, lower);
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'a map',
  record: 'a map',
  string: 'text',
};

const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
  array: ['item', 'items'],
  set: ['item', 'items'],
  map: ['entry', 'entries'],
  string: ['character', 'characters'],
};

/** `5`, `1 item`, `3 characters`. */
function quantity(count: number | bigint, origin: string): string {
  const unit = units[origin]?.[Number(count) === 1 ? 0 : 1];
  return unit === undefined ? String(count) : `${count} ${unit}`;
}

const lower = (letter: string): string => letter.toLowerCase();

/** Where the slip is plain: a number written as text (`"800ms"`), a truth value written as text. */
function suggest(issue: Issue, value: unknown): string | undefined {
  if (issue.code !== 'invalid_type' || typeof value !== 'string') return undefined;
  if (issue.expected === 'number' || issue.expected === 'int')
    return /^-?\d+(\.\d+)?/.exec(value.trim())?.[0];
  if (issue.expected === 'boolean')
    return /^(true|yes|on)$/i.test(value) ? 'true' : /^(false|no|off)$/i.test(value) ? 'false' : undefined;
  return undefined;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** How Veltrix's validator begins what it refuses with: AppConfig passes its words on, also those of one that crashed. */
export const refusalMark = 'Refused by Veltrix: ';
