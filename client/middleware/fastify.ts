/** For Fastify. */

import { type Measurer, measureResponse, noteBroken, type ServerResponse } from './measure-response.js';

interface Reply {
  readonly raw: ServerResponse;
}

/** As much of a Fastify instance as is needed. */
interface Instance {
  addHook(name: 'onRequest', hook: (request: unknown, reply: Reply, done: () => void) => void): unknown;
  addHook(name: 'onSend', hook: (request: unknown, reply: Reply, payload: unknown) => Promise<void>): unknown;
}

type Plugin = (instance: Instance, options: unknown, done: () => void) => void;

/**
 * A plugin that counts each request of the instance it is registered on, and of all within. Register it first: a hook that
 * answers before it leaves nothing to count. Routes that hold a connection open (events, long polls) belong into another
 * instance, or all of them count as slow.
 */
export function fastifyPlugin(node: Measurer): Plugin {
  const plugin: Plugin = (instance, _options, done) => {
    instance.addHook('onRequest', (_request, reply, pass) => {
      measureResponse(node, reply.raw);
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

interface Stream {
  once(event: 'error', listener: () => void): unknown;
}

function isStream(payload: unknown): payload is Stream {
  return payload !== null && typeof payload === 'object' && 'once' in payload && 'pipe' in payload;
}
