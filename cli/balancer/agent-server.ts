/**
 * HAProxy's agent protocol (configuration manual, 5.2, `agent-check`, `agent-send`): HAProxy connects, sends a line that names
 * the node, reads a line, and is gone. One server answers for all nodes of a cluster, and for any number of HAProxies.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { type Answers, lineOf } from '../../core/balancer/answers.js';
import { UsageError } from '../../core/errors.js';

/** HAProxy asks of each server every two seconds and hangs up; so many at once are no checks. */
const connectionsMax = 512;
/** A node's name takes 256 characters at most. */
const requestMaxBytes = 1_100;
/** HAProxy gives an agent its `agent-inter`, two seconds. */
export const requestTimeoutMs = 1_500;

export interface AgentOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Asked at each question. */
  readonly answers: () => Answers;
}

export interface AgentServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Resolves when it listens. @throws UsageError when it cannot. */
export async function startAgentServer({ host, port, answers }: AgentOptions): Promise<AgentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, answers);
  });
  server.maxConnections = connectionsMax;
  await listening(server, { host, port });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listening(server: Server, where: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new UsageError(`Cannot listen on ${where.host}:${where.port}: ${cause.message}`, {
          hint: 'Name another --port or --host; 0 takes any free port.',
          cause,
        }),
      ),
    );
    server.listen(where, resolve);
  });
}

/** One line in, one line out. Whoever says nothing is told what to say; whoever stays is hung up on. */
function converse(socket: Socket, answers: () => Answers): void {
  let request = Buffer.alloc(0);
  const say = (line: string) => {
    socket.removeAllListeners('data');
    socket.resume();
    socket.end(line);
  };
  const silence = setTimeout(() => {
    if (socket.writableEnded) socket.destroy();
    else say(namelessLine);
    silence.refresh();
  }, requestTimeoutMs);
  socket.on('close', () => clearTimeout(silence));
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    request = Buffer.concat([request, bytes]);
    const end = request.findIndex((byte) => byte === 0x0a || byte === 0x0d);
    if (end >= 0) say(answerTo(request.toString('utf8', 0, end).trim(), answers()));
    else if (request.length > requestMaxBytes) say(namelessLine);
  });
}

/** Both are `up`: a balancer that is set up wrongly keeps its own mind, and a person reads why. */
const namelessLine = 'up #send the name of a node and a line feed: agent-send "node-1\\n"\n';
const unknownLine = 'up #no node of that name reports here\n';

function answerTo(node: string, answers: Answers): string {
  if (node === '') return namelessLine;
  const answer = answers.get(node);
  return answer ? lineOf(answer) : unknownLine;
}
