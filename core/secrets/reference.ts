/**
 * How content names a secret: `secretsmanager:NAME`, or `secretsmanager:NAME#KEY` for one member of a secret that is a JSON object,
 * as consoles and rotation make them. The stage AWSCURRENT is meant, always: rotation changes the text, not the reference.
 */

export interface SecretReference {
  /** As Secrets Manager knows it in the node's own account and region. */
  readonly name: string;
  readonly key?: string;
}

/** Secrets Manager: "ASCII letters, numbers, and /_+=.@-", at most 512 (CreateSecret, Name). */
const pattern = /^secretsmanager:([\w/+=.@-]{1,512})(?:#([\w.@-]{1,128}))?$/;
export const prefixPattern = /^[\w+=.@-][\w/+=.@-]{0,254}\/$/;

/** Undefined for what is no reference. */
export function parseReference(text: string): SecretReference | undefined {
  const [, name, key] = pattern.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { name, ...(key !== undefined && { key }) };
}

/** For messages: `"secretsmanager:treasure-hunt/NAME", or with "#KEY" for a member of it`. */
export const formOf = (namePrefix: string): string =>
  `"secretsmanager:${namePrefix}NAME", or that with "#KEY" for a member of it`;

/** Every name once, sorted. References that are none are left out. */
export const namesOf = (references: readonly string[]): readonly string[] =>
  [...new Set(references.flatMap((reference) => parseReference(reference)?.name ?? []))].sort();
