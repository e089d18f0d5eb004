/** What a process starts from, given the copy the last one left. */

import type { Checked } from '../../core/content/content.js';
import type { EpochMs } from '../../core/time.js';
import {
  type ActiveVersion,
  emptyState,
  type PollState,
  type Refusal,
  reasonMaxChars,
  refusalOf,
  type Session,
  type Version,
} from '../profiles/poll-state.js';
import type { DiskCopy } from './disk-copy.js';

/** AppConfig's tokens live 24 hours; one that is about to end is not worth a try. */
const tokenUsableMs = (24 * 60 - 5) * 60 * 1000;

export interface StartContext {
  /** Where the copy is, for people. */
  readonly place: string;
  /** Tolerant; the value comes back frozen. */
  readonly parse: (bytes: Uint8Array) => Checked<unknown>;
  readonly now: EpochMs;
  readonly requiredIntervalSeconds?: number;
  /** A version on probation that was taken then, or later, is what the last process is thought to have died of. */
  readonly suspectedSinceMs?: number | undefined;
}

/**
 * The state to begin with. A copy whose current version is still on probation was left by a process that died with it: if
 * it is the suspected one, the previous version is in force and it is refused. One that is not suspected, or with which the
 * process closed, has proved nothing: it is on probation anew. Values are held against the schema again.
 */
export function startFrom(copy: DiskCopy | undefined, context: StartContext): PollState {
  if (!copy?.current) return emptyState;
  const died = isSuspected(copy, context)
    ? fromPrevious(copy, diedWith(copy.current, context), context)
    : undefined;
  return died ?? fromCurrent(copy, copy.current, context);
}

const isSuspected = (
  { current, probationSinceMs }: DiskCopy,
  { suspectedSinceMs = 0 }: StartContext,
): boolean =>
  current !== undefined && probationSinceMs !== undefined && current.storedAtMs >= suspectedSinceMs;

function fromCurrent(
  copy: DiskCopy,
  current: Version & { readonly confirmedAtMs: number },
  context: StartContext,
): PollState {
  const parsed = context.parse(bytesOf(current));
  if (!parsed.ok) return fromPrevious(copy, refusalOf(current.label, parsed), context) ?? emptyState;
  const active: ActiveVersion = { ...current, value: parsed.value, source: 'disk' };
  const { previous, refused } = copy;
  const isUnproved = copy.unproved === true || copy.probationSinceMs !== undefined;
  const state: PollState = {
    failures: 0,
    active,
    ...(previous && { previous, ...(isUnproved && { probationSinceMs: context.now }) }),
  };
  // A version that an earlier build's schema refused may suit this one: only a new session sends it again.
  if (refused?.cause === 'content') return state;
  return { ...state, ...sessionOf(copy, context), ...(refused && { refused }) };
}

function fromPrevious(copy: DiskCopy, refused: Refusal, context: StartContext): PollState | undefined {
  const previous = copy.previous;
  const parsed = previous && context.parse(bytesOf(previous));
  if (!previous || !parsed?.ok) return undefined;
  const active: ActiveVersion = {
    ...previous,
    value: parsed.value,
    source: 'disk',
    confirmedAtMs: previous.storedAtMs,
  };
  return { failures: 0, active, refused, ...sessionOf(copy, context) };
}

function diedWith(current: Version, { place }: StartContext): Refusal {
  const reason = `the process ended without closing soon after taking it; to try it again, remove ${place} while the node is stopped`;
  return { label: current.label, reason: reason.slice(0, reasonMaxChars), cause: 'probation' };
}

/** The session goes on where it stood, which keeps the node's place in a rollout. */
function sessionOf(copy: DiskCopy, context: StartContext): { readonly session?: Session } {
  const session = copy.session;
  if (!session || session.requiredIntervalSeconds !== context.requiredIntervalSeconds) return {};
  const ageMs = context.now - session.obtainedAtMs;
  if (ageMs < 0 || ageMs >= tokenUsableMs) return {};
  return { session: { token: session.token, obtainedAtMs: session.obtainedAtMs } };
}

const bytesOf = (version: Version): Uint8Array => new TextEncoder().encode(version.text);
