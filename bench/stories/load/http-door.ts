/**
 * A door of a server, as a generator sees it: HTTP/1.1 over connections that are kept, one request at a time on each, and a new
 * connection whenever all are busy. It knows what the servers of this bench send (a status line, Content-Length, a short body) and
 * no more: a full client would cost more than the servers it measures.
 */

import { connect, type Socket } from 'node:net';

/** `answered`; the server's own word for why not; or what became of the connection. */
export type Told = (how: string) => void;

/** Ends a request that nobody waits for any more; its connection with it. */
export type GiveUp = () => void;

/** A server that accepts no more than this is taken for one that refuses. */
const connectionsMax = 4_000;

export class HttpDoor {
  readonly #port: number;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request; `told` is called once, unless it is given up. */
  send(path: string, told: Told): GiveUp {
    const connection = this.#idle.pop() ?? this.#connect();
    if (!connection) {
      told('refused');
      return () => undefined;
    }
    connection.ask(path, told);
    return () => connection.drop();
  }

  close(): void {
    for (const connection of this.#open) connection.drop();
  }

  #connect(): Connection | undefined {
    if (this.#open.size >= connectionsMax) return undefined;
    const connection = new Connection(this.#port, {
      free: () => this.#idle.push(connection),
      closed: () => this.#forget(connection),
    });
    this.#open.add(connection);
    return connection;
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}

interface Listener {
  readonly free: () => void;
  readonly closed: () => void;
}

class Connection {
  readonly #socket: Socket;
  readonly #listener: Listener;
  #text = '';
  #told: Told | undefined;
  #isConnected = false;

  constructor(port: number, listener: Listener) {
    this.#listener = listener;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => {
      this.#isConnected = true;
    });
    this.#socket.on('data', (text) => this.#take(String(text)));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#closed());
  }

  ask(path: string, told: Told): void {
    this.#told = told;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  }

  drop(): void {
    this.#told = undefined;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    const answer = readAnswer(this.#text);
    if (!answer) return;
    this.#text = '';
    const told = this.#told;
    this.#told = undefined;
    if (answer.isLast) this.#socket.destroy();
    else this.#listener.free();
    told?.(answer.how);
  }

  #closed(): void {
    const told = this.#told;
    this.#told = undefined;
    this.#listener.closed();
    told?.(this.#isConnected ? 'broken' : 'refused');
  }
}

/** Undefined until all of it is there. */
export function readAnswer(text: string): { readonly how: string; readonly isLast: boolean } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (text.length < headEnd + 4 + bodyBytes) return undefined;
  const status = head.slice(9, 12);
  const body = text.slice(headEnd + 4, headEnd + 4 + bodyBytes);
  // A balancer answers for a server in markup of its own.
  const reason = /^[a-z][a-z -]{0,40}$/.test(body) ? body : `status ${status}`;
  return { how: status === '200' ? 'answered' : reason, isLast: /\r\nconnection: *close/i.test(head) };
}
