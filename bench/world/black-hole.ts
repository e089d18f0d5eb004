/** An endpoint that accepts connections and never answers: AWS on a bad day. */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Gives `work` the endpoint's URL, and closes it afterwards. */
export async function withBlackHole<Result>(work: (endpoint: string) => Promise<Result>): Promise<Result> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    if (address === null || typeof address === 'string') throw new Error('the black hole has no port');
    return await work(`http://127.0.0.1:${address.port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}
