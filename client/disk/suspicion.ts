/** Which version a process is thought to have died of, when it ended without closing soon after it took one or more. */

import type { DiskCopy } from './disk-copy.js';

/**
 * When the suspected version was taken (milliseconds since the epoch); undefined when no version was on probation. Of several
 * it is the one that was taken last: with the others the process lived on until then. Should it die again without that one,
 * the next is suspected, so a process dies at most once a profile before it starts from good versions alone.
 */
export function suspectedSinceMs(copies: readonly (DiskCopy | undefined)[]): number | undefined {
  const taken = copies.flatMap((copy) =>
    copy?.current && copy.probationSinceMs !== undefined ? [copy.current.storedAtMs] : [],
  );
  return taken.length === 0 ? undefined : Math.max(...taken);
}
