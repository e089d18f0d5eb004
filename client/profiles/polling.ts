/** Asks AppConfig for one profile, again and again, and folds what it answers. */

import type {
  ConfigurationSessions,
  PollAnswer,
  SessionFailure,
  SessionTarget,
} from '../../core/delivery/configuration-sessions.js';
import { boundedCall } from '../bounded-call.js';
import type { NodeClock } from '../clock.js';
import { delayMs, type Pace } from './pace.js';
import { type FoldContext, foldAnswer, type PollState, withSession } from './poll-state.js';

/** A call that hangs is given up; AppConfig answers in a fraction of a second. */
const callTimeoutMs = 10_000;

export interface PollingDeps {
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly sessions: ConfigurationSessions;
  readonly target: SessionTarget;
  readonly pace: Pace;
  readonly parse: FoldContext['parse'];
  /** The state before each poll. */
  readonly read: () => PollState;
  /** Puts the state after a poll in force; the next poll is not planned before it resolves. Never rejects. */
  readonly commit: (next: PollState) => Promise<void>;
}

/** Begins at once. @returns a function that ends it: a call under way is abandoned, and what it answers is ignored. */
export function startPolling(deps: PollingDeps): () => void {
  let ended = false;
  let abandon: () => void = () => undefined;
  let cancel: () => void = () => undefined;
  const bounded: Bounded = (call) => {
    const controller = new AbortController();
    abandon = () => controller.abort();
    if (ended) abandon();
    return boundedCall({
      clock: deps.clock,
      timeoutMs: callTimeoutMs,
      controller,
      call,
      failed: unreachable,
    });
  };
  const turn = async () => {
    const { state, answer } = await ask(deps, bounded);
    if (ended) return;
    await deps.commit(foldAnswer(state, answer, { parse: deps.parse, now: deps.clock.now() }));
    if (ended) return;
    cancel = deps.clock.setTimer(() => void turn(), delayMs(deps.read(), deps.pace, deps.random));
  };
  void turn();
  return () => {
    ended = true;
    abandon();
    cancel();
  };
}

type Bounded = <Answer>(
  call: (signal: AbortSignal) => Promise<Answer | SessionFailure>,
) => Promise<Answer | SessionFailure>;

interface Asked {
  /** The state the answer is to be folded into: with the session it came from. */
  readonly state: PollState;
  readonly answer: PollAnswer;
}

/** One poll, in a session that is begun first where there is none, or where its token turns out to be spent. */
async function ask(deps: PollingDeps, bounded: Bounded): Promise<Asked> {
  const { sessions, target, clock } = deps;
  const session = deps.read().session;
  if (session) {
    const answer = await bounded((signal) => sessions.poll(session.token, signal));
    if (answer.kind !== 'spent') return { state: deps.read(), answer };
  }
  const started = await bounded((signal) => sessions.start(target, signal));
  if (started.kind !== 'started') return { state: deps.read(), answer: started };
  const answer = await bounded((signal) => sessions.poll(started.token, signal));
  return { state: withSession(deps.read(), started.token, clock.now()), answer };
}

const unreachable = (reason: string): SessionFailure => ({ kind: 'unreachable', reason });
