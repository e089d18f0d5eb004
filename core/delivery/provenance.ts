/**
 * Who published a version and why, kept where AppConfig keeps it: in the description of the version and of its
 * deployment, to be read there by people first. A version's description travels in a header and must be ASCII, so other
 * characters are written as `\u{…}`, and so is what would pass for a part of the form: nobody can write himself a caller.
 *
 * ```
 * raise the cool-down (anna)
 * raise the cool-down (anna, 3f2c1e9a1b2c, by assumed-role/Deployer/anna)
 * raise the cool-down (anna, 3f2c1e9a1b2c, by assumed-role/Deployer/anna, released by bo)
 * rollback of deployment 18: errors doubled (anna)
 * ```
 */

/** AppConfig: descriptions hold 0 to 1,024 characters. */
export const descriptionMaxChars = 1024;

export interface Provenance {
  /** Who published, as claimed by the caller: `anna`. */
  readonly author: string;
  /** Why: one sentence. */
  readonly reason: string;
  /** First 12 hex digits of the git commit the content came from. */
  readonly commit?: string;
  /** Who asked, as AWS knows it: the last part of the ARN, `assumed-role/Deployer/anna` or `user/anna`. */
  readonly caller?: string;
  /** Who let it go on when it was held in the queue, as claimed. */
  readonly releasedBy?: string;
  /** Number of the deployment that this one undoes by deploying an earlier version. */
  readonly undoes?: number;
}

/** Each name's share of the description; the rest is the reason's. */
const nameMaxChars = 200;
const commitChars = 12;

const releaseMark = 'released by ';
const rollbackMark = /^rollback of deployment ([1-9]\d{0,8})(?:: (.*))?$/s;

/** What a publish is described by. `commit` may be whole; what is too long is cut. */
export function describeProvenance(about: Omit<Provenance, 'undoes'>): string {
  const reason = toAscii(oneLine(about.reason));
  return describe(rollbackMark.test(reason) ? escapeChar(reason) + reason.slice(1) : reason, about);
}

/** What the deployment of an earlier version is described by: the mark by which `readProvenance` knows what it undoes. */
export function describeRollback(about: Provenance & { readonly undoes: number }): string {
  const reason = toAscii(oneLine(about.reason));
  return describe(`rollback of deployment ${about.undoes}${reason && `: ${reason}`}`, about);
}

/** Reads a description back, also one of an earlier release. One that Veltrix did not write is all reason, by nobody. */
export function readProvenance(description: string): Provenance {
  const match = /^(.*) \(([^()]*)\)$/s.exec(description);
  const { author, ...by } = match ? readNames(String(match[2])) : { author: '' };
  const reason = match ? String(match[1]) : description;
  const mark = rollbackMark.exec(reason);
  if (!mark) return { author, reason: fromAscii(reason), ...by };
  return { author, reason: fromAscii(mark[2] ?? ''), ...by, undoes: Number(mark[1]) };
}

/**
 * True when a deployment is described as a publish describes itself. Who asked may be proved in one of them only: a retry
 * proves it anew. Reasons so long that they are cut are compared as far as both go.
 */
export function isDescribedBy(description: string, published: Omit<Provenance, 'undoes'>): boolean {
  const [found, meant] = [readProvenance(description), readProvenance(describeProvenance(published))];
  const isSameCaller =
    found.caller === undefined || meant.caller === undefined || found.caller === meant.caller;
  const isSamePerson = found.author === meant.author && found.commit === meant.commit && isSameCaller;
  return isSamePerson && found.undoes === undefined && isSameReason(found.reason, meant.reason);
}

function isSameReason(a: string, b: string): boolean {
  if (!a.endsWith('...') || !b.endsWith('...')) return a === b;
  const shared = Math.min(a.length, b.length) - 3;
  return a.slice(0, shared) === b.slice(0, shared);
}

/** `arn:aws:sts::123456789012:assumed-role/Deployer/anna` → `assumed-role/Deployer/anna`. */
export const lastPartOf = (arn: string): string => arn.split(':').slice(5).join(':');

function describe(reason: string, { author, commit, caller, releasedBy }: Provenance): string {
  const names = [
    nameOf(author),
    ...(commit === undefined ? [] : [commit.slice(0, commitChars)]),
    ...(caller === undefined ? [] : [`by ${nameOf(caller)}`]),
    ...(releasedBy === undefined ? [] : [`${releaseMark}${nameOf(releasedBy)}`]),
  ];
  const tail = ` (${names.join(', ')})`;
  return cut(reason, descriptionMaxChars - tail.length) + tail;
}

const nameOf = (text: string): string =>
  cut(toAscii(oneLine(text)).replace(/[(),]/g, escapeChar), nameMaxChars);

/** All but the author are known by their form; what comes before them is the author, commas and all. */
function readNames(text: string): Omit<Provenance, 'reason' | 'undoes'> {
  const parts = text.split(', ');
  const isReleased = parts.length > 1 && parts.at(-1)?.startsWith(releaseMark);
  const releasedBy = isReleased ? parts.pop()?.slice(releaseMark.length) : undefined;
  const caller = parts.length > 1 && parts.at(-1)?.startsWith('by ') ? parts.pop()?.slice(3) : undefined;
  const commit = parts.length > 1 && /^[0-9a-f]{12}$/.test(parts.at(-1) ?? '') ? parts.pop() : undefined;
  return {
    author: fromAscii(parts.join(', ')),
    ...(commit !== undefined && { commit }),
    ...(caller !== undefined && { caller: fromAscii(caller) }),
    ...(releasedBy !== undefined && { releasedBy: fromAscii(releasedBy) }),
  };
}

/** One line of ASCII, cut to a length: for whatever AppConfig shows as it stands. */
export const asciiLine = (text: string, maxChars: number): string => cut(toAscii(oneLine(text)), maxChars);

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
