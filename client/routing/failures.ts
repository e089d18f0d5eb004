/** What a failed attempt says of the node it was made at. */

import { isVeltrixError } from '../../core/errors.js';
import type { Ending } from '../../core/routing/standing.js';

/** `misdirected`: the node lives, and another one owns the partition. */
export type Verdict = Ending | 'misdirected';

/** The connection never came about (Node's system errors, and undici's for a connection that takes too long). */
const refusedCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** It came about, and no answer in time. */
const lateCodes = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** It came about, and broke. */
const brokenCodes = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_DESTROYED']);
/** `fetch` hides what happened in `cause`, and Happy Eyeballs in `errors`: so deep, and no deeper. */
const causesMax = 5;

/** HTTP's 421 Misdirected Request, and the two that may come with Retry-After (RFC 9110). */
const [misdirectedStatus, unavailableStatus, tooManyStatus] = [421, 503, 429];

/** What something that was thrown says. An error of the work itself is an answer: the node did what it was asked. */
export function verdictOfError(error: unknown): Verdict {
  return verdictOfRefusal(error) ?? verdictOfConnection(error) ?? verdictOfAnswer(error);
}

/**
 * What something says that was thrown where this node did the work itself: only what its own `serve` turned away was not begun. A
 * connection that was refused there is one to a database, say, in the middle of the work.
 */
export function verdictOfOwnError(error: unknown, self: string): Verdict {
  return asRecord(error)?.['node'] === self ? (verdictOfRefusal(error) ?? 'answered') : 'answered';
}

function verdictOfRefusal(error: unknown): Verdict | undefined {
  if (!isVeltrixError(error)) return undefined;
  if (error.code === 'VELTRIX_OVERLOADED') return 'shed';
  return error.code === 'VELTRIX_MISDIRECTED' ? 'misdirected' : undefined;
}

/** What an answer says: a response as `fetch` gives it, or an error that carries a status. */
export function verdictOfAnswer(answer: unknown): Verdict {
  const about = asRecord(answer);
  const response = asRecord(about?.['response']);
  const status = about?.['status'] ?? about?.['statusCode'] ?? response?.['status'];
  if (status === misdirectedStatus) return 'misdirected';
  if (status !== unavailableStatus && status !== tooManyStatus) return 'answered';
  const tellsWhen = about?.['retryAfterMs'] !== undefined || hasRetryAfter(about) || hasRetryAfter(response);
  return tellsWhen ? 'shed' : 'answered';
}

function verdictOfConnection(error: unknown, depth = 0): Verdict | undefined {
  const about = asRecord(error);
  if (!about || depth > causesMax) return undefined;
  const { code, name, message } = about;
  const verdict = typeof code === 'string' ? verdictOfCode(code, about['syscall']) : undefined;
  if (verdict) return verdict;
  if (name === 'TimeoutError') return 'timed-out';
  const within = [about['cause'], ...(Array.isArray(about['errors']) ? about['errors'] : [])];
  for (const inner of within) {
    const found = verdictOfConnection(inner, depth + 1);
    if (found) return found;
  }
  return message === 'fetch failed' || message === 'socket hang up' ? 'broken' : undefined;
}

function verdictOfCode(code: string, syscall: unknown): Verdict | undefined {
  if (refusedCodes.has(code) || (code === 'ETIMEDOUT' && syscall === 'connect')) return 'refused';
  if (lateCodes.has(code)) return 'timed-out';
  return brokenCodes.has(code) ? 'broken' : undefined;
}

/** Headers as `fetch` has them, or as a plain object. */
function hasRetryAfter(about: Readonly<Record<string, unknown>> | undefined): boolean {
  const headers = asRecord(about?.['headers']);
  if (typeof headers?.['get'] === 'function')
    return (headers['get']('retry-after') ?? undefined) !== undefined;
  return headers?.['retry-after'] !== undefined;
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
