/**
 * One response is one request of the node: from the middleware on until the connection has what it gets of it, so a stream
 * counts when it ends. It is an error when its status is 500 or above, or when the service broke it off with an error of its
 * own (a stream that failed half-way); an answer of 4xx is the caller's affair.
 *
 * A caller who goes away before the end is no error either (nginx logs 499 and leaves 5xx alone; Envoy counts a reset by the
 * downstream apart): the request counts, as slow if it had taken too long by then.
 */

import type { Node } from '../node.js';
import type { MeasureOptions } from '../routing/router.js';

/** As much of a node as is needed: also of one for tests. */
export type Measurer = Pick<Node, 'measure' | 'serve'>;

export interface MiddlewareOptions<Request> {
  /** Whose request it is: counted for the key's partition, by which partitions are assigned. Undefined: nobody's. */
  readonly key?: (request: Request) => string | undefined;
  /**
   * Lets a request begin when its turn comes, as `node.serve` does, instead of only measuring it: at most `capacity` at once. What
   * is shed is answered with 503 and Retry-After, and counts neither as a request nor as an error. Default false.
   */
  readonly serve?: boolean;
}

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
export function measureResponse(node: Measurer, response: ServerResponse, about: MeasureOptions = {}): void {
  if (isNew(node, response)) node.measure(() => ended(response), about).catch(ignore);
}

/**
 * The same for a response whose work begins when its turn comes: calls `begin` then, or `refused` when it never will. Neither,
 * when the caller has gone before: nobody waits for an answer.
 */
export function serveResponse(
  node: Measurer,
  response: ServerResponse,
  turn: MeasureOptions & { readonly begin: () => void; readonly refused: (error: unknown) => void },
): void {
  const { begin, refused, ...about } = turn;
  if (!isNew(node, response)) {
    begin();
    return;
  }
  const work = () => {
    if (response.destroyed === true) return undefined;
    begin();
    return ended(response);
  };
  node.serve(work, about).catch((error: unknown) => error !== failed && refused(error));
}

/** What `key` says, in the form that the node takes. */
export function aboutOf<Request>({ key }: MiddlewareOptions<Request>, request: Request): MeasureOptions {
  const found = key?.(request);
  return found === undefined ? {} : { key: found };
}

function isNew(node: Measurer, response: ServerResponse): boolean {
  const known = measured.get(node) ?? new WeakSet();
  measured.set(node, known);
  if (known.has(response)) return false;
  known.add(response);
  return true;
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
