/** One look at a rollout: what there is to judge by, the judgement, and its report, kept over exactly what it was based on. */

import { formatCluster } from '../../core/addresses.js';
import { readProvenance } from '../../core/delivery/provenance.js';
import type { GuardMemory } from '../../core/delivery/rollout-records.js';
import { newestArrival, presenceOf } from '../../core/fleet/liveness.js';
import type { NodeSample } from '../../core/fleet/node-records.js';
import { judgeRollout } from '../../core/guard/judge.js';
import type { RolloutFacts } from '../../core/guard/look.js';
import { observeNode } from '../../core/guard/observations.js';
import type { GuardReport } from '../../core/guard/report.js';
import { reportBlindLook, reportLook } from '../../core/guard/reporting.js';
import type { GuardState } from '../../core/guard/state.js';
import { type EpochMs, isPast, plusMs } from '../../core/time.js';
import { within } from '../within.js';
import type { Inputs, Outside } from './inputs.js';
import type { Subject } from './subject.js';
import type { Tick } from './tick.js';

/** AppConfig asks about once a minute. */
const tickMs = 60_000;
/** What is said of a failure; its cause is logged in full. */
const whyMaxChars = 300;

export interface Look {
  readonly tick: Tick;
  readonly subject: Subject;
  readonly inputs: Inputs;
  readonly now: EpochMs;
}

export interface Looked {
  readonly report: GuardReport;
  /** Absent after a blind look: what was known stays. */
  readonly state?: GuardState;
}

/** Judges by these inputs and a memory, which may be a later one than theirs. Same input, same answer. */
export function judgeLook(look: Look, memory: GuardMemory | undefined): Looked {
  const { sample, facts } = look.inputs;
  const earlier = memory?.report ?? look.inputs.earlier;
  if (!memory || !sample.ok || !facts.ok) return { report: reportBlind(look, earlier) };
  const { tick, subject, now } = look;
  const [isLast, undoes] = [isLastLook(tick, facts.value, now), undoneBy(look)];
  const judgement = judgeRollout({
    deployment: {
      ...facts.value,
      number: tick.DeploymentNumber,
      percentage: tick.PercentageComplete,
      state: tick.DeploymentState,
      isLastLook: isLast,
      ...(undoes !== undefined && { undoes }),
    },
    nodes: observe(sample.value, subject.address.profile, now),
    isSample: !sample.value.isWhole,
    settings: subject.settings,
    ...(memory.state && { previous: memory.state }),
    lookedAtMs: now,
  });
  // What was counted before is lost, and no look is left to count it again: what was known of the version stands.
  if (isLast && !memory.state && earlier?.verdict === 'healthy' && judgement.verdict === 'inconclusive')
    return { report: reportBlind(look, earlier), state: judgement.state };
  return { report: reportLook(judgement, earlier), state: judgement.state };
}

function reportBlind(look: Look, earlier: GuardReport | undefined): GuardReport {
  const { tick, subject, inputs, now } = look;
  const { facts } = inputs;
  const undoes = undoneBy(look);
  return reportBlindLook(
    {
      why: whyOf(inputs),
      lookedAtMs: now,
      settings: subject.settings,
      isLastLook: facts.ok && isLastLook(tick, facts.value, now),
      hasPrevious: !facts.ok || facts.value.previousLabel !== undefined,
      ...(undoes !== undefined && { undoes }),
    },
    earlier,
  );
}

/** By AppConfig, or by the question itself: facts may be missing, or older than their `undoes`. */
const undoneBy = ({ tick, inputs: { facts } }: Look): number | undefined =>
  (facts.ok ? facts.value.undoes : undefined) ?? readProvenance(tick.Description ?? '').undoes;

function observe({ records }: NodeSample, profile: string, now: EpochMs) {
  // Against what has arrived, never the clock: reports that are late are late for all.
  const moment = newestArrival(records) ?? now;
  return records.map((record) =>
    observeNode(record, { profile, silent: presenceOf(record, moment) === 'silent' }),
  );
}

const isLastLook = ({ DeploymentState }: Tick, { endsAtMs }: RolloutFacts, now: EpochMs): boolean =>
  DeploymentState === 'BAKING' && isPast(endsAtMs, plusMs(now, tickMs));

function whyOf({ memory, sample, facts }: Inputs): string {
  const failed = [sample, facts, memory].find((input) => !input.ok);
  if (!failed || failed.ok) return 'what was counted before cannot be read';
  const { error } = failed;
  return (error instanceof Error ? error.message : String(error)).slice(0, whyMaxChars);
}

/** What a look came to, and whether its report was kept. */
export interface Outcome {
  readonly report: GuardReport;
  readonly isKept: boolean;
  /** Why not, where something failed. */
  readonly error?: unknown;
}

/**
 * Judges and keeps what it came to. Where another run looked in between, its memory is read and judged from, once; whatever
 * cannot be kept before the signal aborts counts all the same. Never throws for what is outside.
 */
export async function lookAndKeep(outside: Outside, look: Look, signal: AbortSignal): Promise<Outcome> {
  const { memory } = look.inputs;
  let looked = judgeLook(look, memory.ok ? memory.value : undefined);
  if (!memory.ok) return { report: looked.report, isKept: false };
  try {
    if ((await keep(outside, look, { looked, over: memory.value, signal })) === 'saved')
      return { report: looked.report, isKept: true };
    const { DeploymentNumber } = look.tick;
    const newer = await within(
      signal,
      outside.rollouts.readGuard(formatCluster(look.subject.address), DeploymentNumber),
    );
    looked = judgeLook(look, newer);
    const isKept = (await keep(outside, look, { looked, over: newer, signal })) === 'saved';
    return { report: looked.report, isKept };
  } catch (error) {
    return { report: looked.report, isKept: false, error };
  }
}

interface Keeping {
  readonly looked: Looked;
  readonly over: GuardMemory;
  readonly signal: AbortSignal;
}

function keep({ rollouts }: Outside, { tick, subject, inputs }: Look, { looked, over, signal }: Keeping) {
  const where = { cluster: formatCluster(subject.address), deployment: tick.DeploymentNumber };
  const memory = { ...looked, ...(inputs.facts.ok && { facts: inputs.facts.value }) };
  return within(signal, rollouts.writeGuard(where, memory, over.revision));
}
