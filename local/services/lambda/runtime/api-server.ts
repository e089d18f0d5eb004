/**
 * The Lambda Runtime API for every process of this local AWS, on one loopback port. A process is told apart by the first
 * segment of the path, which is part of its AWS_LAMBDA_RUNTIME_API.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface NextEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Posted {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One process, as the server sees it. */
export interface RuntimeClient {
  /** The process asks for an event: call `give` when there is one. */
  onNext(give: (event: NextEvent) => void): void;
  onAnswer(kind: 'error' | 'response', requestId: string, posted: Posted): void;
  onInitError(posted: Posted): void;
}

export interface RuntimeApi {
  /** Adds a process; resolves to its AWS_LAMBDA_RUNTIME_API (`127.0.0.1:PORT/ID`). */
  register(id: string, client: RuntimeClient): Promise<string>;
  unregister(id: string): void;
  close(): Promise<void>;
}

export function createRuntimeApi(): RuntimeApi {
  const clients = new Map<string, RuntimeClient>();
  const server = createServer((request, response) => {
    serve(clients, request, response).catch(() => answer(response, 500, 'InternalServiceError'));
  });
  // A process waits for its next event, and works on one, for as long as it takes.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.unref();
  let listening: Promise<number> | undefined;
  return {
    async register(id, client) {
      clients.set(id, client);
      listening ??= new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      });
      return `127.0.0.1:${await listening}/${id}`;
    },
    unregister: (id) => void clients.delete(id),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pathPattern =
  /^\/(?<id>[^/]+)\/2018-06-01\/runtime\/(?:(?<next>invocation\/next)|(?<init>init\/error)|invocation\/(?<requestId>[^/]+)\/(?<kind>response|error))$/;

async function serve(
  clients: ReadonlyMap<string, RuntimeClient>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const groups = pathPattern.exec(request.url ?? '')?.groups;
  const client = clients.get(groups?.['id'] ?? '');
  if (!groups || !client) return answer(response, 404, 'InvalidRequest');
  if (groups['next']) {
    request.resume();
    return client.onNext((event) => response.writeHead(200, event.headers).end(event.body));
  }
  const posted: Posted = { headers: request.headers, body: await readAll(request) };
  answer(response, 202, 'OK');
  if (groups['init']) client.onInitError(posted);
  else client.onAnswer(groups['kind'] === 'error' ? 'error' : 'response', groups['requestId'] ?? '', posted);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: text }));
}
