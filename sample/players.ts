/** The players a node remembers. Theirs is the memory of this process: a service with a treasury would keep a table. */

import { noProgress, type Progress } from './game/progress.js';
import type { Bucket } from './rate-limit.js';

/** Some 20 MB with full progress; beyond it, whoever has not been seen for longest is forgotten. */
const playersMax = 10_000;

interface Player {
  readonly progress: Progress;
  /** Absent before the first attempt. */
  readonly bucket?: Bucket;
}

export interface Players {
  /** Whoever is not known is new. */
  get(name: string): Player;
  change(name: string, change: (progress: Progress) => Progress): void;
  keepBucket(name: string, bucket: Bucket): void;
}

export function createPlayers(max = playersMax): Players {
  const players = new Map<string, Player>();
  const get = (name: string): Player => players.get(name) ?? { progress: noProgress };
  const put = (name: string, player: Player) => {
    // A map keeps the order of insertion, so the first key is the one unseen for longest.
    players.delete(name);
    players.set(name, player);
    const [oldest] = players.keys();
    if (players.size > max && oldest !== undefined) players.delete(oldest);
  };
  return {
    get,
    change: (name, change) => put(name, { ...get(name), progress: change(get(name).progress) }),
    keepBucket: (name, bucket) => put(name, { ...get(name), bucket }),
  };
}
