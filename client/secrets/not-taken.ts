/** What becomes of a version whose secrets cannot be read. */

import { isPassing, type SecretFailure } from '../../core/secrets/secret-values.js';
import { type PollState, type Refusal, reasonMaxChars } from '../profiles/poll-state.js';
import type { Unfilled } from './secrets.js';

/**
 * Where that may pass, the session that was sent the version is given up, so that it comes again with the next poll; otherwise it is
 * refused, as content that does not suit.
 */
export const unfilled = (failure: SecretFailure): Unfilled => ({
  reason: failure.reason,
  notTaken: ({ session: _spent, failure: _earlier, refused: _other, ...held }, offered) => {
    const { session, intervalSeconds, lastPollAtMs, active } = offered;
    const polled = {
      ...held,
      ...(intervalSeconds !== undefined && { intervalSeconds }),
      ...(lastPollAtMs !== undefined && { lastPollAtMs }),
    };
    if (isPassing(failure)) return { ...polled, failures: held.failures + 1, failure: waiting(failure) };
    return {
      ...polled,
      ...(session && { session }),
      failures: 0,
      refused: refusalOf(failure, active?.label),
    };
  },
});

const waiting = ({ reason }: SecretFailure): NonNullable<PollState['failure']> => ({
  kind: 'unreachable',
  reason,
});

const refusalOf = ({ reason }: SecretFailure, label = ''): Refusal => ({
  label,
  reason: reason.slice(0, reasonMaxChars),
  cause: 'content',
});
