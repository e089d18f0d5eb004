/** One look at a rollout: what there is to judge by, the judgement, and its report, kept over exactly what it was based on. */

import { formatCluster } from '../../core/addresses.js';
import type { GuardMemory } from '../../core/delivery/rollout-records.js';
import { judgedAt, presenceOf } from '../../core/fleet/liveness.js';
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
  if (!memory || !sample.ok || !facts.ok) return { report: reportBlind(look, memory) };
  const { tick, subject, now } = look;
  const judgement = judgeRollout({
    deployment: {
      ...facts.value,
      number: tick.DeploymentNumber,
      percentage: tick.PercentageComplete,
      state: tick.DeploymentState,
      isLastLook: isLastLook(tick, facts.value, now),
    },
    nodes: observe(sample.value, subject.address.profile, now),
    isSample: !sample.value.isWhole,
    settings: subject.settings,
    ...(memory.state && { previous: memory.state }),
    lookedAtMs: now,
  });
  return { report: reportLook(judgement, memory.report), state: judgement.state };
}

function reportBlind({ tick, subject, inputs, now }: Look, memory: GuardMemory | undefined): GuardReport {
  const { facts } = inputs;
  return reportBlindLook(
    {
      why: whyOf(inputs),
      lookedAtMs: now,
      settings: subject.settings,
      isLastLook: facts.ok && isLastLook(tick, facts.value, now),
      hasPrevious: !facts.ok || facts.value.previousLabel !== undefined,
    },
    memory?.report,
  );
}

function observe({ records }: NodeSample, profile: string, now: EpochMs) {
  const moment = judgedAt(records, now);
  return records.map((record) =>
    observeNode(record, { profile, silent: presenceOf(record, moment) === 'silent' }),
  );
}

const isLastLook = ({ DeploymentState }: Tick, { endsAtMs }: RolloutFacts, now: EpochMs): boolean =>
  DeploymentState === 'BAKING' && isPast(endsAtMs, plusMs(now, tickMs));

function whyOf({ memory, sample, facts }: Inputs): string {
  const failed = [sample, facts, memory].find((input) => !input.ok);
  if (!failed || failed.ok) return '';
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
