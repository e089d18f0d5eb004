/** For Hono. */

import { type Measurer, measureResponse, type ServerResponse } from './measure-response.js';

/** As much of Hono's context as is needed. */
interface Context {
  /** What the adapter gives: `@hono/node-server` its bindings, others something else or nothing. */
  readonly env: unknown;
  readonly res: { readonly status: number };
}

/** Tells `measure` that a request failed; nobody else ever sees it. */
const failed = Symbol('failed');

/**
 * Counts each request that passes it. Under `@hono/node-server` a request ends when its connection has all of the answer, a
 * stream included; under other adapters, which do not say when that is, as soon as the answer is known.
 */
export function honoMiddleware(
  node: Measurer,
): (context: Context, next: () => Promise<void>) => Promise<void> {
  return async (context, next) => {
    const response = responseOf(context.env);
    if (response) {
      measureResponse(node, response);
      return next();
    }
    await node.measure(() => untilAnswered(context, next)).catch(rethrow);
  };
}

/** Hono catches what handlers throw and makes an answer of it: the status tells. */
async function untilAnswered(context: Context, next: () => Promise<void>): Promise<void> {
  await next();
  if (context.res.status >= 500) throw failed;
}

function rethrow(error: unknown): void {
  if (error !== failed) throw error;
}

function responseOf(bindings: unknown): ServerResponse | undefined {
  const outgoing = (bindings as { readonly outgoing?: Partial<ServerResponse> } | undefined)?.outgoing;
  return typeof outgoing?.once === 'function' ? (outgoing as ServerResponse) : undefined;
}
