/** Requests, counted under the frameworks themselves, over sockets. */

import { once } from 'node:events';
import { connect } from 'node:http2';
import { createConnection } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../client/clock.js';
import { measureResponse } from '../../../client/middleware/measure-response.js';
import { fastifyPlugin, type Measurer, refusalOf } from '../../../client/middleware.js';
import { LabelCounters } from '../../../client/reports/label-counters.js';
import { serve } from '../../../client/reports/serving.js';
import { createWorkload } from '../../../client/reports/workload.js';
import type { Membership } from '../../../client/routing/membership.js';
import { unrouted } from '../../../client/routing/unrouted.js';
import { Misdirected, Overloaded, UsageError } from '../../../core/errors.js';
import { frameworks, honoService, type Service, type Start } from './frameworks.js';

/** A node as far as middleware sees one, with its counters at hand. */
function createNode({ capacity = 10, queueMax = 0 } = {}) {
  const time = { nowMs: 0 };
  const counters = new LabelCounters();
  counters.hold('v1');
  const workload = createWorkload({
    node: 'n1',
    capacity,
    queueMax,
    ledgers: [{ counters, slowAfterMs: 1000 }],
    monotonicMs: () => time.nowMs,
    random: () => 0.5,
    log: () => undefined,
  });
  const keys: unknown[] = [];
  const membership: Membership = {
    ...unrouted(() => {
      throw new Error('nobody is sent anything');
    }, systemClock),
    measured: (key) => keys.push(['measured', key]),
    offered: (key) => keys.push(['offered', key]),
  };
  const { work } = workload;
  const counts = (label = 'v1') => Object.values(counters.report()[label] ?? {});
  const measure: Measurer['measure'] = (run, { key } = {}) => {
    if (key !== undefined) membership.measured(key);
    return work.measure(run);
  };
  const servingNode: Measurer['serve'] = (run, options) => serve({ ...workload, membership }, run, options);
  return { time, counters, work, counts, keys, measure, serve: servingNode };
}

/** Polls until `look` gives what is wanted, and shows what it gave if it never does. */
const eventually = (look: () => unknown, wanted: unknown) =>
  expect.poll(look, { timeout: 5000 }).toEqual(wanted);

let service: Service | undefined;
const closing = new Set<() => unknown>();
afterEach(async () => {
  for (const close of closing) await close();
  closing.clear();
  await service?.close();
  service = undefined;
});

describe.each(frameworks)('middleware for %s', (_name, start: Start) => {
  const begin = async (
    times = 1,
    { serve = false, ...limits }: { serve?: boolean; capacity?: number; queueMax?: number } = {},
  ) => {
    const node = createNode(limits);
    service = await start(node, { times, serve });
    const { url, stream } = service;
    const get = async (path: string) => {
      const response = await fetch(`${url}${path}`);
      await response.text();
      return response.status;
    };
    return { node, get, url, stream };
  };

  it('counts what is answered, 4xx as no error', async () => {
    const { node, get } = await begin();
    expect([await get('/ok'), await get('/refused'), await get('/nowhere')]).toEqual([200, 422, 404]);
    await eventually(() => node.counts(), [3, 0, 0]);
    expect(node.work.inFlight).toBe(0);
  });

  it('counts 5xx as errors, however they come about, once each', async () => {
    const { node, get } = await begin();
    expect([await get('/unavailable'), await get('/throws'), await get('/rejects')]).toEqual([503, 500, 500]);
    await eventually(() => node.counts(), [3, 3, 0]);
  });

  it('counts once a request that passes it twice', async () => {
    const { node, get } = await begin(2);
    await get('/ok');
    await get('/throws');
    await eventually(() => node.work.inFlight, 0);
    expect(node.counts()).toEqual([2, 1, 0]);
  });

  it('counts every request of a connection that is kept', async () => {
    const { node, url } = await begin();
    const socket = createConnection({ port: Number(new URL(url).port), host: '127.0.0.1' });
    closing.add(() => socket.destroy());
    const ask = async () => {
      socket.write('GET /ok HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
    };
    await ask();
    await ask();
    await eventually(() => node.counts(), [2, 0, 0]);
  });

  it('counts a stream when it ends, for the version in force when it began', async () => {
    const { node, url, stream } = await begin();
    const response = await fetch(`${url}/stream`);
    const reader = response.body?.getReader();
    await reader?.read();
    expect([node.work.inFlight, ...node.counts()]).toEqual([1, 0, 0, 0]);
    node.counters.hold('v2');
    node.time.nowMs += 1001;
    stream().end('over');
    while (!(await reader?.read())?.done);
    await eventually(() => node.counts('v1'), [1, 0, 1]);
    expect(node.counts('v2')).toEqual([0, 0, 0]);
  });

  it('counts a stream that failed half-way as an error', async () => {
    const { node, url, stream } = await begin();
    const response = await fetch(`${url}/stream`);
    stream().destroy(new Error('the source is gone'));
    await response.text().catch(() => undefined);
    await eventually(() => node.counts(), [1, 1, 0]);
  });

  it('tells the node whose request it is', async () => {
    const { node, get } = await begin(2);
    await get('/ok');
    expect(node.keys).toEqual([['measured', '/ok']]);
  });

  it('lets requests begin as there is room, and sheds the rest with 503 and when to come again', async () => {
    const { node, get, url, stream } = await begin(2, { serve: true, capacity: 1, queueMax: 1 });
    const first = await fetch(`${url}/stream`);
    await eventually(() => node.work.inFlight, 1);
    const second = get('/ok');
    await eventually(() => node.work.queueDepth, 1);
    const third = await fetch(`${url}/ok`);
    expect([third.status, third.headers.get('retry-after'), await third.text()]).toEqual([503, '1', '']);
    stream().end();
    expect(await first.text()).toBe('begun');
    expect(await second).toBe(200);
    await eventually(() => node.counts(), [2, 0, 0]);
    expect(node.keys).toEqual([
      ['offered', '/stream'],
      ['offered', '/ok'],
      ['offered', '/ok'],
    ]);
    expect(await get('/throws')).toBe(500);
    await eventually(() => node.counts(), [3, 1, 0]);
  });

  it('does nothing for a caller who went away while it waited', async () => {
    const { node, get, url, stream } = await begin(1, { serve: true, capacity: 1, queueMax: 1 });
    const first = await fetch(`${url}/stream`);
    const begun = stream();
    const socket = createConnection({ port: Number(new URL(url).port), host: '127.0.0.1' });
    closing.add(() => socket.destroy());
    socket.write('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => node.work.queueDepth, 1);
    await new Promise((closed) => socket.once('close', closed).destroy());
    // A round trip on another connection, so that the server has seen it.
    expect(await get('/nowhere-yet')).toBe(503);
    stream().end();
    await first.text();
    await eventually(() => [node.work.inFlight, node.work.queueDepth], [0, 0]);
    expect(await get('/ok')).toBe(200);
    expect(stream()).toBe(begun);
  });

  it.each(['/hang', '/stream'])('counts as no error that the caller of %s went away', async (path) => {
    const { node, url } = await begin();
    const socket = createConnection({ port: Number(new URL(url).port), host: '127.0.0.1' });
    closing.add(() => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await eventually(() => node.work.inFlight, 1);
    if (path === '/stream') await once(socket, 'data');
    node.time.nowMs += 1001;
    socket.destroy();
    await eventually(() => node.counts(), [1, 0, 1]);
  });
});

describe('middleware, elsewhere', () => {
  it('counts under HTTP/2', async () => {
    const node = createNode();
    const app = fastify({ http2: true });
    await app.register(fastifyPlugin(node));
    app.get('/ok', async () => 'ok');
    app.get('/unavailable', (_request, reply) => reply.code(503).send('no'));
    const client = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
    closing.add(() => client.close()).add(() => app.close());
    for (const path of ['/ok', '/unavailable']) await once(client.request({ ':path': path }).resume(), 'end');
    await eventually(() => node.counts(), [2, 1, 0]);
  });

  it('reaches no further than the instance it is registered on', async () => {
    const node = createNode();
    const app = fastify();
    closing.add(() => app.close());
    app.get('/outside', async () => 'ok');
    await app.register((inner, _options, done) => {
      void inner.register(fastifyPlugin(node));
      inner.get('/inside', async () => 'ok');
      done();
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    for (const path of ['/outside', '/inside']) await (await fetch(url + path)).text();
    await eventually(() => node.counts(), [1, 0, 0]);
  });

  it('counts the answer where an adapter of Hono says no more than that', async () => {
    const node = createNode();
    const app = honoService(node);
    const statuses = await Promise.all(
      ['/ok', '/refused', '/unavailable', '/throws'].map(async (path) => (await app.request(path)).status),
    );
    expect(statuses).toEqual([200, 422, 503, 500]);
    expect(node.counts()).toEqual([4, 2, 0]);
  });

  it('sheds there as well', async () => {
    const node = createNode({ capacity: 1, queueMax: 0 });
    const app = honoService(node, { serve: true });
    void app.request('/hang');
    await eventually(() => node.work.inFlight, 1);
    const refused = await app.request('/ok');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('lets pass what is no answer', async () => {
    const node = createNode();
    const app = honoService(node);
    app.onError((error) => {
      throw error;
    });
    await expect(app.request('/throws')).rejects.toThrow('boom');
    expect(node.counts()).toEqual([1, 1, 0]);
  });

  it('waits for no end of a response whose caller was gone before', () => {
    const node = createNode();
    const response = { statusCode: 200, destroyed: true, once: () => undefined };
    measureResponse(node, response);
    measureResponse(createNode(), response);
    return eventually(() => [node.work.inFlight, ...node.counts()], [0, 1, 0, 0]);
  });
});

describe('the answer to a refusal', () => {
  it('is 503 with Retry-After in whole seconds, 421, or none of its own', () => {
    expect(refusalOf(new Overloaded('n1', { waiting: 3, retryAfterMs: 1_001 }))).toEqual({
      status: 503,
      headers: { 'retry-after': '2' },
    });
    expect(refusalOf(new Misdirected('n1', { partition: 1, generation: 2, epoch: 3 }))).toEqual({
      status: 421,
      headers: {},
    });
    expect([
      refusalOf(new UsageError('no', { hint: 'x' })),
      refusalOf(new Error('no')),
      refusalOf(undefined),
    ]).toEqual([undefined, undefined, undefined]);
  });
});
