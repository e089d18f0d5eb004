/** A router over `node:http`: JSON in, JSON out. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs?: number;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments that begin with `:` match anything: `/hunts/:id`. */
  readonly path: string;
  /** @param segments what the `:` segments were, in their order. */
  answer(segments: readonly string[], request: RouteRequest): Answer | Promise<Answer>;
}

export interface RouteRequest {
  readonly path: string;
  /** Of a POST: parsed JSON. */
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

export interface RouterOptions {
  readonly routes: readonly Route[];
  /** Asked for each request. */
  readonly bodyMaxBytes: () => number;
  /** Told of what no route expected; the caller is answered with 500. */
  readonly onFailure: (error: unknown) => void;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that cannot be answered as asked. */
class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function createRouter(options: RouterOptions): Handler {
  return (request, response) => {
    answer(options, request)
      .catch((error: unknown) => answerFailure(error, options.onFailure))
      .then((result) => send(response, result))
      .catch(options.onFailure);
  };
}

export interface Place {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
}

/** Resolves with the port. @throws what the system says when the place is taken or not this machine's. */
export async function listen(server: Server, place: Place): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

async function answer({ routes, bodyMaxBytes }: RouterOptions, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://node');
  const matches = routes.flatMap((route) => {
    const segments = matchPath(route.path, pathname);
    return segments ? [{ route, segments }] : [];
  });
  if (matches.length === 0) throw new BadRequest(404, `there is no ${pathname}`);
  const match = matches.find(({ route }) => route.method === request.method);
  if (!match) throw new BadRequest(405, `${request.method} is not for ${pathname}`);
  const body = request.method === 'POST' ? await readJson(request, bodyMaxBytes()) : undefined;
  return match.route.answer(match.segments, { path: pathname, body, headers: request.headers });
}

/** What the `:` segments of the pattern are in this path; undefined when it does not match. */
function matchPath(pattern: string, pathname: string): readonly string[] | undefined {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  const matches =
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(':') || part === given[index]);
  return matches ? given.filter((_, index) => wanted[index]?.startsWith(':')) : undefined;
}

async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BadRequest(413, `a body may have at most ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BadRequest(400, 'the body is not JSON');
  }
}

function answerFailure(error: unknown, onFailure: (error: unknown) => void): Answer {
  if (error instanceof BadRequest) return { status: error.status, body: { error: error.message } };
  if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
  onFailure(error);
  return { status: 500, body: { error: 'this should not have happened' } };
}

function send(response: ServerResponse, { status, body, retryAfterMs }: Answer): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  if (retryAfterMs !== undefined) response.setHeader('retry-after', Math.ceil(retryAfterMs / 1000));
  response.end(`${JSON.stringify(body)}\n`);
}
