/** What becomes of a version whose secrets cannot be read. */

import { isPassing, type SecretFailure } from '../../core/secrets/secret-values.js';
import { type ActiveVersion, type PollState, type Refusal, reasonMaxChars } from '../profiles/poll-state.js';
import type { Unfilled } from './secrets.js';

/**
 * Where that may pass by itself, the session that was sent the version is given up, so that it comes again with the next poll.
 * Otherwise it is refused, kept, and tried again from `againAtMs` on: whoever gives the right, or makes the secret, need not publish.
 */
export const unfilled = (failure: SecretFailure, againAtMs: number): Unfilled => ({
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
      ...(active && { refused: refusalOf(failure, active, againAtMs) }),
    };
  },
});

const waiting = ({ reason }: SecretFailure): NonNullable<PollState['failure']> => ({
  kind: 'unreachable',
  reason,
});

const refusalOf = ({ reason }: SecretFailure, version: ActiveVersion, atMs: number): Refusal => ({
  label: version.label,
  reason: reason.slice(0, reasonMaxChars),
  cause: 'secret',
  again: { version, atMs },
});
