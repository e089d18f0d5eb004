/**
 * What a node knows of one profile, and how an answer of AppConfig changes it. Token, content and refusal move together
 * in this one fold: a version is sent once per session, so a token without what came with it would lose a version.
 */

import { createHash } from 'node:crypto';
import type { Checked } from '../../core/content/content.js';
import type { PollAnswer, SessionFailure } from '../../core/delivery/configuration-sessions.js';
import { describeProblem } from '../../core/errors.js';
import type { EpochMs } from '../../core/time.js';

/** `core/fleet/node-reports.ts` admits 500 characters. */
export const reasonMaxChars = 500;

/** A version as it came. */
export interface Version {
  readonly label: string;
  /** The content, as JSON text. */
  readonly text: string;
  readonly storedAtMs: number;
}

/** A version in force. */
export interface ActiveVersion extends Version {
  /** What the schema made of the text; frozen. */
  readonly value: unknown;
  readonly source: 'cloud' | 'disk';
  /** When AppConfig last said that this is what the node should hold. */
  readonly confirmedAtMs: number;
}

export interface Refusal {
  readonly label: string;
  readonly reason: string;
  /** `content`: the schema does not admit it. `secret`: one that it names cannot be read. `probation`: the process died soon after taking it. */
  readonly cause: 'content' | 'secret' | 'probation';
  /** Where it may yet be taken: what, and when to try. AppConfig sends it no second time, and would charge for it. */
  readonly again?: { readonly version: ActiveVersion; readonly atMs: number };
}

export interface Session {
  readonly token: string;
  readonly obtainedAtMs: number;
}

export interface PollState {
  /** Absent: the next poll starts a session. */
  readonly session?: Session;
  readonly active?: ActiveVersion;
  /** The last good version before the active one: where a process that dies in probation starts again. */
  readonly previous?: Version;
  /** Present while the active version is on probation; then `previous` is present too. */
  readonly probationSinceMs?: number;
  /** The version that was offered last and not taken. Never the active one. */
  readonly refused?: Refusal;
  /** What the last answer asked for. */
  readonly intervalSeconds?: number;
  /** Failed polls since the last success. */
  readonly failures: number;
  readonly failure?: SessionFailure;
  /** When AppConfig last answered. */
  readonly lastPollAtMs?: number;
}

export const emptyState: PollState = { failures: 0 };

export interface FoldContext {
  /** Tolerant; the value comes back frozen. */
  readonly parse: (bytes: Uint8Array) => Checked<unknown>;
  readonly now: EpochMs;
}

/** Folds one answer into the state. */
export function foldAnswer(state: PollState, answer: PollAnswer, context: FoldContext): PollState {
  switch (answer.kind) {
    case 'unchanged':
      return foldUnchanged(afterSuccess(state, answer, context.now), context.now);
    case 'content':
      return foldContent(afterSuccess(state, answer, context.now), answer, context);
    case 'too-early':
      return { ...healed(state), lastPollAtMs: context.now };
    case 'spent': {
      const { session: _spent, ...rest } = state;
      return { ...rest, failures: state.failures + 1, failure: answer };
    }
    default:
      return { ...state, failures: state.failures + 1, failure: answer };
  }
}

/** The state with a session to poll with. */
export const withSession = (state: PollState, token: string, now: EpochMs): PollState => ({
  ...state,
  session: { token, obtainedAtMs: now },
});

/** The active version has proved itself. */
export function endProbation({ probationSinceMs: _over, ...state }: PollState): PollState {
  return state;
}

/** A failed poll changes nothing that a restart would want. */
export function isWorthSaving(before: PollState, next: PollState): boolean {
  if (!next.active) return false;
  return next.active !== before.active || next.session !== before.session || next.refused !== before.refused;
}

const healed = ({ failure: _healed, ...state }: PollState): PollState => ({ ...state, failures: 0 });

function afterSuccess(
  state: PollState,
  answer: { readonly nextToken: string; readonly intervalSeconds: number },
  now: EpochMs,
): PollState {
  const { intervalSeconds } = answer;
  return { ...withSession(healed(state), answer.nextToken, now), intervalSeconds, lastPollAtMs: now };
}

/** Nothing newer than what the session was sent last: the active version, unless that was refused. */
function foldUnchanged(state: PollState, now: EpochMs): PollState {
  const { refused, ...rest } = state;
  if (refused?.again && now >= refused.again.atMs) return activate(rest, refused.again.version, now);
  if (refused) return state;
  if (!state.active) {
    const reason = 'AppConfig has no version for this node yet';
    return { ...state, failures: state.failures + 1, failure: { kind: 'not-found', reason } };
  }
  return { ...state, active: confirmed(state.active, now) };
}

function foldContent(
  state: PollState,
  answer: { readonly label?: string; readonly bytes: Uint8Array },
  context: FoldContext,
): PollState {
  const label = answer.label ?? unlabelled(answer.bytes);
  const { refused, ...rest } = state;
  if (refused?.label === label && !refused.again) return state;
  const text = new TextDecoder().decode(answer.bytes);
  if (state.active?.label === label && state.active.text === text) {
    return { ...rest, active: confirmed(state.active, context.now) };
  }
  const parsed = context.parse(answer.bytes);
  if (!parsed.ok) return { ...rest, refused: refusalOf(label, parsed) };
  return activate(rest, { label, text, value: parsed.value }, context.now);
}

/** Takes a version. It is on probation where there is a good one to go back to. */
function activate(
  state: PollState,
  taken: { readonly label: string; readonly text: string; readonly value: unknown },
  now: EpochMs,
): PollState {
  const { probationSinceMs, previous, ...rest } = state;
  const good = probationSinceMs === undefined ? asVersion(state.active) : previous;
  const active: ActiveVersion = { ...taken, source: 'cloud', storedAtMs: now, confirmedAtMs: now };
  if (!good || good.label === taken.label) return { ...rest, active };
  return { ...rest, active, previous: good, probationSinceMs: now };
}

/** The reason of a refusal: its first problems, within the report's limit. */
export function refusalOf(label: string, parsed: Checked<unknown> & { readonly ok: false }): Refusal {
  const reason = parsed.problems.map(describeProblem).join('; ').slice(0, reasonMaxChars);
  return { label, reason, cause: 'content' };
}

/** A version as it is stored, without what it became. */
export function asVersion(active: Version | undefined): Version | undefined {
  return active && { label: active.label, text: active.text, storedAtMs: active.storedAtMs };
}

const confirmed = (active: ActiveVersion, now: EpochMs): ActiveVersion => ({
  ...active,
  source: 'cloud',
  confirmedAtMs: now,
});

/** A name for a version that was made without one: what it contains. */
const unlabelled = (bytes: Uint8Array): string =>
  `unlabelled-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
