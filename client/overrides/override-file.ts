/**
 * A person's word on one node, written into a file there when a value cannot come any other way: parts of profiles' values, until an
 * instant, for a reason. Loaded when there is such a file.
 */

import * as z from 'zod';
import { formatPath, type JsonValue } from '../../core/content/canonical-json.js';
import { type Checked, checkValue } from '../../core/content/content.js';
import { mergePatch } from '../../core/content/merge-patch.js';
import { describeProblem } from '../../core/errors.js';
import { overridePathsMax, overrideReasonMaxChars } from '../../core/fleet/node-reports.js';
import type { Profile } from '../../core/profiles.js';
import type { EpochMs } from '../../core/time.js';

/** An override that outlives its incident is a trap: whoever needs it longer writes it again. */
const overrideMaxMs = 24 * 60 * 60 * 1000;
/** A report admits 500, and 32 KB in all: those of many profiles must fit beside each other. */
const pathMaxChars = 100;
/** Maps and lists within each other; what goes deeper is no value that somebody edits, and would exhaust the stack. */
const depthMax = 64;

const fileSchema = z.strictObject({
  /** When it ends by itself. */
  until: z.iso.datetime({ error: 'expected an instant in UTC such as 2026-06-01T09:00:00Z' }).max(64),
  reason: z.string().min(1).max(overrideReasonMaxChars),
  /** By profile: what to put over its value (core/content/merge-patch.ts). */
  profiles: z
    .record(z.string(), z.record(z.string(), z.json()))
    .refine((profiles) => Object.keys(profiles).length > 0, 'must name a profile'),
});

/** What the file wants of one profile. */
export interface Override {
  /** Equal for equal wishes. */
  readonly key: string;
  /** What it puts over the value: `features.hints`; the first few. */
  readonly paths: readonly string[];
  /** ISO 8601, UTC; the same as a number. */
  readonly until: string;
  readonly untilMs: number;
  readonly reason: string;
  /** The value that comes of `base`, the content of the version in force; or what does not suit. */
  over(profile: Profile, base: JsonValue): Checked<unknown>;
}

export type OverrideFile =
  | { readonly kind: 'overrides'; readonly byProfile: ReadonlyMap<string, Override> }
  /** What it wanted is over. */
  | { readonly kind: 'ended'; readonly until: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads the file's text. `now` is the node's own wall clock: the file is its neighbour, and ends by it. */
export function readOverrideFile(
  text: string,
  { now, profiles: known }: { readonly now: EpochMs; readonly profiles: readonly string[] },
): OverrideFile {
  const json = parseJson(text);
  if (isDeeper(json, depthMax)) return { kind: 'refused', reason: `it is nested deeper than ${depthMax}` };
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) return { kind: 'refused', reason: describe(parsed.error) };
  const { until, reason, profiles } = parsed.data;
  const untilMs = Date.parse(until);
  if (untilMs <= now) return { kind: 'ended', until };
  if (untilMs - now > overrideMaxMs) {
    return { kind: 'refused', reason: `until is ${until}, expected an instant within the next 24 hours` };
  }
  const unknown = Object.keys(profiles).find((name) => !known.includes(name));
  if (unknown !== undefined)
    return { kind: 'refused', reason: `it names "${unknown}", which is no profile: use ${known.join(', ')}` };
  const entries = Object.entries(profiles).map(([name, patch]): [string, Override] => [
    name,
    {
      key: JSON.stringify([until, reason, patch]),
      paths: pathsOf(patch).slice(0, overridePathsMax).map(cut),
      until,
      untilMs,
      reason,
      over: (profile, base) => overridden(profile, base, patch),
    },
  ]);
  return { kind: 'overrides', byProfile: new Map(entries) };
}

/**
 * The value with the patch over it. The patch is held against the strict schema, for it was written by a person: it may bring no
 * problem of its own. Those that the value has already, as one of a newer schema does, are the value's.
 */
function overridden(profile: Profile, base: JsonValue, patch: JsonValue): Checked<unknown> {
  const merged = mergePatch(base, patch);
  const before = new Set(strictProblems(profile, base).map(describeProblem));
  const problems = strictProblems(profile, merged).filter((problem) => !before.has(describeProblem(problem)));
  return problems.length > 0 ? { ok: false, problems } : checkValue(profile, merged, 'tolerant');
}

function strictProblems(profile: Profile, value: JsonValue) {
  const checked = checkValue(profile, structuredClone(value), 'strict');
  return checked.ok ? [] : checked.problems;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)));

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = formatPath(issue?.path ?? []);
  return path === '' && issue?.code === 'invalid_type'
    ? 'it is no JSON object'
    : `${path} ${issue?.message}`.trim();
}

/** Where the patch ends: `features.hints`, `tiers.free.retries`. */
function pathsOf(value: JsonValue, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [formatPath(path)];
  return Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]));
}

const cut = (path: string): string =>
  path.length > pathMaxChars ? `${path.slice(0, pathMaxChars - 1)}…` : path;
