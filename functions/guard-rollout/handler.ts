/**
 * Says at every tick of a deployment whether it may go on. AppConfig waits about 3 seconds, cold start included, and rolls back
 * when it gets no answer: so everything that can fail is caught and answered on purpose, within 2. What is missing is for the
 * profile's owner to judge (`withoutInputs`); what is wrong with the guard itself holds nobody up. A tick that comes twice, or
 * to two runs at once, finds that the other looked.
 */

import { formatProfile } from '../../core/addresses.js';
import { ServiceUnavailable } from '../../core/errors.js';
import type { GuardReport } from '../../core/guard/report.js';
import type { Clock } from '../../core/time.js';
import type { Log } from '../log.js';
import type { Measures } from '../measures.js';
import { within } from '../within.js';
import { gather, type KnownFacts, type Outside } from './inputs.js';
import { lookAndKeep, type Outcome } from './look.js';
import { type GuardMetric, guardMetrics } from './settings.js';
import { type Subject, type SubjectDeps, subjectOf } from './subject.js';
import { answerOf, goOn, readTick, type Tick, type TickAnswer } from './tick.js';

/** From the event to the answer: AppConfig's 3 seconds, less a cold start. */
export const answerWithinMs = 2_000;
/** What has been read by then is judged; the rest of the time is for keeping what it came to. */
export const inputsWithinMs = 1_500;

export interface GuardDeps extends SubjectDeps {
  /** What is outside, for one look. */
  readonly outside: (signal: AbortSignal) => Outside;
  /** Aborts after so many milliseconds. */
  readonly deadline: (afterMs: number) => AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
  readonly measures: Measures<GuardMetric>;
}

/** Never throws. */
export function createHandler(deps: GuardDeps) {
  const known: KnownFacts = new Map();
  return async (event: unknown): Promise<TickAnswer> => {
    try {
      return await answer(deps, known, event);
    } catch (error) {
      deps.log.error('could not judge', error);
      // Who is asked about is an input as well.
      const isMissing = error instanceof ServiceUnavailable;
      deps.measures.count(isMissing ? guardMetrics.blind : guardMetrics.failed, 1);
      return goOn;
    } finally {
      deps.measures.flush();
    }
  };
}

async function answer(deps: GuardDeps, known: KnownFacts, event: unknown): Promise<TickAnswer> {
  const [inputsSignal, answerSignal] = [deps.deadline(inputsWithinMs), deps.deadline(answerWithinMs)];
  const tick = readTick(event);
  const subject = await within(inputsSignal, subjectOf(deps, tick));
  if (!subject.settings.enabled) return goOn;
  const outside = deps.outside(answerSignal);
  const inputs = await gather(outside, { tick, subject, known, signal: inputsSignal });
  const outcome = await lookAndKeep(outside, { tick, subject, inputs, now: deps.clock() }, answerSignal);
  for (const input of Object.values(inputs))
    if (!input.ok) deps.log.error('could not read an input', input.error, about(tick, subject));
  tell(deps, { tick, subject, outcome });
  return answerOf(outcome.report);
}

interface Answered {
  readonly tick: Tick;
  readonly subject: Subject;
  readonly outcome: Outcome;
}

function tell({ log, measures }: GuardDeps, { tick, subject, outcome }: Answered): void {
  const { report, isKept, error } = outcome;
  for (const name of countsOf(report)) measures.count(name, 1);
  if (!isKept) measures.count(guardMetrics.unkept, 1);
  if (error !== undefined) log.error('could not keep a report', error, about(tick, subject));
  log.info('looked', { ...about(tick, subject), isKept, report });
}

const countsOf = ({ blind, action }: GuardReport): GuardMetric[] => [
  guardMetrics.looks,
  ...(blind ? [guardMetrics.blind] : []),
  ...(action === 'warn' ? [guardMetrics.warnings] : []),
  ...(action === 'rollback' ? [guardMetrics.rollbacks] : []),
];

const about = ({ DeploymentNumber: deployment }: Tick, { address }: Subject) => ({
  profile: formatProfile(address),
  deployment,
});
