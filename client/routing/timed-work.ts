/** Work that a node is sent, with an end in time whatever it does. */

import { ServiceUnavailable } from '../../core/errors.js';
import { type Timed, timedCall } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import type { Peer, SendOptions } from './router.js';

const defaultTimeoutMs = 10_000;

export interface Work<Result> extends Pick<SendOptions, 'timeoutMs'> {
  readonly clock: NodeClock;
  readonly call: (peer: Peer, signal: AbortSignal) => Result | Promise<Result>;
  readonly peer: Peer;
}

/** Never rejects. Work that does not heed its signal is left alone. */
export function timedWork<Result>(work: Work<Result>): Promise<Timed<Result>> {
  const { clock, call, peer, timeoutMs = defaultTimeoutMs } = work;
  const late = () =>
    new ServiceUnavailable(`${peer.node} did not answer within ${timeoutMs / 1000} seconds`, {
      hint: 'Nobody knows whether it did the work: try again only what may be done twice.',
      retryable: true,
    });
  return timedCall({ clock, timeoutMs, call: (signal) => call(peer, signal), late });
}
