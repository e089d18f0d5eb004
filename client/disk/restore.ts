/** Gives the profiles of a node their files, and takes up what the last process left in them. Loaded where anything is kept. */

import type { NodeClock } from '../clock.js';
import type { LiveProfile } from '../profiles/live-profile.js';
import type { Pace } from '../profiles/pace.js';
import type { SafeLog } from '../safe-log.js';
import type { CopyFiles } from './copy-files.js';
import { ProfileDisk } from './profile-disk.js';
import { startFrom } from './start-from.js';
import { suspectedSinceMs } from './suspicion.js';

export interface RestoreDeps {
  readonly node: string;
  readonly pace: Pace;
  readonly files: CopyFiles;
  readonly clock: NodeClock;
  readonly log: SafeLog;
}

/** All files are read before any is taken up: which version the last process died of is told from all of them. Never rejects. */
export async function restore(
  profiles: readonly LiveProfile[],
  { node, pace, ...deps }: RestoreDeps,
): Promise<void> {
  const { requiredIntervalSeconds } = pace;
  const required = requiredIntervalSeconds === undefined ? {} : { requiredIntervalSeconds };
  const disks = profiles.map(
    ({ address }) => new ProfileDisk({ ...deps, owner: { address, node, ...required } }),
  );
  const copies = await Promise.all(disks.map((disk) => disk.read()));
  const suspected = { suspectedSinceMs: suspectedSinceMs(copies) };
  await Promise.all(
    disks.map((disk, index) => {
      const about = { ...required, ...suspected, place: disk.place(), now: deps.clock.now() };
      return profiles[index]?.takeUp(disk, (parse) => startFrom(copies[index], { ...about, parse }));
    }),
  );
}
