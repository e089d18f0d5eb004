/** "Did you mean …": the known name that is closest to what somebody wrote. */

import { distance } from 'fastest-levenshtein';

/** The known name that differs by at most four letters in ten (and one at least); undefined when none does. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  let best: { name: string; edits: number } | undefined;
  for (const name of known) {
    const edits = distance(written.toLowerCase(), name.toLowerCase());
    if (edits <= editsMax(name) && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** `Did you mean "staging"? Known are: staging, production.` */
export function suggestNames(written: string, known: readonly string[]): string {
  const close = nearest(written, known);
  const list = known.length === 0 ? 'There is none.' : `Known: ${known.join(', ')}.`;
  return close === undefined ? list : `Did you mean "${close}"? ${list}`;
}

const editsMax = (name: string): number => Math.max(1, Math.round(name.length * 0.4));
