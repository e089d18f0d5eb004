/** What the port answers besides AWS: `/_local/…` to control this local AWS and `/metrics`. */
import type * as z from 'zod';
import { AwsError, type HttpRequest } from '../kernel/aws.js';
import { describe, validationError } from '../kernel/operations.js';
import type { StreamableResponse } from './exchange.js';
import { refusalOfStranger } from './strangers.js';

/** Answers one control request; `signal` aborts when the client goes away or the gateway closes. */
type ControlHandler = (
  request: HttpRequest,
  signal: AbortSignal,
) => StreamableResponse | Promise<StreamableResponse>;

/** Method and path → handler: `{ 'POST /_local/deploy': … }`. */
export type ControlRoutes = Readonly<Record<string, ControlHandler>>;

export function isControl(path: string): boolean {
  return path === '/metrics' || path === '/_local' || path.startsWith('/_local/');
}

/** Answers a control request; never throws: what the handler throws is answered with its message. */
export async function answerControl(
  routes: ControlRoutes,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<StreamableResponse> {
  const refusal = refusalOfStranger(request, { readable: true });
  if (refusal) return json(403, { error: refusal });
  const handler = routes[`${request.method} ${request.path}`];
  if (!handler) return json(404, { error: unknownControl(routes, request) });
  try {
    return await handler(request, signal);
  } catch (error) {
    const status = error instanceof AwsError ? error.status : 500;
    return json(status, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** A whole JSON answer. */
export function json(status: number, body: unknown): StreamableResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
}

/** The JSON of a control request. Throws ValidationException (400) when it is none. */
export function bodyOf(request: HttpRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw validationError('The body is not JSON');
  }
}

/** What a control request asks for. Throws ValidationException (400) naming what does not fit. */
export function parseAsked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw validationError(describe(parsed.error));
  return parsed.data;
}

/** A streamed answer, one JSON document a line. */
export function ndjson(lines: AsyncIterable<unknown>): StreamableResponse {
  return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body: toLines(lines) };
}

async function* toLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

function unknownControl(routes: ControlRoutes, request: HttpRequest): string {
  return `Nothing answers ${request.method} ${request.path}; there is ${Object.keys(routes).join(', ')}`;
}
