/** The service as its callers meet it: over loopback. */

import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import { createRouter, listen, type Route } from '../../sample/http.js';
import { routesOf } from '../../sample/routes.js';
import { createService } from '../../sample/service.js';
import { gameplayInput, limitsInput, noonMs } from './game/gameplay.js';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Serves these routes; answers with a function that calls them. */
async function serve(routes: readonly Route[], bodyMaxBytes = 1024) {
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  const server = createServer(createRouter({ routes, bodyMaxBytes: () => bodyMaxBytes, onFailure }));
  open.push(server);
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  const call = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const body: unknown = await response.json();
    return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
  };
  return { call, failures, port };
}

async function serveTreasureHunt() {
  const node = createTestNode(treasureHunt, { values: { gameplay: gameplayInput, limits: limitsInput } });
  const service = createService(node, { capacity: 1, lookUp: async () => {}, now: () => noonMs });
  const { call } = await serve(routesOf(service));
  const post = (hunt: string, body: unknown) =>
    call(`/hunts/${hunt}/attempts`, { method: 'POST', body: JSON.stringify(body) });
  return { node, call, post };
}

const attempt = {
  player: 'anna',
  tier: 'captain',
  clue: 'door',
  proof: { kind: 'position', latitudeDegrees: 51.5, longitudeDegrees: 0 },
};
const wrong = { ...attempt, proof: { kind: 'answer', text: 'no idea' } };

describe('the service over HTTP', () => {
  it('lists the hunts', async () => {
    const { call } = await serveTreasureHunt();
    expect(await call('/hunts')).toMatchObject({
      status: 200,
      body: {
        hunts: [
          { id: 'walk', title: 'Walk', phase: 'open', clues: 2, points: 55 },
          { id: 'legend', phase: 'open' },
          { id: 'winter', phase: 'upcoming' },
        ],
      },
    });
  });

  it('shows a hunt, and says so when there is none', async () => {
    const { call } = await serveTreasureHunt();
    expect(await call('/hunts/walk')).toMatchObject({
      status: 200,
      body: { clues: [{ id: 'door' }, { id: 'wet' }] },
    });
    expect(await call('/hunts/sail')).toMatchObject({
      status: 404,
      body: { error: 'there is no hunt "sail"' },
    });
  });

  it('judges an attempt', async () => {
    const { post } = await serveTreasureHunt();
    expect(await post('walk', attempt)).toMatchObject({
      status: 200,
      body: { outcome: 'solved', points: 25 },
    });
  });

  it('says when to come back', async () => {
    const { post } = await serveTreasureHunt();
    await post('walk', wrong);
    expect(await post('walk', attempt)).toMatchObject({
      status: 429,
      retryAfter: '30',
      body: { outcome: 'cooling-down', retryAfterMs: 30_000 },
    });
  });

  it.each([
    ['a hunt nobody knows', 'sail', attempt, 404, 'unknown-hunt'],
    ['a clue nobody knows', 'walk', { ...attempt, clue: 'window' }, 404, 'unknown-clue'],
    ['a hunt to come', 'winter', attempt, 409, 'not-open'],
    ['a locked clue', 'walk', { ...attempt, clue: 'wet' }, 409, 'locked'],
  ])('answers an attempt at %s', async (_, hunt, body, status, outcome) => {
    const { post } = await serveTreasureHunt();
    expect(await post(hunt, body)).toMatchObject({ status, body: { outcome } });
  });

  it('names what is wrong with an attempt', async () => {
    const { post } = await serveTreasureHunt();
    const { status, body } = await post('walk', { ...attempt, tier: 'admiral' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('at tier');
  });

  it('tells a load balancer whether the node takes work', async () => {
    const { call, node } = await serveTreasureHunt();
    expect(await call('/healthz')).toMatchObject({
      status: 200,
      body: { cluster: 'treasure-hunt/staging', health: 'ready' },
    });
    await node.drain();
    expect(await call('/healthz')).toMatchObject({ status: 503, body: { health: 'draining' } });
  });
});

describe('the router', () => {
  const echo: Route = {
    method: 'POST',
    path: '/echo/:a/x/:b',
    answer: (segments, { body }) => ({ status: 201, body: { segments, body } }),
  };
  const broken: Route = {
    method: 'GET',
    path: '/broken',
    answer: () => {
      throw new Error('secret detail');
    },
  };

  it('hands segments and body to the route', async () => {
    const { call } = await serve([echo]);
    expect(await call('/echo/1/x/2?q=1', { method: 'POST', body: '{"c":3}' })).toMatchObject({
      status: 201,
      body: { segments: ['1', '2'], body: { c: 3 } },
    });
  });

  it.each([
    ['a path nobody serves', '/nowhere', 'GET', undefined, 404, 'there is no /nowhere'],
    ['a longer path', '/echo/1/x/2/y', 'POST', '{}', 404, 'there is no /echo/1/x/2/y'],
    ['another method', '/echo/1/x/2', 'DELETE', undefined, 405, 'DELETE is not for /echo/1/x/2'],
    ['a body that is no JSON', '/echo/1/x/2', 'POST', '{', 400, 'the body is not JSON'],
    ['no body', '/echo/1/x/2', 'POST', undefined, 400, 'the body is not JSON'],
    [
      'too large a body',
      '/echo/1/x/2',
      'POST',
      `"${'x'.repeat(1023)}"`,
      413,
      'a body may have at most 1024 bytes',
    ],
  ])('refuses %s', async (_, path, method, body, status, error) => {
    const { call } = await serve([echo]);
    expect(await call(path, { method, ...(body !== undefined && { body }) })).toMatchObject({
      status,
      body: { error },
    });
  });

  it('refuses a body that is still on its way when it has become too large', async () => {
    const { call } = await serve([echo]);
    const parts = Array.from({ length: 64 }, () => Buffer.alloc(65_536, 'x'));
    const body = ReadableStream.from(parts);
    const init = { method: 'POST', body, duplex: 'half' } as const;
    expect(await call('/echo/1/x/2', init)).toMatchObject({ status: 413 });
  });

  it('answers 500 without detail when a route fails, and tells its owner', async () => {
    const { call, failures } = await serve([broken]);
    const { status, body } = await call('/broken');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(failures).toMatchObject([{ message: 'secret detail' }]);
  });
});

describe('listening', () => {
  it('fails where somebody listens already', async () => {
    const { port } = await serve([]);
    await expect(listen(createServer(), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
