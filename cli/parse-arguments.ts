/** Arguments of a command, parsed with its schema; what does not fit is a usage error in the words of the command line. */

import * as z from 'zod';
import { parseDurationMs } from '../control/values/duration.js';
import { parseAddress } from '../core/addresses.js';
import { UsageError } from '../core/errors.js';

/** What commander read: positional arguments in order, options by their long names. */
export interface RawArguments {
  readonly positional: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command takes. */
export interface Accepts<Arguments> {
  /** Positional arguments and options, named. */
  readonly args: z.ZodType<Arguments>;
  /** Names for the positional arguments, in order. */
  readonly positional?: readonly string[];
}

/** An address, or a prefix of one. */
export const address = z.string().transform(parseAddress);
/** `90s`, `15m`: milliseconds. */
export const duration = z.string().transform(parseDurationMs);
/** A flag that is given or not. */
export const flag = z.boolean().default(false);

/** Why, for people: kept with the version. */
export const message = z
  .string({ error: 'say why, in one sentence: -m "…"' })
  .trim()
  .min(1, 'say why, in one sentence: -m "…"')
  .max(500, 'keep it within 500 characters');

/** A whole number within bounds. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min, `expected at least ${min}`).max(max, `expected at most ${max}`));

/** @throws UsageError naming the first argument that does not fit. */
export function parseArguments<Arguments>(
  { args, positional = [] }: Accepts<Arguments>,
  raw: RawArguments,
): Arguments {
  const named = Object.fromEntries(positional.map((name, index) => [name, raw.positional[index]]));
  const given = Object.entries({ ...raw.options, ...named }).filter(([, value]) => value !== undefined);
  const parsed = args.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? '');
  const option = positional.includes(name) ? `<${name}>` : `--${name}`;
  throw new UsageError(`${option}: ${issue?.message ?? 'is not valid'}`, {
    hint: 'Add --help to see what it takes.',
    cause: parsed.error,
  });
}
