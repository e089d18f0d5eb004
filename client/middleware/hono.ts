/** For Hono. */

import {
  aboutOf,
  type Measurer,
  type MiddlewareOptions,
  measureResponse,
  type ServerResponse,
  serveResponse,
} from './measure-response.js';
import { refusalOf } from './refusal.js';

/** As much of Hono's context as is needed. */
interface Context {
  /** What the adapter gives: `@hono/node-server` its bindings, others something else or nothing. */
  readonly env: unknown;
  readonly res: { readonly status: number };
}

/** Tells `measure` that a request failed; nobody else ever sees it. */
const failed = Symbol('failed');

/**
 * Counts each request that passes it, or lets it in when its turn comes (`serve`). Under `@hono/node-server` a request ends when its
 * connection has all of the answer, a stream included; under other adapters, which do not say when that is, as soon as the answer
 * is known.
 */
export function honoMiddleware<Request extends Context>(
  node: Measurer,
  options: MiddlewareOptions<Request> = {},
): (context: Request, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const about = aboutOf(options, context);
    const response = responseOf(context.env);
    const work = () => untilAnswered(context, next);
    try {
      if (!options.serve && response) measureResponse(node, response, about);
      else if (!options.serve) return void (await node.measure(work, about).catch(rethrow));
      else if (!response) return void (await node.serve(work, about).catch(rethrow));
      else
        await new Promise<void>((begin, refused) =>
          serveResponse(node, response, { ...about, begin, refused }),
        );
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      return new Response(null, refusal);
    }
    await next();
    return undefined;
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
