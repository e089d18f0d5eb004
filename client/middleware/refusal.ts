/** What a node's refusals are called in HTTP. */

import { isVeltrixError, type Overloaded } from '../../core/errors.js';

export interface Refusal {
  readonly status: 421 | 503;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The answer to a request whose work the node did not begin: 503 with Retry-After for `Overloaded`, 421 for `Misdirected`
 * (RFC 9110). `router.send` understands both. Undefined for any other error.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!isVeltrixError(error)) return undefined;
  if (error.code === 'VELTRIX_MISDIRECTED') return { status: 421, headers: {} };
  if (error.code !== 'VELTRIX_OVERLOADED') return undefined;
  const { retryAfterMs } = error as Overloaded;
  return { status: 503, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } };
}
