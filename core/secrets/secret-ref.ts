/**
 * Secrets are no configuration: content names them, each node reads them with its own rights, and what is named is kept by AWS
 * Secrets Manager alone.
 */

import * as z from 'zod';
import { visitParts } from '../content/schema-parts.js';
import { UsageError } from '../errors.js';
import { formOf, parseReference, prefixPattern } from './reference.js';
import { openSecret } from './secret.js';
import type { Secret } from './secrets-in.js';

/** Where each schema that `secretRef` made says which names it admits. */
const prefixes = z.registry<{ readonly namePrefix: string }>();

/**
 * The schema of a member that names a secret: in the file a reference (`secretsmanager:treasure-hunt/map#apiKey`), in the service a
 * `Secret`. `namePrefix` is what names must begin with, down to a `/`: whoever edits values chooses among those and no others, so
 * that a value cannot make nodes read what is none of its business.
 * @throws UsageError when the prefix is not made of the characters of a name, or does not end with `/`.
 */
export function secretRef(namePrefix: string): z.ZodType<Secret, string> {
  if (!prefixPattern.test(namePrefix)) {
    throw new UsageError(`secretRef: "${namePrefix}" is no prefix of secrets' names`, {
      hint: "Name the folder they are in, with its slash: secretRef('treasure-hunt/').",
    });
  }
  // What stands there may be the secret itself, pasted by mistake: no message shows it.
  const error = `is not shown here, expected a reference to a secret: ${formOf(namePrefix)}`;
  const reference = z.custom<string>((value) => isBelow(value, namePrefix), {
    error,
    params: { secret: true },
  });
  return reference.transform(openSecret).register(prefixes, { namePrefix });
}

function isBelow(value: unknown, namePrefix: string): boolean {
  const reference = typeof value === 'string' ? parseReference(value) : undefined;
  return reference?.name.startsWith(namePrefix) === true && reference.name.length > namePrefix.length;
}

/** What names of secrets in values of this schema begin with, sorted: what a node's role must be allowed to read. */
export function secretNamePrefixes(schema: z.core.$ZodType): readonly string[] {
  const found = new Set<string>();
  visitParts(schema, (part) => {
    const about = prefixes.get(part);
    if (about) found.add(about.namePrefix);
  });
  return [...found].sort();
}
