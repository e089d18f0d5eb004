/** For Express, Connect, and all that pass a request on by `next()`. */

import { type Measurer, measureResponse, type ServerResponse } from './measure-response.js';

/**
 * Counts each request that passes it. Use it before everything that works on a request: what an earlier middleware answers
 * is not counted. Routes that hold a connection open (events, long polls) belong before it, or all of them count as slow.
 */
export function expressMiddleware(
  node: Measurer,
): (request: unknown, response: ServerResponse, next: () => void) => void {
  return (_request, response, next) => {
    measureResponse(node, response);
    next();
  };
}
