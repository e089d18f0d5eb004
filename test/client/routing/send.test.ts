import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Misdirected, Overloaded } from '../../../client/index.js';
import type { Peer } from '../../../client/routing/router.js';
import { createCluster, grant, keyOf, member } from './cluster.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server on a free port. @returns where it is. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A place where nobody listens. */
async function nowhere(): Promise<string> {
  const at = await serving(() => undefined);
  closing.pop()?.();
  return at;
}

/** `self` is what sends; `a` owns the first partition and `b` the second. Draws are such that `pick` takes the first in line. */
async function createSender(endpoints: { readonly a?: string; readonly b?: string } = {}) {
  const cluster = createCluster({ random: () => 0 });
  cluster.table.write([grant('a', 1), grant('b', 1)]);
  cluster.table.writeRoster([
    member('a', { endpoint: endpoints.a ?? 'http://a' }),
    member('b', { endpoint: endpoints.b ?? 'http://b' }),
  ]);
  const { router } = await cluster.connect('self');
  return { ...cluster, router };
}

const request = async (peer: Peer, signal: AbortSignal) =>
  (await fetch(peer.endpoint ?? '', { signal })).status;

/** Fails with these in turn, then answers with the node's name. */
function failing(...errors: unknown[]) {
  const asked: string[] = [];
  const work = async (peer: Peer) => {
    asked.push(peer.node);
    const [error] = errors.splice(0, 1);
    if (error !== undefined) throw error;
    return peer.node;
  };
  return { asked, work };
}

const withCode = (code: string, about: object = {}) => Object.assign(new Error(code), { code, ...about });

describe('sending', () => {
  it('goes to the owner of the key, or to any node', async () => {
    const { router } = await createSender();
    expect(await router.send((peer) => peer.node, { key: keyOf[1] })).toBe('b');
    expect(await router.send(async (peer) => peer.node, { key: keyOf[0], exclusive: true })).toBe('a');
    expect(['a', 'b']).toContain(await router.send((peer) => peer.node));
  });

  it('counts as in flight until it has ended', async () => {
    const { router } = await createSender();
    let release: () => void = () => undefined;
    const sent = router.send(() => new Promise<void>((resolve) => (release = resolve)), { key: keyOf[0] });
    expect(router.pick()?.node).toBe('a');
    release();
    await sent;
  });

  it('does it here where nobody is known yet', async () => {
    const cluster = createCluster();
    cluster.table.behaviour = 'fails';
    const node = await cluster.connect('a', { endpoint: 'http://here', labels: { zone: 'z' }, capacity: 3 });
    expect(await node.router.send((peer) => peer)).toEqual({
      node: 'a',
      endpoint: 'http://here',
      zone: 'z',
      labels: { zone: 'z' },
      health: 'ready',
      healthy: true,
      self: true,
      unitsPerSecond: 3,
    });
  });

  it('throws what the work throws, and does not try it again', async () => {
    const { router } = await createSender();
    const boom = new Error('boom');
    const { asked, work } = failing(boom);
    await expect(router.send(work, { key: keyOf[0], safe: true })).rejects.toBe(boom);
    expect(asked).toEqual(['a']);
    expect(router.ownerOf(keyOf[0])?.node).toBe('a');
  });

  it('refuses exclusive work without a key, or whose partition nobody serves', async () => {
    const { router } = await createSender();
    await expect(router.send(() => 1, { exclusive: true })).rejects.toMatchObject({ code: 'VELTRIX_USAGE' });
    await expect(router.send(() => 1, { key: keyOf[2], exclusive: true })).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      retryable: true,
    });
  });
});

describe('an attempt that failed', () => {
  const nothingDone: readonly [what: string, error: unknown][] = [
    ['a refused connection', withCode('ECONNREFUSED')],
    ['no way to the host', withCode('EHOSTUNREACH')],
    ['a name that is not found', withCode('ENOTFOUND')],
    ['a connection that takes too long', withCode('ETIMEDOUT', { syscall: 'connect' })],
    ['fetch and a refused connection', new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })],
    ['all addresses refused', new AggregateError([withCode('EOTHER'), withCode('ECONNREFUSED')])],
    ['a node of this process that sheds', new Overloaded('a', { waiting: 1, retryAfterMs: 5 })],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '1' } }],
    ['503 within a response', { response: { status: 503, headers: new Headers({ 'retry-after': '1' }) } }],
    ['429 with a time', { statusCode: 429, retryAfterMs: 100 }],
  ];
  it.each(nothingDone)('is tried on another node where nothing was done: %s', async (_what, error) => {
    const { router } = await createSender();
    const { asked, work } = failing(error);
    expect(await router.send(work, { key: keyOf[0] })).toBe('b');
    expect(asked).toEqual(['a', 'b']);
    expect(router.ownerOf(keyOf[0])).toBeUndefined();
  });

  const unknown: readonly [what: string, error: unknown][] = [
    ['a reset', withCode('ECONNRESET')],
    ['a pipe that broke', withCode('EPIPE')],
    ['an answer that did not come', withCode('UND_ERR_HEADERS_TIMEOUT')],
    ['a time-out of its own', new DOMException('timed out', 'TimeoutError')],
    ['a socket that hung up', new Error('socket hang up')],
    ['fetch, for whatever reason', new TypeError('fetch failed')],
  ];
  it.each(unknown)('is tried on another node only where it is safe: %s', async (_what, error) => {
    const first = await createSender();
    const unsafe = failing(error);
    await expect(first.router.send(unsafe.work, { key: keyOf[0] })).rejects.toBe(error);
    expect(first.router.ownerOf(keyOf[0])).toBeUndefined();
    const second = await createSender();
    const safe = failing(error);
    expect(await second.router.send(safe.work, { key: keyOf[0], safe: true })).toBe('b');
    expect(safe.asked).toEqual(['a', 'b']);
  });

  it.each([
    ['503 without a word on when', { status: 503 }],
    ['500', { status: 500, headers: { 'retry-after': '1' } }],
    ['its own abort', new DOMException('aborted', 'AbortError')],
    ['nothing', undefined],
    [
      'a circle',
      (() => {
        const error: { cause?: unknown } = {};
        error.cause = error;
        return error;
      })(),
    ],
  ])('is an answer otherwise: %s', async (_what, error) => {
    const { router } = await createSender();
    const work = async () => {
      throw error;
    };
    await expect(router.send(work, { key: keyOf[0], safe: true })).rejects.toBe(error);
    expect(router.ownerOf(keyOf[0])?.node).toBe('a');
  });

  it('is not tried elsewhere when it is exclusive', async () => {
    const { router } = await createSender();
    const refused = withCode('ECONNREFUSED');
    const { asked, work } = failing(refused);
    await expect(router.send(work, { key: keyOf[0], exclusive: true, safe: true })).rejects.toBe(refused);
    expect(asked).toEqual(['a']);
  });

  it('is tried on three nodes at most', async () => {
    const { router, table, clock } = await createSender();
    table.writeRoster(['a', 'b', 'c', 'd'].map((node) => member(node)));
    await clock.advance(2_000);
    const { asked, work } = failing(...Array.from({ length: 4 }, () => withCode('ECONNREFUSED')));
    await expect(router.send(work, { key: keyOf[0] })).rejects.toThrow('ECONNREFUSED');
    expect(new Set(asked).size).toBe(3);
    expect(asked).toHaveLength(3);
  });

  it('is tried again for one request of ten once a burst is used up', async () => {
    const { router, clock, table } = await createSender();
    const nodes = Array.from({ length: 400 }, (_, index) => member(`n${1_000 + index}`));
    table.writeRoster(nodes);
    await clock.advance(2_000);
    let attempts = 0;
    const work = async () => {
      attempts += 1;
      throw withCode('ECONNREFUSED');
    };
    const send = async (times: number) => {
      const before = attempts;
      for (let time = 0; time < times; time += 1) {
        await router.send(work).catch(() => undefined);
        await clock.advance(10_000);
      }
      return attempts - before;
    };
    // The budget of 100 goes at two retries for each, less the tenth that each earns.
    await send(60);
    expect(await send(100)).toBe(110);
  });

  it('is over when its time is, also where the work does not heed its signal', async () => {
    const { router, clock } = await createSender();
    const signals: AbortSignal[] = [];
    const work = (_peer: Peer, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const failure = router.send(work, { key: keyOf[0], timeoutMs: 700 }).catch((error: unknown) => error);
    await clock.advance(699);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(1);
    expect(await failure).toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      message: 'a did not answer within 0.7 seconds',
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(router.ownerOf(keyOf[0])).toBeUndefined();
    void router.send(work, { key: keyOf[1] }).catch(() => undefined);
    await clock.advance(9_999);
    expect(signals[1]?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals[1]?.aborted).toBe(true);
  });
});

describe('work that this node does itself', () => {
  /** `a` sends, and owns the first partition. */
  const createOwner = async (options = {}) => {
    const cluster = createCluster({ random: () => 0 });
    cluster.table.write([grant('a', 1), grant('b', 1)]);
    cluster.table.writeRoster([member('a'), member('b')]);
    return { ...cluster, node: await cluster.connect('a', options) };
  };

  const own: readonly [what: string, error: unknown][] = [
    ['a database that refuses the connection', withCode('ECONNREFUSED')],
    ['a service that does not answer', new TypeError('fetch failed', { cause: withCode('ENOTFOUND') })],
    ['a service that sheds', { status: 503, headers: { 'retry-after': '1' } }],
    ['a service that is misdirected', { status: 421 }],
    ['a connection that broke', withCode('ECONNRESET')],
    ['another node that sheds', new Overloaded('b', { waiting: 1, retryAfterMs: 5 })],
    ['another node that is misdirected', new Misdirected('b', { partition: 0, generation: 1, epoch: 1 })],
  ];
  it.each(own)('is not done twice for what it met there: %s', async (_what, error) => {
    const { router } = (await createOwner()).node;
    const { asked, work } = failing(error);
    await expect(router.send(work, { key: keyOf[0], safe: true })).rejects.toBe(error);
    expect(asked).toEqual(['a']);
    expect(router.ownerOf(keyOf[0])?.node).toBe('a');
  });

  it('may return the response of a service that sheds', async () => {
    const { router } = (await createOwner()).node;
    const shed = new Response('later', { status: 503, headers: { 'retry-after': '1' } });
    expect(await router.send((peer) => (peer.self ? shed : peer.node), { key: keyOf[0] })).toBe(shed);
  });

  it('goes elsewhere when this node has no room for it', async () => {
    const { node } = await createOwner({ capacity: 1, queueMax: 0 });
    void node.serve(() => new Promise(() => undefined));
    const work = (peer: Peer) => (peer.self ? node.serve(() => 'here') : peer.node);
    expect(await node.router.send(work, { key: keyOf[0] })).toBe('b');
    expect(node.router.ownerOf(keyOf[0])).toBeUndefined();
  });

  it('goes to the owner by a newer table when the partition has gone', async () => {
    const { node, table, clock } = await createOwner();
    table.write([grant('b', 2, { began: 2 }), grant('b', 1)]);
    const asked: string[] = [];
    const work = async (peer: Peer) => {
      asked.push(peer.node);
      if (!peer.self) return peer.node;
      throw new Misdirected('a', { partition: 0, generation: 2, epoch: 2, owner: 'b' });
    };
    const sent = node.router.send(work, { key: keyOf[0], exclusive: true });
    await clock.advance(250);
    expect([await sent, asked]).toEqual(['b', ['a', 'b']]);
  });
});

describe('exclusive work whose owner is aside', () => {
  const exclusive = { key: keyOf[0], exclusive: true, safe: true };

  it.each([
    ['broke off', withCode('ECONNRESET')],
    ['timed out', withCode('UND_ERR_HEADERS_TIMEOUT')],
    ['shed', new Overloaded('a', { waiting: 1, retryAfterMs: 5 })],
  ])('goes to it all the same after it %s, and not twice in one sending', async (_what, error) => {
    const { router } = await createSender();
    const { asked, work } = failing(error);
    await expect(router.send(work, exclusive)).rejects.toBe(error);
    expect(asked).toEqual(['a']);
    expect(router.ownerOf(keyOf[0])).toBeUndefined();
    expect(await router.send(work, exclusive)).toBe('a');
  });

  it('waits for its probe after it refused a connection, and says so', async () => {
    const { router, clock } = await createSender();
    const refused = withCode('ECONNREFUSED');
    const { asked, work } = failing(refused, refused);
    await expect(router.send(work, exclusive)).rejects.toBe(refused);
    await clock.advance(120);
    await expect(router.send(work, exclusive)).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      retryable: true,
      message: 'its owner a was left aside after it refused a connection, tried again in 0.4 seconds',
    });
    await clock.advance(380);
    await expect(router.send(work, exclusive)).rejects.toBe(refused);
    await clock.advance(1_000);
    const probe = router.send(() => new Promise<string>(() => undefined), exclusive).catch(() => undefined);
    await expect(router.send(work, exclusive)).rejects.toThrow('connection, being tried now');
    expect(asked).toEqual(['a', 'a']);
    await clock.advance(10_000);
    await probe;
  });

  it('goes to the one of several owners that listens', async () => {
    const { router, table, clock } = await createSender();
    const both = { ...grant('a', 2, { began: 2 }), owners: ['a', 'b'], incarnations: ['', ''] };
    table.write([both]);
    await clock.advance(2_000);
    const [a, b] = router.nodes();
    if (!a || !b) throw new Error('two nodes');
    router.begin(a)('refused');
    router.begin(b)('broken');
    expect(await router.send((peer) => peer.node, exclusive)).toBe('b');
  });
});

describe('work for a partition that has moved', () => {
  const moved = [grant('b', 2, { began: 2 }), grant('b', 1)];
  const misdirected = () => new Misdirected('a', { partition: 0, generation: 2, epoch: 2, owner: 'b' });

  it.each([
    ['an error', misdirected],
    ['a status', () => ({ status: 421 })],
  ])('goes to the owner by a newer table, told by %s', async (_what, error) => {
    const { router, table, clock } = await createSender();
    table.write(moved);
    const { asked, work } = failing(error());
    const sent = router.send(work, { key: keyOf[0], exclusive: true });
    await clock.advance(250);
    expect(await sent).toBe('b');
    expect(asked).toEqual(['a', 'b']);
  });

  it('does so once', async () => {
    const { router, table, clock } = await createSender();
    table.write(moved);
    const [first, second] = [misdirected(), misdirected()];
    const { asked, work } = failing(first, second);
    const outcome = router.send(work, { key: keyOf[0], exclusive: true }).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await outcome).toBe(second);
    expect(asked).toEqual(['a', 'b']);
  });

  it('is told to the caller where the newest table names the same node', async () => {
    const { router, clock } = await createSender();
    const error = misdirected();
    const { asked, work } = failing(error);
    const outcome = router.send(work, { key: keyOf[0], exclusive: true }).catch((thrown: unknown) => thrown);
    await clock.advance(250);
    expect(await outcome).toBe(error);
    expect(asked).toEqual(['a']);
  });

  it('makes no storm of reads, however many are misdirected', async () => {
    const { router, table, clock } = await createSender();
    const before = table.reads.length;
    for (let turn = 0; turn < 100; turn += 1) {
      const { work } = failing(misdirected());
      void router.send(work, { key: keyOf[0], exclusive: true }).catch(() => undefined);
      await clock.advance(10);
    }
    expect(table.reads.length - before).toBeLessThanOrEqual(5);
  });
});

describe('sending over sockets', () => {
  it('leaves a node aside that nobody listens at, and answers from another', async () => {
    const { router } = await createSender({
      a: await nowhere(),
      b: await serving((_request, response) => response.end('ok')),
    });
    expect(await router.send(request, { key: keyOf[0] })).toBe(200);
    expect(router.ownerOf(keyOf[0])).toBeUndefined();
    const viaHttp = (peer: Peer) =>
      new Promise((resolve, reject) => {
        get(peer.endpoint ?? '', (response: IncomingMessage) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject);
      });
    const other = await createSender({ a: await nowhere(), b: router.nodes()[1]?.endpoint ?? '' });
    expect(await other.router.send(viaHttp, { key: keyOf[0] })).toBe(200);
  });

  it('knows a connection that breaks half-way', async () => {
    const breaking = await serving((incoming) => incoming.socket.destroy());
    const { router } = await createSender({
      a: breaking,
      b: await serving((_request, response) => response.end('ok')),
    });
    await expect(router.send(request, { key: keyOf[0] })).rejects.toThrow('fetch failed');
    expect(router.ownerOf(keyOf[0])).toBeUndefined();
    const safe = await createSender({ a: breaking, b: router.nodes()[1]?.endpoint ?? '' });
    expect(await safe.router.send(request, { key: keyOf[0], safe: true })).toBe(200);
  });

  it('reads responses of fetch: what is shed goes elsewhere, what nobody takes comes back as it is', async () => {
    const shedding = await serving((_request, response) => {
      response.writeHead(503, { 'retry-after': '1' }).end('later');
    });
    const { router } = await createSender({
      a: shedding,
      b: await serving((_request, response) => response.end('ok')),
    });
    const ask = (peer: Peer, signal: AbortSignal) => fetch(peer.endpoint ?? '', { signal });
    expect(await (await router.send(ask, { key: keyOf[0] })).text()).toBe('ok');
    const all = await createSender({ a: shedding, b: shedding });
    const answer = await all.router.send(ask, { key: keyOf[0] });
    expect([answer.status, await answer.text()]).toEqual([503, 'later']);
  });
});
