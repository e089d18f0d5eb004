/** From looks to the report that people and events get: one of a judgement, one of a look that saw nothing. */

import type { Judgement } from './judge.js';
import type { GuardReport } from './report.js';
import { type GuardSettings, withoutRollback } from './settings.js';

/** The report of a look. `earlier` is the last one of the same deployment. */
export function reportLook(judgement: Judgement, earlier: GuardReport | undefined): GuardReport {
  const { verdict, action, summary, nodes, findings, state } = judgement;
  return {
    verdict,
    action,
    summary,
    looks: (earlier?.looks ?? 0) + 1,
    lookedAtMs: state.lookedAtMs,
    nodes,
    signals: [...findings],
  };
}

export interface BlindLook {
  /** What was missing, for people: `no node has reported`. */
  readonly why: string;
  readonly lookedAtMs: number;
  readonly settings: GuardSettings;
  /** True when the deployment completes before the next look. */
  readonly isLastLook: boolean;
  /** True when there is a version to go back to; a first deployment waits for the nodes that cannot start without it. */
  readonly hasPrevious: boolean;
  /** Number of the deployment that this one takes back, where it takes one back. */
  readonly undoes?: number;
}

/** A look that lacks its inputs may have met a read that failed; the next one does not. */
const blindLooksMin = 2;

/**
 * The report of a look without inputs. It says nothing of the version, so what was last known of it stands; what is done is
 * what the owner said for this case, and at the end what the owner said for a rollout that nobody could judge.
 */
export function reportBlindLook(look: BlindLook, earlier: GuardReport | undefined): GuardReport {
  const action = isAccepted(look, earlier) ? 'none' : 'rollback';
  const looks = blindLooks(earlier);
  const consequence = action === 'rollback' ? 'its owner accepts no such rollout' : 'the rollout goes on';
  return {
    verdict: earlier?.verdict ?? 'inconclusive',
    action,
    summary: `not judged at ${looks === 1 ? 'this look' : `${looks} looks in a row`}: ${look.why}; ${consequence}`,
    looks: (earlier?.looks ?? 0) + 1,
    lookedAtMs: look.lookedAtMs,
    nodes: earlier?.nodes ?? { tested: 0, previous: 0 },
    blind: { why: look.why, looks },
    signals: earlier?.signals ?? [],
  };
}

/** In a row, this one included. */
const blindLooks = (earlier: GuardReport | undefined): number => (earlier?.blind?.looks ?? 0) + 1;

function isAccepted(look: BlindLook, earlier: GuardReport | undefined): boolean {
  const { isLastLook, hasPrevious, undoes } = look;
  const settings = undoes === undefined ? look.settings : withoutRollback(look.settings);
  if (!settings.enabled || !hasPrevious) return true;
  if (settings.withoutInputs === 'rollback' && blindLooks(earlier) >= blindLooksMin) return false;
  const wasJudged = earlier !== undefined && earlier.verdict !== 'inconclusive';
  return wasJudged || !isLastLook || settings.inconclusiveAtTheEnd === 'accept';
}
