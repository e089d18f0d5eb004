/** The door of every server in these stories: plain HTTP on a free port, and `/usage`, which says what the process has used. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Connections that wait to be accepted: a burst of them is not refused. */
const backlog = 4_096;

/** Answers one request. Anything but 200 has a word for a body that says why. */
export type Answer = (status: 200 | 404 | 409 | 421 | 503 | 504, body: string) => void;
export type Handle = (url: URL, answer: Answer) => void;

export interface Door {
  readonly port: number;
  /** Refuses and breaks all connections for so long, as if the process had died and were started again. */
  vanish(forMs: number): void;
}

/** Listens, and ends with whoever started the process. */
export async function openDoor(handle: Handle): Promise<Door> {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://bench');
    const answer = answerOn(response);
    if (url.pathname === '/usage') void usage().then((text) => answer(200, text));
    else handle(url, answer);
  });
  process.stdin.on('end', () => process.exit()).resume();
  const port = await listen(server, 0);
  return {
    port,
    vanish: (forMs) => {
      server.close();
      // After the answer to who asked for it has left.
      setImmediate(() => server.closeAllConnections());
      setTimeout(() => listen(server, port), forMs);
    },
  };
}

const listen = (server: Server, at: number): Promise<number> =>
  new Promise((resolve) => {
    server.listen(at, '127.0.0.1', backlog, () => resolve((server.address() as AddressInfo).port));
  });

/** Opens the door and says that it is open. */
export async function serve(handle: Handle): Promise<void> {
  announce((await openDoor(handle)).port);
}

/** Says where it listens: it is ready. */
export function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}

const answerOn =
  (response: ServerResponse): Answer =>
  (status, body) => {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
  };

/** Memory is what is left when garbage was collected, where the process may ask for that (`--expose-gc`). */
async function usage(): Promise<string> {
  for (let times = 0; globalThis.gc && times < 3; times += 1) {
    globalThis.gc();
    await delay(10);
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return JSON.stringify({ cpuMs: (user + system) / 1_000, residentMb: rss / 1e6, heapMb: heapUsed / 1e6 });
}
