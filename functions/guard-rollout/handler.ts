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
import { gather, type Known, type Outside } from './inputs.js';
import { lookAndKeep, type Outcome } from './look.js';
import { type GuardMetric, guardMetrics } from './settings.js';
import { type Subject, type SubjectDeps, subjectOf } from './subject.js';
import { answerOf, goOn, readTick, type Tick, type TickAnswer } from './tick.js';

/** From the event to the answer. */
export const answerWithinMs = 2_000;
/** From the start of a fresh process to its first answer: AppConfig waits for that as well, and for what came before it. */
const firstAnswerWithinMs = 2_500;
/** However long the start took: less is not enough to read anything. */
const answerWithinMinMs = 800;
/** What has been read so long before the answer is judged; the rest of the time is for keeping what it came to. */
const keepWithinMs = 500;
/** AppConfig's patience. A process that is older at its first question was not started for it. */
const appConfigWaitsMs = 3_000;

export interface GuardDeps extends SubjectDeps {
  /** What is outside, for one look. */
  readonly outside: (signal: AbortSignal) => Outside;
  /** Aborts after so many milliseconds. */
  readonly deadline: (afterMs: number) => AbortSignal;
  readonly clock: Clock;
  /** How long this process has run. */
  readonly upMs: () => number;
  readonly log: Log;
  readonly measures: Measures<GuardMetric>;
}

/** Never throws. */
export function createHandler(deps: GuardDeps) {
  const known = new Map<string, Known>();
  let isFirst = true;
  return async (event: unknown): Promise<TickAnswer> => {
    const withinMs = isFirst ? leftOf(deps.upMs()) : answerWithinMs;
    isFirst = false;
    try {
      return await answer(deps, { event, known, withinMs });
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

function leftOf(upMs: number): number {
  if (upMs > appConfigWaitsMs) return answerWithinMs;
  // Deadlines are whole milliseconds, the age of a process is not.
  return Math.min(answerWithinMs, Math.max(firstAnswerWithinMs - Math.ceil(upMs), answerWithinMinMs));
}

interface Question {
  readonly event: unknown;
  /** By the environment's ids. */
  readonly known: Map<string, Known>;
  readonly withinMs: number;
}

async function answer(deps: GuardDeps, { event, known, withinMs }: Question): Promise<TickAnswer> {
  const [inputsSignal, answerSignal] = [deps.deadline(withinMs - keepWithinMs), deps.deadline(withinMs)];
  const tick = readTick(event);
  const subject = await within(inputsSignal, subjectOf(deps, tick));
  if (!subject.settings.enabled) return goOn;
  const outside = deps.outside(answerSignal);
  const mine = knownOf(known, tick);
  const { clock } = deps;
  const inputs = await gather(outside, { tick, subject, known: mine, clock, signal: inputsSignal });
  const outcome = await lookAndKeep(outside, { tick, subject, inputs, now: clock() }, answerSignal);
  known.set(environmentOf(tick), {
    number: tick.DeploymentNumber,
    ...(inputs.facts.ok && { facts: inputs.facts.value }),
    report: outcome.report,
  });
  for (const input of [inputs.memory, inputs.sample, inputs.facts])
    if (!input.ok) deps.log.error('could not read an input', input.error, about(tick, subject));
  tell(deps, { tick, subject, outcome });
  return answerOf(outcome.report);
}

const environmentOf = ({ Application, Environment }: Tick): string => `${Application.Id}/${Environment.Id}`;

/** One deployment at a time runs in an environment. */
function knownOf(known: ReadonlyMap<string, Known>, tick: Tick): Known | undefined {
  const last = known.get(environmentOf(tick));
  return last?.number === tick.DeploymentNumber ? last : undefined;
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
