/** Whether a node can begin with what it knows of a profile. */

import type { PollState } from './poll-state.js';

/** `missing` says why AppConfig will not help soon. */
export type Readiness =
  | { readonly kind: 'ready' | 'waiting' }
  | {
      readonly kind: 'missing';
      readonly because: 'refused' | 'not-found' | 'denied';
      readonly reason: string;
    };

export function readinessOf({ active, refused, failure }: PollState): Readiness {
  if (active) return { kind: 'ready' };
  if (refused) {
    const reason = `${refused.label} was refused: ${refused.reason}`;
    return { kind: 'missing', because: 'refused', reason };
  }
  if (failure?.kind !== 'not-found' && failure?.kind !== 'denied') return { kind: 'waiting' };
  return { kind: 'missing', because: failure.kind, reason: failure.reason };
}
