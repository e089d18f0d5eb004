/** Reads a whole request and writes a whole or streamed response, for HTTP/1.1 and HTTP/2 alike. */
import type * as http from 'node:http';
import type * as http2 from 'node:http2';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError, type HttpRequest } from '../kernel/aws.js';

/** The largest request AWS takes from these services is a function's zipped code: 50 MB, in base64. */
const maxRequestBytes = 70 * 1024 * 1024;

export type Incoming = http.IncomingMessage | http2.Http2ServerRequest;
export type Outgoing = http.ServerResponse | http2.Http2ServerResponse;

/** A response whose body may come piece by piece. */
export interface StreamableResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<string>;
}

/** The request with its whole body. Throws RequestEntityTooLargeException (413) past `maxRequestBytes`. */
export async function readRequest(incoming: Incoming): Promise<HttpRequest> {
  const url = incoming.url ?? '/';
  const queryAt = url.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: queryAt < 0 ? url : url.slice(0, queryAt),
    query: new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt + 1)),
    headers: plainHeaders(incoming.headers),
    body: await readBody(incoming),
  };
}

/** Writes the response; a streamed body stops when the client goes away. */
export async function writeResponse(outgoing: Outgoing, response: StreamableResponse): Promise<void> {
  const { status, headers, body } = response;
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return writeStream(outgoing, response, body);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  outgoing.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength) });
  outgoing.end(bytes);
}

async function writeStream(
  outgoing: Outgoing,
  response: StreamableResponse,
  pieces: AsyncIterable<string>,
): Promise<void> {
  outgoing.writeHead(response.status, { ...response.headers });
  // `pipeline` ends the pieces when the client goes away, and then rejects: nobody is left to be told.
  await pipeline(Readable.from(pieces), outgoing as Writable).catch(() => outgoing.destroy());
}

/** Pseudo headers of HTTP/2 are left out, but `:authority` is `host`. */
function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const authority = headers[':authority'];
  if (typeof authority === 'string') plain['host'] ??= authority;
  return plain;
}

async function readBody(incoming: Incoming): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    lengthBytes += chunk.length;
    if (lengthBytes > maxRequestBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(): AwsError {
  return new AwsError({
    name: 'RequestEntityTooLargeException',
    status: 413,
    message: `The request is larger than ${maxRequestBytes} bytes`,
  });
}
