/** Ports that note how long AWS took to answer, and as what. What hangs is noted when the client gives it up. */

import type { AssignmentReader } from '../../core/assignment/table/tables.js';
import type { ConfigurationSessions } from '../../core/delivery/configuration-sessions.js';
import type { LoadReports } from '../../core/fleet/load-reports.js';

/** Notes a call that took so long; `failure` says in one word why it failed. */
export type Note = (durationMs: number, failure: string | undefined) => void;

export interface Timing {
  readonly monotonicMs: () => number;
  readonly note: Note;
}

type Bounded<Answer> = (signal: AbortSignal | undefined) => Promise<Answer>;

/** Calls, and notes the first of: the answer, a rejection, the end of patience. */
function timed<Answer>(
  { monotonicMs, note }: Timing,
  call: Bounded<Answer>,
  {
    signal,
    failureOf,
  }: { readonly signal: AbortSignal | undefined; readonly failureOf: (answer: Answer) => string | undefined },
): Promise<Answer> {
  const startedMs = monotonicMs();
  let isNoted = false;
  const end = (failure: string | undefined) => {
    signal?.removeEventListener('abort', gaveUp);
    if (!isNoted) note(monotonicMs() - startedMs, failure);
    isNoted = true;
  };
  const gaveUp = () => end('timeout');
  signal?.addEventListener('abort', gaveUp, { once: true });
  const answered = call(signal);
  answered.then(
    (answer) => end(failureOf(answer)),
    () => end('unreachable'),
  );
  return answered;
}

export function timedSessions(sessions: ConfigurationSessions, timing: Timing): ConfigurationSessions {
  return {
    // A session that begins is followed by the poll that counts.
    start: (target, signal) =>
      timed(quietTiming(timing), () => sessions.start(target, signal), {
        signal,
        failureOf: ({ kind }) => failures[kind],
      }),
    poll: (token, signal) =>
      timed(timing, () => sessions.poll(token, signal), { signal, failureOf: ({ kind }) => failures[kind] }),
    close: () => sessions.close(),
  };
}

const quietTiming = ({ monotonicMs, note }: Timing): Timing => ({
  monotonicMs,
  note: (durationMs, failure) => failure !== undefined && note(durationMs, failure),
});

/** Asked too early is a poll that went well: the session holds. */
const failures: Readonly<Record<string, string | undefined>> = {
  spent: 'spent',
  throttled: 'throttled',
  'not-found': 'not-found',
  denied: 'denied',
  unreachable: 'unreachable',
};

export function timedReports(reports: LoadReports, timing: Timing): LoadReports {
  return {
    put: (batch, signal) =>
      timed(timing, () => reports.put(batch, signal), {
        signal,
        failureOf: ({ unsent }) => (unsent.length > 0 ? 'unsent' : undefined),
      }),
    close: () => reports.close(),
  };
}

export function timedAssignments(reader: AssignmentReader, timing: Timing): AssignmentReader {
  return {
    head: (signal) => timed(timing, () => reader.head(signal), { signal, failureOf: () => undefined }),
    table: (head, signal) => reader.table(head, signal),
    roster: (head, signal) => reader.roster(head, signal),
    close: () => reader.close(),
  };
}
