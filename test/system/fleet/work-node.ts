/**
 * A service of a few lines, as a process: it does exclusive work for keys, one piece at a time, and says on standard output when each
 * piece begins and ends, by a clock that all processes of this machine share.
 */

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, Misdirected, Overloaded } from '../../../client/index.js';
import { treasureHunt } from '../../../config/treasure-hunt/application.js';

const [, , name = '', directory = '', workMs = '40'] = process.argv;
let slowness = 1;

const say = (line: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(line)}\n`);
/** CLOCK_MONOTONIC of the machine, in milliseconds. */
const atMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/slow') {
    slowness = Number(url.searchParams.get('by'));
    response.end();
    return;
  }
  const key = url.searchParams.get('key') ?? '';
  doWork(key).then(
    (epoch) => response.end(String(epoch)),
    (error: unknown) => response.writeHead(statusOf(error), { 'retry-after': '1' }).end(String(error)),
  );
});

const port = await new Promise<number>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address ? address.port : 0);
  });
});

const node = await connect(treasureHunt, {
  environment: 'staging',
  node: name,
  endpoint: `http://127.0.0.1:${port}`,
  capacity: 1,
  directory,
  report: { intervalSeconds: 2 },
});
say({ event: 'ready' });

process.once('SIGTERM', async () => {
  await node.drain();
  await node.close();
  process.exit(0);
});

function doWork(key: string): Promise<number | undefined> {
  return node.serve(
    async ({ epoch, signal }) => {
      say({ event: 'begin', key, epoch, atMs: atMs() });
      // Broken off when the partition has gone: then it ends early.
      await sleep(Number(workMs) * slowness, undefined, { signal }).catch(() => undefined);
      say({ event: 'end', key, epoch, atMs: atMs() });
      return epoch;
    },
    { key, exclusive: true },
  );
}

function statusOf(error: unknown): number {
  if (error instanceof Misdirected) return 421;
  return error instanceof Overloaded ? 503 : 500;
}
