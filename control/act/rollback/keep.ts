/** Keeps who takes deployments back and why, beside undoing them: AppConfig has no place for it. */

import { formatCluster, type ProfileAddress } from '../../../core/addresses.js';
import type { Cloud } from '../../cloud.js';
import { explainFailure } from '../../failures.js';

export interface Keeping {
  /** Begins to keep it, and returns at once; never fails. */
  begin(deployment: number, reason: string): void;
  /** Why something was not kept, for people; undefined when all was. To be asked once all is undone. */
  trouble(): Promise<string | undefined>;
}

export interface Undoer {
  readonly address: ProfileAddress;
  /** As claimed. */
  readonly author: string;
}

export function createKeeping(cloud: Cloud, { address, author }: Undoer): Keeping {
  const answers: Promise<string | undefined>[] = [];
  return {
    begin(deployment, reason) {
      const undone = { author, reason, at: new Date(cloud.clock()).toISOString() };
      const kept = cloud.rollouts.saveUndone(formatCluster(address), deployment, undone);
      answers.push(kept.then(() => undefined, troubleOf));
    },
    async trouble() {
      const troubles = new Set((await Promise.all(answers)).filter((why) => why !== undefined));
      return troubles.size === 0 ? undefined : [...troubles].join('; ');
    },
  };
}

function troubleOf(error: unknown): string {
  const explained = explainFailure(error);
  return explained instanceof Error ? explained.message : String(explained);
}
