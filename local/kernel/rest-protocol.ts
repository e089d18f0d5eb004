/**
 * The REST-JSON protocol: an operation is a method and a path template; its members come from path, query and body.
 * Errors are named in `x-amzn-errortype`, with a JSON body.
 * Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html.
 */
import { randomUUID } from 'node:crypto';
import { AwsError, type HttpRequest, type HttpResponse, type Json, type Service } from './aws.js';
import { parseBody, toAwsError } from './json-protocol.js';
import { fromWire, type TimestampFormat, toWire, type WireMembers } from './wire.js';

/** A request that fits a route; `params` are the members named by the path template, percent-decoded. */
export interface RestRequest extends HttpRequest {
  readonly params: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /**
   * Path template whose members are in braces: `/applications/{ApplicationId}/environments`. A member takes one segment;
   * `{Name+}` takes the rest of the path, slashes included.
   */
  readonly path: string;
  readonly operation: string;
  /** Query parameter → member: `{ max_results: 'MaxResults' }`. Values arrive as strings: let the schema coerce. */
  readonly query?: Readonly<Record<string, string>>;
  /** Makes the operation's input. Default: the JSON body, then query members, then path members. */
  readonly parse?: (request: RestRequest) => Json;
  /** Makes the response. Default: `status` and the output as JSON (no body for 204). */
  readonly format?: (output: Json, request: RestRequest) => HttpResponse;
  /** Status of the default response. Default: 200. */
  readonly status?: number;
}

export interface RestBinding extends WireMembers {
  readonly routes: readonly Route[];
  /** Default: `epoch-seconds`, as the protocol says. AppConfig writes `date-time`. */
  readonly timestampFormat?: TimestampFormat;
  /** Name of the error's message member. Default: `Message`, which SDKs read as well as `message`. */
  readonly messageMember?: 'Message' | 'message';
}

/**
 * Binds `call` to the protocol: the returned function is a service's `handle`. It never throws. A path that no route knows
 * is UnknownOperationException (404); a known path with another method is MethodNotAllowedException (405).
 * Routes are tried in order, so a literal path stands before a template that would swallow it.
 */
export function handleRest(binding: RestBinding, call: Service['call']): Service['handle'] {
  const routes = binding.routes.map((route) => ({ route, pattern: compile(route.path) }));
  return async (request) => {
    try {
      const { route, params } = findRoute(routes, request);
      const full = { ...request, params };
      const input = route.parse ? route.parse(full) : defaultInput(route, full, binding);
      return formatOutput({ route, binding, request: full, output: await call(route.operation, input) });
    } catch (error) {
      return restError(toAwsError(error), binding.messageMember);
    }
  };
}

/** The answer to a request that failed, in this protocol. */
export function restError(error: AwsError, messageMember: 'Message' | 'message' = 'Message'): HttpResponse {
  const body = toWire({ [messageMember]: error.message, ...error.members }, 'epoch-seconds');
  return restResponse(error.status, body, { 'x-amzn-errortype': error.name });
}

/** A JSON response with the protocol's headers; `format` functions use it when only headers or status differ. */
export function restResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const common = { 'x-amzn-requestid': randomUUID(), ...headers };
  if (body === undefined) return { status, headers: common, body: '' };
  return { status, headers: { 'content-type': 'application/json', ...common }, body: JSON.stringify(body) };
}

interface CompiledRoute {
  readonly route: Route;
  readonly pattern: RegExp;
}

function compile(template: string): RegExp {
  const source = template
    .split('/')
    .map((segment) => segment.replace(/[.*?^$()|[\]\\]/g, '\\$&'))
    .join('/')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}/?$`);
}

function findRoute(routes: readonly CompiledRoute[], request: HttpRequest) {
  const fitting = routes.flatMap(({ route, pattern }) => {
    const match = pattern.exec(request.path);
    return match ? [{ route, params: decodeParams(match.groups ?? {}) }] : [];
  });
  const found = fitting.find(({ route }) => route.method === request.method);
  if (found) return found;
  throw fitting.length > 0
    ? routeError('MethodNotAllowedException', 405, request)
    : routeError('UnknownOperationException', 404, request);
}

function routeError(name: string, status: number, request: HttpRequest): AwsError {
  return new AwsError({ name, status, message: `No operation answers ${request.method} ${request.path}` });
}

function decodeParams(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeParam(text)]));
}

function decodeParam(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError({
      name: 'SerializationException',
      status: 400,
      message: `The path segment '${text}' is not percent-encoded text`,
    });
  }
}

function defaultInput(route: Route, request: RestRequest, binding: RestBinding): Json {
  const query = Object.entries(route.query ?? {}).flatMap(([name, member]) => {
    const value = request.query.get(name);
    return value === null ? [] : [[member, value] as const];
  });
  const body = fromWire(parseBody(request.body), binding) as Json;
  return { ...body, ...Object.fromEntries(query), ...request.params };
}

interface Answer {
  readonly route: Route;
  readonly binding: RestBinding;
  readonly request: RestRequest;
  readonly output: Json;
}

function formatOutput({ route, binding, request, output }: Answer): HttpResponse {
  if (route.format) return route.format(output, request);
  const status = route.status ?? 200;
  const body = status === 204 ? undefined : toWire(output, binding.timestampFormat ?? 'epoch-seconds');
  return restResponse(status, body);
}
