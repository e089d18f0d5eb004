/** Reads a problem's path back into its parts: the inverse of core's `formatPath`. */

export type PathPart = string | number;

/** One part at the start of the rest: `[3]`, `["a b"]`, `.key` or `key`. */
const partPattern = /^(?:\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([\w$-]+))/;

/** `tiers.gold[3]["a b"]` → `['tiers', 'gold', 3, 'a b']`. What does not read as a path ends it. */
export function parsePath(path: string): readonly PathPart[] {
  const parts: PathPart[] = [];
  let rest = path;
  while (rest !== '') {
    const match = partPattern.exec(rest);
    if (!match) break;
    const [whole, index, quoted, key = ''] = match;
    parts.push(index !== undefined ? Number(index) : quoted !== undefined ? String(JSON.parse(quoted)) : key);
    rest = rest.slice(whole.length);
  }
  return parts;
}
