/** Maps items by something that takes its time, a few of them at once. */

/** Results in the order of the items. The first failure is thrown; what has not begun by then does not begin. */
export async function mapAtMost<Item, Result>(
  atOnce: number,
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  let hasFailed = false;
  const work = async () => {
    // One iterator for all workers: each takes the next item that nobody has.
    for (const [index, item] of rest) {
      if (hasFailed) return;
      results[index] = await map(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}
