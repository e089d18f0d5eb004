/** The service over HTTP: which path asks what, and what its answer is called in HTTP's words. */

import { answerWhereOwned, forwardedHeader } from './forwarding.js';
import { attemptSchema } from './game/attempts.js';
import type { Answer, Route } from './http.js';
import type { Outcome, Service } from './service.js';

const statusOf: Readonly<Record<Outcome['kind'], number>> = {
  solved: 200,
  wrong: 200,
  'already-solved': 200,
  'unknown-hunt': 404,
  'unknown-clue': 404,
  'not-open': 409,
  locked: 409,
  'cooling-down': 429,
  'too-fast': 429,
  busy: 503,
  'not-judged': 504,
};

/** How long a caller waits before it comes back to a node that is busy. */
const busyRetryAfterMs = 1_000;

export function routesOf(service: Service): readonly Route[] {
  return [
    { method: 'GET', path: '/healthz', answer: () => describeHealth(service) },
    { method: 'GET', path: '/hunts', answer: () => ({ status: 200, body: { hunts: service.hunts() } }) },
    { method: 'GET', path: '/hunts/:id', answer: ([id = '']) => describeHunt(service, id) },
    {
      method: 'POST',
      path: '/hunts/:id/attempts',
      answer: ([hunt = ''], { path, body, headers }) => {
        const attempt = attemptSchema.parse(body);
        const here = async () => describeOutcome(await service.attempt(hunt, attempt));
        const isForwarded = headers[forwardedHeader] !== undefined;
        return answerWhereOwned(service.node, { hunt, path, body, isForwarded, here });
      },
    },
  ];
}

/** For load balancers: 200 while the node takes work. A node that cannot reach AWS serves what it knows, and so is well. */
function describeHealth({ node }: Service): Answer {
  const status = node.status();
  const takesWork = status.health === 'ready' || status.health === 'degraded';
  return { status: takesWork ? 200 : 503, body: status };
}

function describeHunt(service: Service, id: string): Answer {
  const hunt = service.hunt(id);
  return hunt ? { status: 200, body: hunt } : { status: 404, body: { error: `there is no hunt "${id}"` } };
}

function describeOutcome({ kind, ...facts }: Outcome): Answer {
  const wait = 'retryAfterMs' in facts ? facts.retryAfterMs : kind === 'busy' ? busyRetryAfterMs : undefined;
  const body = { outcome: kind, ...facts };
  return { status: statusOf[kind], body, ...(wait !== undefined && { retryAfterMs: wait }) };
}
