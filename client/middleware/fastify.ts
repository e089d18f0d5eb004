/** For Fastify. */

import {
  aboutOf,
  type Measurer,
  type MiddlewareOptions,
  measureResponse,
  noteBroken,
  type ServerResponse,
  serveResponse,
} from './measure-response.js';
import { refusalOf } from './refusal.js';

interface Reply {
  readonly raw: ServerResponse;
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  send(): unknown;
}

/** As much of a Fastify instance as is needed. */
interface Instance {
  addHook(
    name: 'onRequest',
    hook: (request: unknown, reply: Reply, done: (error?: Error) => void) => void,
  ): unknown;
  addHook(name: 'onSend', hook: (request: unknown, reply: Reply, payload: unknown) => Promise<void>): unknown;
}

type Plugin = (instance: Instance, options: unknown, done: () => void) => void;

/**
 * A plugin that counts each request of the instance it is registered on, and of all within, or lets it in when its turn comes
 * (`serve`). Register it first: a hook that
 * answers before it leaves nothing to count. Routes that hold a connection open (events, long polls) belong into another
 * instance, or all of them count as slow.
 */
export function fastifyPlugin<Request>(node: Measurer, options: MiddlewareOptions<Request> = {}): Plugin {
  const plugin: Plugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, pass) => {
      // Whoever registers it knows what its requests are.
      const about = aboutOf(options, request as Request);
      if (options.serve) {
        const refused = (error: unknown) => refuse(reply, error, pass);
        serveResponse(node, reply.raw, { ...about, begin: pass, refused });
        return;
      }
      measureResponse(node, reply.raw, about);
      pass();
    });
    // A stream that fails half-way makes Fastify destroy the response without saying why, as if its caller had gone.
    instance.addHook('onSend', async (_request, { raw }, payload) => {
      if (isStream(payload)) payload.once('error', () => noteBroken(raw));
    });
    done();
  };
  // Fastify's words for a plugin that belongs to the instance it is registered on, and to none of its own (fastify-plugin).
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'veltrix',
  });
}

function refuse(reply: Reply, error: unknown, pass: (error?: Error) => void): void {
  const refusal = refusalOf(error);
  if (refusal) reply.code(refusal.status).headers(refusal.headers).send();
  else pass(error instanceof Error ? error : new Error(String(error)));
}

interface Stream {
  once(event: 'error', listener: () => void): unknown;
}

function isStream(payload: unknown): payload is Stream {
  return payload !== null && typeof payload === 'object' && 'once' in payload && 'pipe' in payload;
}
