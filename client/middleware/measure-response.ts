/**
 * One response is one request of the node: from the middleware on until the connection has what it gets of it, so a stream
 * counts when it ends. It is an error when its status is 500 or above, or when the service broke it off with an error of its
 * own (a stream that failed half-way); an answer of 4xx is the caller's affair.
 *
 * A caller who goes away before the end is no error either (nginx logs 499 and leaves 5xx alone; Envoy counts a reset by the
 * downstream apart): the request counts, as slow if it had taken too long by then.
 */

import type { Node } from '../node.js';

/** As much of a node as is needed: also of one for tests. */
export type Measurer = Pick<Node, 'measure'>;

/** As much of Node's own response as is needed, of HTTP/1.1 and HTTP/2. */
export interface ServerResponse {
  readonly statusCode: number;
  /** True from the moment when nothing more will come of it. */
  readonly destroyed?: boolean;
  /** What the service broke it off with. */
  readonly errored?: unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** Tells `measure` that a request failed; nobody else ever sees it. */
const failed = Symbol('failed');
const measured = new WeakMap<Measurer, WeakSet<ServerResponse>>();
const broken = new WeakSet<ServerResponse>();

/** Counts a response once it is over: once, whatever number of middlewares is passed. */
export function measureResponse(node: Measurer, response: ServerResponse): void {
  const known = measured.get(node) ?? new WeakSet();
  measured.set(node, known);
  if (known.has(response)) return;
  known.add(response);
  node.measure(() => ended(response)).catch(ignore);
}

/** The service could not go on with a response, in a way that it does not show itself. */
export const noteBroken = (response: ServerResponse): void => void broken.add(response);

/** Rejects when the response is an error. */
function ended(response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => (isError(response) ? reject(failed) : resolve());
    // The caller may be gone before its request gets here: there is no end to wait for any more.
    if (response.destroyed === true) end();
    else response.once('close', end);
  });
}

/** `errored` is null where nothing broke it off. */
function isError(response: ServerResponse): boolean {
  const { statusCode, errored } = response;
  return statusCode >= 500 || (errored !== undefined && errored !== null) || broken.has(response);
}

const ignore = (): void => undefined;
