/** What `/_local/…` and `/metrics` answer. */
import { isAbsolute } from 'node:path';
import * as z from 'zod';
import type { Deployments } from './deployments.js';
import type { Faults } from './faults/faults.js';
import { faultRoutes } from './faults/routes.js';
import { bodyOf, type ControlRoutes, json, ndjson, parseAsked } from './gateway/control.js';
import type { LogLines } from './log-lines.js';

export interface ControlHooks {
  readonly services: () => readonly string[];
  readonly logs: LogLines;
  readonly metrics: () => string;
  readonly deployments: Deployments;
  readonly faults: Faults;
  /** Starts closing the local AWS. */
  readonly shutdown: () => void;
}

const deploySchema = z.strictObject({
  /** Absolute path of a directory of this machine with a synthesized cloud assembly. */
  assembly: z.string().refine(isAbsolute, { message: 'expected an absolute path' }),
  destroyMissing: z.boolean().default(false),
});

const logsSchema = z.object({
  follow: z.stringbool().default(false),
  lines: z.coerce.number().int().min(0).default(1000),
});

/**
 * - `GET /_local/health` → `{status: "ok", services}`
 * - `GET /_local/logs?lines=N&follow=true` → one `{source, text, atMs}` a line
 * - `POST /_local/deploy` `{assembly, destroyMissing?}` → one `{progress}` a line, then `{done}` or `{error, code, problems?}`
 * - `/_local/faults`: see `faults/routes.ts`
 * - `POST /_local/shutdown` → `{status: "closing"}`
 * - `GET /metrics` → Prometheus text
 */
export function controlRoutes(hooks: ControlHooks): ControlRoutes {
  return {
    ...faultRoutes(hooks.faults),
    'GET /_local/health': () => json(200, { status: 'ok', services: hooks.services() }),
    'GET /_local/logs': (request, signal) => {
      const { follow, lines } = parseAsked(logsSchema, Object.fromEntries(request.query));
      return ndjson(follow ? hooks.logs.follow(lines, signal) : asStream(hooks.logs.last(lines)));
    },
    'POST /_local/deploy': (request) => {
      const { assembly, destroyMissing } = parseAsked(deploySchema, bodyOf(request));
      return ndjson(hooks.deployments.lines(assembly, destroyMissing));
    },
    'POST /_local/shutdown': () => {
      // After this answer has left.
      setImmediate(hooks.shutdown);
      return json(202, { status: 'closing' });
    },
    'GET /metrics': () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body: hooks.metrics(),
    }),
  };
}

async function* asStream<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}
