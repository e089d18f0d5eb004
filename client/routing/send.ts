/** Sends work to the node that should do it, and to another when that one did not. */

import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import { earnRetry, fullRetryBudget, type RetryBudget, spendRetry } from '../../core/routing/retry-budget.js';
import type { NodeClock } from '../clock.js';
import type { Cluster } from './cluster.js';
import { type Verdict, verdictOfAnswer, verdictOfError } from './failures.js';
import type { Peer, SendOptions } from './router.js';

const defaultTimeoutMs = 10_000;
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

type Call<Result> = (peer: Peer, signal: AbortSignal) => Result | Promise<Result>;

/** How an attempt ended. */
interface Attempt<Result> {
  readonly peer: Peer;
  readonly verdict: Verdict;
  /** Returns what the attempt returned, or throws what it threw. */
  readonly settle: () => Result;
  /** Lets go of an answer that nobody will read. */
  readonly discard: () => void;
}

export class Sender {
  readonly #deps: SenderDeps;
  #budget: RetryBudget = fullRetryBudget;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  async send<Result>(call: Call<Result>, options: SendOptions = {}): Promise<Result> {
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
    throw unavailable(options);
  }

  #choose({ key, exclusive = false }: SendOptions, last: Attempt<unknown> | undefined): Peer | undefined {
    const { cluster, self } = this.#deps;
    if (exclusive) {
      if (key === undefined) throw keyMissing();
      return cluster.ownerOf(key);
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
    call: Call<Result>,
    peer: Peer,
    { timeoutMs = defaultTimeoutMs }: SendOptions,
  ): Promise<Attempt<Result>> {
    const ended = this.#deps.cluster.begin(peer);
    const attempt = await this.#timed(call, peer, timeoutMs);
    ended(attempt.verdict === 'misdirected' ? 'answered' : attempt.verdict);
    return attempt;
  }

  /** Never rejects. Work that does not heed its signal is left alone. */
  #timed<Result>(call: Call<Result>, peer: Peer, timeoutMs: number): Promise<Attempt<Result>> {
    const controller = new AbortController();
    return new Promise((resolve) => {
      const end = (attempt: Attempt<Result>) => {
        cancel();
        resolve(attempt);
      };
      const cancel = this.#deps.clock.setTimer(() => {
        end(thrown(peer, 'timed-out', late(peer, timeoutMs)));
        controller.abort();
      }, timeoutMs);
      invoke(call, peer, controller.signal).then(
        (result) => end(returned(peer, result)),
        (error: unknown) => end(thrown(peer, verdictOfError(error), error)),
      );
    });
  }
}

/** What is thrown before the first promise is like a rejection. */
const invoke = async <Result>(call: Call<Result>, peer: Peer, signal: AbortSignal): Promise<Result> =>
  call(peer, signal);

const returned = <Result>(peer: Peer, result: Result): Attempt<Result> => ({
  peer,
  verdict: isResponse(result) ? verdictOfAnswer(result) : 'answered',
  settle: () => result,
  discard: () => discard(result),
});

const thrown = (peer: Peer, verdict: Verdict, error: unknown): Attempt<never> => ({
  peer,
  verdict,
  settle: () => {
    throw error;
  },
  discard: () => undefined,
});

/** As `fetch` gives it: a service's own value that has a status is none. */
const isResponse = (result: unknown): result is Response =>
  typeof Response === 'function' && result instanceof Response;

/** A body that is not read holds its connection. */
function discard(result: unknown): void {
  if (isResponse(result)) void result.body?.cancel().catch(() => undefined);
}

const late = (peer: Peer, timeoutMs: number): ServiceUnavailable =>
  new ServiceUnavailable(`${peer.node} did not answer within ${timeoutMs / 1000} seconds`, {
    hint: 'Nobody knows whether it did the work: try again only what may be done twice.',
    retryable: true,
  });

const unavailable = ({ key, exclusive = false }: SendOptions): ServiceUnavailable =>
  exclusive
    ? new ServiceUnavailable(`nobody serves "${key}" now`, {
        hint: 'Its partition is on its way to another node: try again in a few seconds.',
        retryable: true,
      })
    : new ServiceUnavailable('no node takes work now', {
        hint: 'All that are known have failed or shed: try again in a second.',
        retryable: true,
      });

const keyMissing = (): UsageError =>
  new UsageError('router.send: exclusive work needs a key', {
    hint: 'Name what the work is for: { key: huntId, exclusive: true }.',
  });
