/**
 * Content of a profile: from an author's value to bytes (strict), and from bytes to a typed value (tolerant). Every gate
 * goes through here, so all of them say the same about the same content.
 */

import type * as z from 'zod';
import type { Problem } from '../errors.js';
import type { Profile } from '../profiles.js';
import { canonicalJson, type JsonValue, problemsAsJson } from './canonical-json.js';
import { describeIssue } from './content-problems.js';
import { inMode, type Mode } from './schema-modes.js';
import { namesSecrets } from './schema-parts.js';

/** AppConfig's hosted store takes 1 MB a version by default (User Guide, "Quotas"; measured as kilobytes of 1,024 bytes). */
export const contentMaxBytes = 1024 * 1024;
/** How content is stored and served. */
export const contentType = 'application/json';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What an author wants published: canonical JSON of the *input*, so defaults may grow without a new version. */
export interface PreparedContent {
  readonly json: string;
  readonly bytes: Uint8Array;
}

/** Holds an author's value against the schema, strictly, and prepares it for publishing. */
export function prepareContent(profile: Profile, value: unknown): Checked<PreparedContent> {
  const notJson = problemsAsJson(value);
  if (notJson.length > 0) return { ok: false, problems: notJson };
  const checked = checkValue(profile, value, 'strict');
  if (!checked.ok) return checked;
  const json = canonicalJson(value as JsonValue);
  const bytes = new TextEncoder().encode(json);
  if (bytes.length > contentMaxBytes) return { ok: false, problems: [tooLarge(bytes.length)] };
  return { ok: true, value: { json, bytes } };
}

/** Reads published bytes. `strict` is for the gates of people, `tolerant` for clients. */
export function parseContent(profile: Profile, bytes: Uint8Array, mode: Mode): Checked<unknown> {
  const json = decodeJson(bytes, profile);
  return json.ok ? checkValue(profile, json.value, mode) : json;
}

/** Holds a value against the profile's schema in one mode. The value that comes back is the schema's output. */
export function checkValue<Schema extends z.ZodType>(
  profile: Profile<string, Schema>,
  value: unknown,
  mode: Mode,
): Checked<z.output<Schema>> {
  const schema = schemaOf(profile, mode);
  try {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { ok: true, value: parsed.data as z.output<Schema> };
    const hidesText = namesSecrets(profile.schema);
    const { issues } = parsed.error;
    return { ok: false, problems: issues.flatMap((issue) => describeIssue(issue, value, hidesText)) };
  } catch (error) {
    // A transform of the author's own that throws, or one that is asynchronous.
    return { ok: false, problems: [{ path: '', message: `makes the schema fail: ${said(error, profile)}` }] };
  }
}

/** What a label keeps of the content's SHA-256: its first 8 hex digits. */
export const hash8Of = (sha256Hex: string): string => sha256Hex.slice(0, 8);

/** The label a poll tells a client. */
export const versionLabel = (version: number, sha256Hex: string): string =>
  `v${version}-${hash8Of(sha256Hex)}`;

/** The parts of a label, or nothing for one that Veltrix did not give. */
export function parseLabel(label: string): { readonly version: number; readonly hash8: string } | undefined {
  const match = /^v([1-9]\d{0,8})-([0-9a-f]{8})$/.exec(label);
  return match ? { version: Number(match[1]), hash8: String(match[2]) } : undefined;
}

const derived = new WeakMap<z.ZodType, Partial<Record<Mode, z.ZodType>>>();

/** Derived once per schema and mode: deriving costs more than parsing. */
function schemaOf(profile: Profile, mode: Mode): z.ZodType {
  const modes = derived.get(profile.schema) ?? {};
  derived.set(profile.schema, modes);
  modes[mode] ??= inMode(profile.schema, mode);
  return modes[mode];
}

/** An error may quote what it stumbled over, which may be a secret where some are named. */
const said = (error: unknown, { schema }: Profile): string =>
  namesSecrets(schema) ? 'why is not shown here' : String(error);

function decodeJson(bytes: Uint8Array, profile: Profile): Checked<unknown> {
  if (bytes.length > contentMaxBytes) return { ok: false, problems: [tooLarge(bytes.length)] };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? `is not JSON: ${said(error, profile).replace('SyntaxError: ', '')}`
        : 'is not UTF-8 text';
    return { ok: false, problems: [{ path: '', message: why }] };
  }
}

function tooLarge(bytes: number): Problem {
  const message = `is ${bytes.toLocaleString('en')} bytes; AppConfig's hosted store takes at most ${contentMaxBytes.toLocaleString('en')}`;
  return { path: '', message };
}
