/** One port for every service: reads requests, routes them by signature scope, and answers control requests itself. */
import type { Activity } from '../kernel/activity.js';
import { AwsError, type HttpRequest, type Service, type ServiceName } from '../kernel/aws.js';
import { answerControl, type ControlRoutes, isControl } from './control.js';
import {
  type Incoming,
  type Outgoing,
  readRequest,
  type StreamableResponse,
  writeResponse,
} from './exchange.js';
import { listen } from './listen.js';
import { refuse, route, unknownService } from './route.js';
import { refusalOfStranger } from './strangers.js';

/** Longer than any answer but that of a long poll or a function takes. */
const graceMsByDefault = 1000;

export interface GatewayOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** By service name. Read at each request, so services may be added after the gateway listens. */
  readonly services: ReadonlyMap<string, Service>;
  readonly control: ControlRoutes;
  /** Lets a routed request pass. What it throws is answered when it is an AwsError; anything else cuts the connection. */
  readonly admit?: (service: ServiceName, request: HttpRequest) => Promise<void>;
  /** How long `close` lets requests finish. Default: a second. */
  readonly graceMs?: number;
  /** Counts AWS requests being answered. */
  readonly activity?: Activity;
  /** Told of every AWS request answered, for metrics. */
  readonly onAnswered?: (answered: Answered) => void;
}

export interface Answered {
  readonly service: string;
  /** As the request names it: `x-amz-target`'s operation, the form's Action, or the method. */
  readonly operation: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface Gateway {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Until this is called, requests wait: so the port is known before there is anything to answer with. */
  open(): void;
  /** Takes no new request and lets those under way finish for `graceMs`. Never hangs; may be called twice. */
  close(): Promise<void>;
}

/** Listens, and answers once opened. Throws when the port cannot be had, naming it. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const closing = new AbortController();
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const exchange = (incoming: Incoming, outgoing: Outgoing) => {
    const side = { outgoing, closing: closing.signal, opened };
    answer(options, incoming, side).catch(() => outgoing.destroy());
  };
  const listener = await listen({
    port: options.port,
    exchange,
    graceMs: options.graceMs ?? graceMsByDefault,
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closing.abort();
    closed ??= listener.close();
    return closed;
  };
  return { port: listener.port, endpoint: `http://127.0.0.1:${listener.port}`, open, close };
}

interface Side {
  readonly outgoing: Outgoing;
  readonly closing: AbortSignal;
  readonly opened: Promise<void>;
}

async function answer(options: GatewayOptions, incoming: Incoming, side: Side): Promise<void> {
  try {
    const request = await readRequest(incoming);
    await side.opened;
    // A control request may last as long as somebody listens: it does not count as under way.
    if (isControl(request.path)) return await respondControl(options, request, side);
    const responded = answerAws(options, request).then((response) => writeResponse(side.outgoing, response));
    await (options.activity?.track(responded) ?? responded);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    await writeResponse(side.outgoing, { status: error.status, headers: {}, body: error.message });
  }
}

async function respondControl(options: GatewayOptions, request: HttpRequest, side: Side): Promise<void> {
  const gone = new AbortController();
  side.outgoing.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, side.closing]);
  await writeResponse(side.outgoing, await answerControl(options.control, request, signal));
}

async function answerAws(options: GatewayOptions, request: HttpRequest): Promise<StreamableResponse> {
  const startedMs = performance.now();
  const refusal = refusalOfStranger(request, { readable: false });
  if (refusal !== undefined) return refuse(request, accessDenied(refusal));
  const routed = route(request);
  if ('error' in routed) return refuse(request, routed.error);
  const service = options.services.get(routed.service);
  if (!service) return refuse(request, unknownService(routed.service, [...options.services.keys()]));
  const response = await admitted(options, service, request);
  options.onAnswered?.({
    service: service.name,
    operation: operationOf(request),
    status: response.status,
    durationMs: performance.now() - startedMs,
  });
  return response;
}

async function admitted({ admit }: GatewayOptions, service: Service, request: HttpRequest) {
  try {
    await admit?.(service.name, request);
  } catch (error) {
    if (error instanceof AwsError) return refuse(request, error);
    throw error;
  }
  return service.handle(request);
}

const accessDenied = (message: string): AwsError =>
  new AwsError({ name: 'AccessDeniedException', status: 403, message });

function operationOf(request: HttpRequest): string {
  return request.headers['x-amz-target']?.split('.')[1] ?? request.method;
}
