/** What one test of one signal found. */

import type { SignalFigures } from './report.js';
import type { GuardSettings, GuardSignal, SignalAction } from './settings.js';

/**
 * `suspect`: something is there, and may not be the version's doing. `open`: it looks worse, and may come to something or pass.
 * `unknown`: there was nothing to judge by.
 */
export type Level = 'bad' | 'suspect' | 'open' | 'fine' | 'unknown';

export interface Finding {
  readonly signal: GuardSignal;
  readonly test: 'facts' | 'peers' | 'past' | 'ceiling' | 'end';
  readonly level: Level;
  /** With its numbers, for people. */
  readonly words: string;
  /** On comparisons that have begun. */
  readonly figures?: SignalFigures;
}

export type GuardAction = SignalAction | 'none';

/** The strongest first. */
const strength: readonly GuardAction[] = ['rollback', 'warn', 'observe', 'none'];

/** What the owner wants done about a finding. A suspicion never rolls back. */
export function actionOf({ level, signal }: Finding, { actions, enabled }: GuardSettings): GuardAction {
  const wanted = actions[signal];
  if (!enabled || (level !== 'bad' && level !== 'suspect')) return 'none';
  return level === 'suspect' && wanted === 'rollback' ? 'warn' : wanted;
}

export const strongest = (actions: readonly GuardAction[]): GuardAction =>
  strength.find((action) => actions.includes(action)) ?? 'none';
