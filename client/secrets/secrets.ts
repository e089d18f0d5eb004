/** The secrets that a node's values name. Nothing of it is loaded, and nobody is asked, before a value names one. */

import { secretsIn } from '../../core/secrets/secrets-in.js';
import type { PollState } from '../profiles/poll-state.js';
import type { KeeperDeps, SecretKeeper } from './secret-keeper.js';

/** Why a value cannot be filled. */
export interface Unfilled {
  readonly reason: string;
  /** The state after a version came whose value this is. */
  notTaken(held: PollState, offered: PollState): PollState;
}

export interface Secrets {
  /** Fills a new value, asking for what is not held yet. Resolves with why it cannot be filled; never rejects. */
  settle(value: unknown): Promise<Unfilled | undefined>;
  /** Absent until a value has named a secret: fills values from memory, and knows what is stale. */
  readonly keeper: Pick<SecretKeeper, 'fill' | 'staleness'> | undefined;
  close(): void;
}

export function createSecrets(deps: KeeperDeps): Secrets {
  let loading: Promise<SecretKeeper> | undefined;
  let keeper: SecretKeeper | undefined;
  const load = async () => {
    const { SecretKeeper } = await import('./secret-keeper.js');
    keeper = new SecretKeeper(deps);
    return keeper;
  };
  return {
    get keeper() {
      return keeper;
    },
    settle: async (value) => {
      if (secretsIn(value).length === 0) return undefined;
      loading ??= load();
      return (await loading).settle(value);
    },
    close: () => void loading?.then((loaded) => loaded.close()),
  };
}
