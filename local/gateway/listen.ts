/**
 * HTTP/1.1 and HTTP/2 without TLS on one port. Some AWS clients (Kinesis) open HTTP/2 with prior knowledge even to a
 * plain `http://` endpoint, others speak HTTP/1.1: the first bytes of a connection tell which
 * (https://www.rfc-editor.org/rfc/rfc9113#section-3.4).
 */
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';

/** What an HTTP/2 client with prior knowledge sends first: RFC 9113, section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Only this machine may connect: what runs here asks nobody for a signature. */
const loopback = '127.0.0.1';

type Exchange = (
  request: http.IncomingMessage | http2.Http2ServerRequest,
  response: http.ServerResponse | http2.Http2ServerResponse,
) => void;

export interface ListenOptions {
  /** 0 = any free port. */
  readonly port: number;
  readonly exchange: Exchange;
  /** How long `close` lets exchanges under way finish, before it cuts them. */
  readonly graceMs: number;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connection, lets exchanges under way finish for `graceMs`, then cuts what is left. Never hangs. */
  close(): Promise<void>;
}

/**
 * Listens on the loopback address. Throws an error that names the port and the way out when the port is in use, or when
 * this user may not listen on it.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const connections = new Connections();
  const http1 = http.createServer((request, response) => {
    connections.count(request.socket, response);
    options.exchange(request, response);
  });
  const http2Server = http2.createServer(options.exchange);
  http2Server.on('session', (session) => connections.addSession(session));
  const server = net.createServer((socket) => {
    connections.add(socket);
    sniff(socket, (isHttp2) => {
      if (isHttp2) connections.markHttp2(socket);
      (isHttp2 ? http2Server : http1).emit('connection', socket);
    });
  });
  const port = await bind(server, options.port);
  return { port, close: () => closeAll({ server, http1, connections, graceMs: options.graceMs }) };
}

/** Looks at the first bytes, puts them back and says which protocol they open. */
function sniff(socket: net.Socket, decide: (isHttp2: boolean) => void): void {
  let head = Buffer.alloc(0);
  // A client that vanishes is no event of ours; without a listener Node would end the process.
  socket.on('error', () => socket.destroy());
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const length = Math.min(head.length, preface.length);
    const isHttp2 = head.subarray(0, length).equals(preface.subarray(0, length));
    if (isHttp2 && length < preface.length) return;
    socket.removeListener('data', onData);
    socket.pause();
    socket.unshift(head);
    decide(isHttp2);
    if (!isHttp2) socket.resume();
  };
  socket.on('data', onData);
}

function bind(server: net.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, port)));
    server.listen(port, loopback, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function bindError(error: NodeJS.ErrnoException, port: number): Error {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${loopback} is in use, perhaps by another local AWS`
      : `Cannot listen on ${loopback}:${port} (${error.code ?? error.message})`;
  return new Error(
    `${reason}. Choose another port with --port N (or the option \`port\`); 0 takes a free one.`,
    {
      cause: error,
    },
  );
}

/** The open connections and what is under way on each, so that closing waits for work and not for idle clients. */
class Connections {
  /** Exchanges under way on each connection that does not speak HTTP/2. */
  private readonly busy = new Map<net.Socket, number>();
  /** Connections that speak HTTP/2: their sessions know when they are done. */
  private readonly http2Sockets = new Set<net.Socket>();
  private readonly sessions = new Set<http2.Http2Session>();
  private closing = false;

  add(socket: net.Socket): void {
    this.busy.set(socket, 0);
    socket.once('close', () => {
      this.busy.delete(socket);
      this.http2Sockets.delete(socket);
    });
  }

  markHttp2(socket: net.Socket): void {
    this.busy.delete(socket);
    this.http2Sockets.add(socket);
  }

  addSession(session: http2.Http2Session): void {
    this.sessions.add(session);
    session.on('error', () => session.destroy());
    session.once('close', () => this.sessions.delete(session));
  }

  count(socket: net.Socket, response: http.ServerResponse): void {
    if (this.closing) response.setHeader('connection', 'close');
    this.busy.set(socket, (this.busy.get(socket) ?? 0) + 1);
    response.once('close', () => this.release(socket));
  }

  /** Ends what is idle; what is busy ends when its exchange does. */
  closeIdle(): void {
    this.closing = true;
    for (const session of this.sessions) session.close();
    for (const [socket, count] of this.busy) if (count === 0) socket.destroy();
  }

  cut(): void {
    for (const session of this.sessions) session.destroy();
    for (const socket of [...this.busy.keys(), ...this.http2Sockets]) socket.destroy();
  }

  private release(socket: net.Socket): void {
    const left = (this.busy.get(socket) ?? 1) - 1;
    if (this.busy.has(socket)) this.busy.set(socket, left);
    if (this.closing && left === 0) socket.end();
  }
}

interface Closing {
  readonly server: net.Server;
  readonly http1: http.Server;
  readonly connections: Connections;
  readonly graceMs: number;
}

async function closeAll({ server, http1, connections, graceMs }: Closing): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  connections.closeIdle();
  const cutting = setTimeout(() => connections.cut(), graceMs);
  await closed;
  clearTimeout(cutting);
  // It never listened, but it looks for stale connections on an interval that only `close` ends.
  http1.close();
}
