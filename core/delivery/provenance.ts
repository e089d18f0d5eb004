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

/** An author's share of the description; the rest is the reason's. */
const authorMaxChars = 200;

/** `raise the cool-down (anna)`, in ASCII and within AppConfig's limit; what is too long is cut. */
export function describeProvenance({ author, reason }: Provenance): string {
  const tail = ` (${cut(toAscii(oneLine(author)).replace(/[()]/g, escapeChar), authorMaxChars)})`;
  return cut(toAscii(oneLine(reason)), descriptionMaxChars - tail.length) + tail;
}

/** Reads a description back. One that Veltrix did not write is all reason, by nobody. */
export function readProvenance(description: string): Provenance {
  const match = /^(.*) \(([^()]*)\)$/s.exec(description);
  if (!match) return { author: '', reason: fromAscii(description) };
  return { author: fromAscii(String(match[2])), reason: fromAscii(String(match[1])) };
}

/** Never leaves half an escape: the cut moves before it. */
function cut(ascii: string, maxChars: number): string {
  if (ascii.length <= maxChars) return ascii;
  return `${ascii.slice(0, maxChars - 3).replace(/\\(u(\{[0-9a-f]*)?)?$/, '')}...`;
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
