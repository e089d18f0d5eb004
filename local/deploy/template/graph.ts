/** Order by dependencies. Pure. */

export type Order = { readonly sorted: string[] } | { readonly cycle: string[] };

/**
 * Each name after everything it depends on; otherwise in the order given. Dependencies on names that are not in the map
 * are ignored. A circle gives the names on it.
 */
export function sortByDependencies(dependencies: ReadonlyMap<string, readonly string[]>): Order {
  const sorted: string[] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (done.has(name)) return undefined;
    const at = open.indexOf(name);
    if (at >= 0) return open.slice(at);
    open.push(name);
    for (const needed of dependencies.get(name) ?? []) {
      const cycle = dependencies.has(needed) ? visit(needed) : undefined;
      if (cycle) return cycle;
    }
    open.pop();
    done.add(name);
    sorted.push(name);
    return undefined;
  };
  for (const name of dependencies.keys()) {
    const cycle = visit(name);
    if (cycle) return { cycle };
  }
  return { sorted };
}
