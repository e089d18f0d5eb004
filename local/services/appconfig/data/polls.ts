/** Whether a poll is admitted. Pure. */
import { tokenLifeMs } from '../limits.js';
import type { Session } from '../state/deployments.js';
import type { Claims } from './tokens.js';

export type Admission =
  | { readonly kind: 'admitted'; readonly session: Session }
  | {
      readonly kind: 'refused';
      readonly problem: 'Expired' | 'PollIntervalNotSatisfied';
      readonly reason: string;
    };

/**
 * A token is good once and for 24 hours; a spent one counts as expired. Polls may come at any time, unless the session
 * asked for a minimum interval; the first is never too early.
 */
export function admit(claims: Claims, session: Session | undefined, nowMs: number): Admission {
  if (!session || nowMs - claims.issuedAtMs >= tokenLifeMs)
    return refused('Expired', 'the token is older than 24 hours');
  if (claims.sequence !== session.sequence) return refused('Expired', 'the token was used before');
  const { requiredIntervalSeconds = 0, lastPollAtMs = Number.NEGATIVE_INFINITY } = session;
  if (nowMs - lastPollAtMs < requiredIntervalSeconds * 1000)
    return refused(
      'PollIntervalNotSatisfied',
      `the session asked for ${requiredIntervalSeconds} s between polls`,
    );
  return { kind: 'admitted', session };
}

function refused(problem: 'Expired' | 'PollIntervalNotSatisfied', reason: string): Admission {
  return { kind: 'refused', problem, reason };
}
