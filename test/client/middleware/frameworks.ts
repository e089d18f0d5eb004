/** The same small service under each framework, on a real socket, with the middleware in front. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify, { type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import type { Measurer } from '../../../client/middleware.js';
import { expressMiddleware, fastifyPlugin, honoMiddleware } from '../../../client/middleware.js';

export interface Service {
  readonly url: string;
  /** The stream of the request to `/stream` that runs. */
  readonly stream: () => PassThrough;
  close(): Promise<void>;
}

export interface Passing {
  /** How often the middleware is passed. */
  readonly times: number;
  readonly serve?: boolean;
}

export type Start = (node: Measurer, passing: Passing) => Promise<Service>;

const boom = () => {
  throw new Error('boom');
};

/** The streams that a test writes to. */
function createStreams() {
  let newest = new PassThrough();
  const open = () => {
    newest = new PassThrough();
    newest.write('begun');
    return newest;
  };
  return { open, newest: () => newest };
}

/** Sends a stream as Node's services do: what breaks it breaks the response off. */
const send = (stream: Readable, response: Writable) => void pipeline(stream, response).catch(() => undefined);

async function listening(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const startExpress: Start = async (node, passing) => {
  const streams = createStreams();
  const app = express();
  for (let time = 0; time < passing.times; time++)
    app.use(expressMiddleware(node, { ...passing, key: (request: express.Request) => request.path }));
  app.get('/ok', (_request, response) => void response.send('ok'));
  app.get('/refused', (_request, response) => void response.status(422).send('no'));
  app.get('/unavailable', (_request, response) => void response.status(503).send('no'));
  app.get('/throws', boom);
  app.get('/rejects', async () => boom());
  app.get('/stream', (_request, response) => send(streams.open(), response));
  app.get('/hang', () => undefined);
  // Express tells errors it was not asked about on standard error.
  const quiet: express.ErrorRequestHandler = (_error, _request, response, _next) =>
    void response.sendStatus(500);
  app.use(quiet);
  return { ...(await listening(createServer(app))), stream: streams.newest };
};

const startFastify: Start = async (node, passing) => {
  const streams = createStreams();
  const app = fastify();
  for (let time = 0; time < passing.times; time++)
    await app.register(fastifyPlugin(node, { ...passing, key: (request: FastifyRequest) => request.url }));
  app.get('/ok', async () => 'ok');
  app.get('/refused', (_request, reply) => reply.code(422).send('no'));
  app.get('/unavailable', (_request, reply) => reply.code(503).send('no'));
  app.get('/throws', boom);
  app.get('/rejects', async () => boom());
  app.get('/stream', (_request, reply) => reply.send(streams.open()));
  app.get('/hang', () => new Promise(() => undefined));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const close = async () => {
    app.server.closeAllConnections();
    await app.close();
  };
  return { url, close, stream: streams.newest };
};

const startHono: Start = async (node, passing) => {
  const streams = createStreams();
  const app = honoService(node, { ...passing, open: streams.open });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  return { ...(await listening(server)), stream: streams.newest };
};

export function honoService(
  node: Measurer,
  { times = 1, serve = false, open = () => new PassThrough() } = {},
): Hono {
  const app = new Hono();
  for (let time = 0; time < times; time++)
    app.use(honoMiddleware(node, { serve, key: (context: Context) => context.req.path }));
  app.get('/ok', (context) => context.text('ok'));
  app.get('/refused', (context) => context.text('no', 422));
  app.get('/unavailable', (context) => context.text('no', 503));
  app.get('/throws', boom);
  app.get('/rejects', async () => boom());
  app.get('/stream', (context) => context.body(Readable.toWeb(open()) as ReadableStream));
  app.get('/hang', () => new Promise<Response>(() => undefined));
  app.onError((_error, context) => context.text('boom', 500));
  return app;
}

export const frameworks: readonly (readonly [name: string, start: Start])[] = [
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['Hono', startHono],
];
