/** Sends work to the node that should do it, and to another when that one did not. */

import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import { earnRetry, fullRetryBudget, type RetryBudget, spendRetry } from '../../core/routing/retry-budget.js';
import type { NodeClock } from '../clock.js';
import { type Attempt, attempt } from './attempt.js';
import type { AsideOwner, Cluster } from './cluster.js';
import type { Verdict } from './failures.js';
import type { Peer, SendOptions } from './router.js';
import type { Work } from './timed-work.js';

/** A request that failed on three nodes is likely the request's fault, or everybody's. */
const attemptsMax = 3;

export interface SenderDeps {
  readonly clock: NodeClock;
  readonly cluster: Cluster;
  /** This node as it is now, for where nobody is known. */
  readonly self: () => Peer;
  /** Resolves when the table was read again. */
  readonly refresh: () => Promise<void>;
}

export class Sender {
  readonly #deps: SenderDeps;
  #budget: RetryBudget = fullRetryBudget;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  async send<Result>(call: Work<Result>['call'], options: SendOptions = {}): Promise<Result> {
    this.#budget = earnRetry(this.#budget);
    let hasFollowed = false;
    let last: Attempt<Result> | undefined;
    for (let attempts = 0; ; attempts += 1) {
      const peer = this.#choose(options, last);
      if (!peer) break;
      last?.discard();
      last = await this.#attempt(call, peer, options);
      if (last.verdict === 'misdirected' && !hasFollowed) {
        hasFollowed = true;
        await this.#deps.refresh();
        // By the table that was read: the same node again would say the same.
        if (this.#ownerOf(options)?.node === peer.node) break;
      } else if (attempts + 1 >= attemptsMax || !this.#mayRetry(last.verdict, options)) break;
    }
    if (last) return last.settle();
    throw this.#unavailable(options);
  }

  #choose({ key, exclusive = false }: SendOptions, last: Attempt<unknown> | undefined): Peer | undefined {
    const { cluster, self } = this.#deps;
    if (exclusive) {
      if (key === undefined) throw keyMissing();
      const owner = cluster.ownerToTry(key);
      // Just after it failed, the same node again would fail again.
      return owner?.node === last?.peer.node ? undefined : owner;
    }
    if (cluster.isEmpty) return last ? undefined : self();
    return key === undefined ? cluster.pick() : cluster.nodeFor(key);
  }

  #ownerOf({ key }: SendOptions): Peer | undefined {
    return key === undefined ? undefined : this.#deps.cluster.ownerOf(key);
  }

  #mayRetry(verdict: Verdict, { safe = false }: SendOptions): boolean {
    const isOpen =
      verdict === 'refused' ||
      verdict === 'shed' ||
      (safe && (verdict === 'timed-out' || verdict === 'broken'));
    const left = isOpen ? spendRetry(this.#budget) : undefined;
    if (!left) return false;
    this.#budget = left;
    return true;
  }

  async #attempt<Result>(
    call: Work<Result>['call'],
    peer: Peer,
    { timeoutMs }: SendOptions,
  ): Promise<Attempt<Result>> {
    const { clock, cluster } = this.#deps;
    const end = cluster.begin(peer);
    const ended = await attempt({ clock, call, peer, ...(timeoutMs !== undefined && { timeoutMs }) });
    end(ended.verdict === 'misdirected' ? 'answered' : ended.verdict);
    return ended;
  }

  /** Why nobody was asked. */
  #unavailable({ key, exclusive = false }: SendOptions): ServiceUnavailable {
    if (!exclusive || key === undefined) return nobodyTakesWork();
    const aside = this.#deps.cluster.asideOwnerOf(key);
    return aside ? ownerAside(aside) : nobodyServes(key);
  }
}

const nobodyTakesWork = (): ServiceUnavailable =>
  new ServiceUnavailable('no node takes work now', {
    hint: 'All that are known have failed or shed: try again in a second.',
    retryable: true,
  });

const nobodyServes = (key: string): ServiceUnavailable =>
  new ServiceUnavailable(`nobody serves "${key}" now`, {
    hint: 'Its partition is on its way to another node: try again in a few seconds.',
    retryable: true,
  });

const ownerAside = ({ node, forMs }: AsideOwner): ServiceUnavailable => {
  const when = forMs > 0 ? `tried again in ${Math.ceil(forMs / 100) / 10} seconds` : 'being tried now';
  return new ServiceUnavailable(`its owner ${node} was left aside after it refused a connection, ${when}`, {
    hint: 'Nobody else may do it: try again then. A node that is gone loses its partitions within seconds.',
    retryable: true,
  });
};

const keyMissing = (): UsageError =>
  new UsageError('router.send: exclusive work needs a key', {
    hint: 'Name what the work is for: { key: huntId, exclusive: true }.',
  });
