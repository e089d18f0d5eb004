/**
 * A small balancer for machines without HAProxy: smooth weighted round robin (as nginx and HAProxy spread weights), a connection that
 * fails is tried on the next server, three times at most.
 */

import { Agent, type IncomingMessage, request } from 'node:http';
import * as z from 'zod';
import { type Answer, serve } from '../parts/serve.js';

const serversSchema = z.array(z.object({ port: z.int(), weight: z.number().positive() }));
const servers = serversSchema
  .parse(JSON.parse(process.env['SERVERS'] ?? ''))
  .map((server) => ({ ...server, credit: 0 }));
const totalWeight = servers.reduce((sum, { weight }) => sum + weight, 0);
const attemptsMax = 4;
const agent = new Agent({ keepAlive: true });

await serve((url, answer) => forward(url.pathname + url.search, answer, attemptsMax));

/** Each server earns its weight at every turn; who has most is next, and pays for all. */
function next(): number {
  for (const server of servers) server.credit += server.weight;
  const [first] = servers.toSorted((a, b) => b.credit - a.credit);
  if (!first) throw new RangeError('a balancer has servers');
  first.credit -= totalWeight;
  return first.port;
}

function forward(path: string, answer: Answer, attempts: number): void {
  const asking = request({ agent, port: next(), host: '127.0.0.1', path }, (from) => void pass(from, answer));
  asking.on('error', () => (attempts > 1 ? forward(path, answer, attempts - 1) : answer(503, 'refused')));
  asking.end();
}

async function pass(from: IncomingMessage, answer: Answer): Promise<void> {
  let body = '';
  for await (const bytes of from) body += String(bytes);
  answer(from.statusCode === 200 ? 200 : 503, body);
}
