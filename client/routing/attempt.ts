/** One attempt to have work done by one node, and what it says of that node. */

import { type Verdict, verdictOfAnswer, verdictOfError, verdictOfOwnError } from './failures.js';
import type { Peer } from './router.js';
import { timedWork, type Work } from './timed-work.js';

/** How an attempt ended. */
export interface Attempt<Result> {
  readonly peer: Peer;
  readonly verdict: Verdict;
  /** Returns what the attempt returned, or throws what it threw. */
  readonly settle: () => Result;
  /** Lets go of an answer that nobody will read. */
  readonly discard: () => void;
}

/** Never rejects. Work that does not heed its signal is left alone. */
export async function attempt<Result>({ call, peer, ...about }: Work<Result>): Promise<Attempt<Result>> {
  const timed = await timedWork({ call, peer, ...about });
  if (timed.kind === 'returned') return returned(peer, timed.result);
  return thrown(peer, timed.kind === 'late' ? 'timed-out' : verdictOfThrown(peer, timed.error), timed.error);
}

/** What the work of this process returns or throws is about whatever it asked: that is no word on this node. */
const verdictOfThrown = (peer: Peer, error: unknown): Verdict =>
  peer.self ? verdictOfOwnError(error, peer.node) : verdictOfError(error);

const returned = <Result>(peer: Peer, result: Result): Attempt<Result> => ({
  peer,
  verdict: !peer.self && isResponse(result) ? verdictOfAnswer(result) : 'answered',
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

/** As `fetch` gives it, whatever a framework has put in the place of the global `Response`; a service's own value that has a status is none. */
const isResponse = (result: unknown): result is Response =>
  Object.prototype.toString.call(result) === '[object Response]';

/** A body that is not read holds its connection. */
function discard(result: unknown): void {
  if (isResponse(result)) void result.body?.cancel().catch(() => undefined);
}
