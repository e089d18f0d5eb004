/** For Express, Connect, and all that pass a request on by `next()`. */

import {
  aboutOf,
  type Measurer,
  type MiddlewareOptions,
  measureResponse,
  type ServerResponse,
  serveResponse,
} from './measure-response.js';
import { refusalOf } from './refusal.js';

/** As much of a response as is needed to answer it. */
interface Response extends ServerResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): { end(): unknown };
}

/**
 * Counts each request that passes it, or lets it in when its turn comes (`serve`). Use it before everything that works on a
 * request: what an earlier middleware answers is not counted. Routes that hold a connection open (events, long polls) belong before
 * it, or all of them count as slow.
 */
export function expressMiddleware<Request>(
  node: Measurer,
  options: MiddlewareOptions<Request> = {},
): (request: Request, response: Response, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const about = aboutOf(options, request);
    if (options.serve) {
      const refused = (error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal) response.writeHead(refusal.status, refusal.headers).end();
        else next(error);
      };
      serveResponse(node, response, { ...about, begin: () => next(), refused });
      return;
    }
    measureResponse(node, response, about);
    next();
  };
}
