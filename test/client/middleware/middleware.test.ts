/** Requests, counted under the frameworks themselves, over sockets. */

import { once } from 'node:events';
import { connect } from 'node:http2';
import { createConnection } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { measureResponse } from '../../../client/middleware/measure-response.js';
import { fastifyPlugin } from '../../../client/middleware.js';
import { LabelCounters } from '../../../client/reports/label-counters.js';
import { LoadMeter } from '../../../client/reports/load-meter.js';
import { Work } from '../../../client/reports/work.js';
import { frameworks, honoService, type Service, type Start } from './frameworks.js';

/** A node as far as middleware sees one, with its counters at hand. */
function createNode() {
  const time = { nowMs: 0 };
  const monotonicMs = () => time.nowMs;
  const counters = new LabelCounters();
  counters.hold('v1');
  const work = new Work({
    ledgers: [{ counters, slowAfterMs: 1000 }],
    meter: new LoadMeter(1, monotonicMs),
    monotonicMs,
    log: () => undefined,
  });
  const counts = (label = 'v1') => Object.values(counters.report()[label] ?? {});
  return { time, counters, work, counts, measure: work.measure.bind(work) };
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
  const begin = async (times = 1) => {
    const node = createNode();
    service = await start(node, times);
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
