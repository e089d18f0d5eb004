/**
 * Who published a version and why, kept where AppConfig keeps it: in the description of the version and of its
 * deployment. A version's description travels in a header and must be ASCII, so other characters are written as `\u{…}`.
 */

/** AppConfig: descriptions hold 0 to 1,024 characters. */
export const descriptionMaxChars = 1024;

export interface Provenance {
  /** Who published, as claimed by the caller: `anna`. */
  readonly author: string;
  /** Why: one sentence. */
  readonly reason: string;
}

/** `raise the cool-down (anna)`, in ASCII and within AppConfig's limit; a longer reason is cut. */
export function describeProvenance({ author, reason }: Provenance): string {
  const tail = ` (${toAscii(oneLine(author)).replace(/[()]/g, escapeChar)})`.slice(-descriptionMaxChars / 4);
  const head = toAscii(oneLine(reason));
  const room = descriptionMaxChars - tail.length;
  // Cutting inside an escape would leave half of it: the cut moves before it.
  return (
    (head.length <= room ? head : `${head.slice(0, room - 3).replace(/\\u?\{?[0-9a-f]*$/, '')}...`) + tail
  );
}

/** Reads a description back. One that Veltrix did not write is all reason, by nobody. */
export function readProvenance(description: string): Provenance {
  const match = /^(.*) \(([^()]*)\)$/s.exec(description);
  if (!match) return { author: '', reason: fromAscii(description) };
  return { author: fromAscii(String(match[2])), reason: fromAscii(String(match[1])) };
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function toAscii(text: string): string {
  return Array.from(text, (char) => (/[ -[\]-~]/.test(char) ? char : escapeChar(char))).join('');
}

const escapeChar = (char: string): string => `\\u{${char.codePointAt(0)?.toString(16)}}`;

function fromAscii(text: string): string {
  return text.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}
