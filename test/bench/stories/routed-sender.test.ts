import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpDoor } from '../../../bench/stories/load/http-door.js';
import { type Node, routedSender } from '../../../bench/stories/load/routed-sender.js';
import { verdictOfError } from '../../../client/routing/failures.js';
import type { Peer, SendOptions } from '../../../client/routing/router.js';

/** Answers with the status and the word that its path names. */
const server = createServer((request, response) => {
  const [, status, word = ''] = (request.url ?? '').split('/');
  if (status === 'reset') request.socket.destroy();
  else if (status !== 'never')
    response.writeHead(Number(status), { 'content-length': word.length }).end(word.replaceAll('-', ' '));
});
let port = 0;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A router that sends everything to one node, and notes what it was told. */
function routerTo(endpoint: () => string) {
  const asked: (SendOptions | undefined)[] = [];
  const verdicts: string[] = [];
  const controller = new AbortController();
  const send = async (work: (peer: Peer, signal: AbortSignal) => unknown, options?: SendOptions) => {
    asked.push(options);
    try {
      return await work({ endpoint: endpoint() } as Peer, controller.signal);
    } catch (error) {
      verdicts.push(verdictOfError(error));
      throw error;
    }
  };
  return { node: { router: { send } } as unknown as Node, asked, verdicts, controller };
}

function through(endpoint: () => string, keyed = false) {
  const router = routerTo(endpoint);
  const doors = new Map<number, HttpDoor>();
  const doorOf = (to: number) => {
    const door = doors.get(to) ?? new HttpDoor(to);
    doors.set(to, door);
    return door;
  };
  const send = routedSender(router.node, { doorOf, keyed, timeoutMs: 700 });
  const tell = (path: string) => new Promise<string>((resolve) => send({ path, key: 'key-7' }, resolve));
  return { ...router, send, tell };
}

const here = () => `http://127.0.0.1:${port}`;

describe('routedSender', () => {
  it.each([
    ['/503/overflow', 'overflow', 'shed'],
    ['/421/not-mine', 'not mine', 'misdirected'],
    ['/409/conflict', 'conflict', 'answered'],
    ['/reset', 'broken', 'broken'],
  ])('tells of %s, so that the router understands it', async (path, how, verdict) => {
    const { tell, verdicts } = through(here);
    expect(await tell(path)).toBe(how);
    expect(verdicts).toEqual([verdict]);
  });

  it('tells of an answer, and of a node that is gone', async () => {
    const { tell, verdicts } = through(here);
    expect(await tell('/200/done')).toBe('answered');
    expect(verdicts).toEqual([]);
    const gone = through(() => 'http://127.0.0.1:1');
    expect(await gone.tell('/200/done')).toBe('refused');
    expect(gone.verdicts).toEqual(['refused']);
  });

  it('asks for the owner alone where work has a key, and for any node where it has none', async () => {
    const [free, keyed] = [through(here), through(here, true)];
    await free.tell('/200/done');
    await keyed.tell('/200/done');
    expect(free.asked).toEqual([{ timeoutMs: 700 }]);
    expect(keyed.asked).toEqual([{ timeoutMs: 700, key: 'key-7', exclusive: true }]);
  });

  it('tells that nobody serves it, when the router says so', async () => {
    const { tell } = through(() => {
      throw new Error('nobody serves "key-7" now');
    });
    expect(await tell('/200/done')).toBe('nobody');
  });

  it('tells nothing of what was given up', async () => {
    const { send } = through(here);
    const heard: string[] = [];
    send({ path: '/200/done', key: 'key-7' }, (how) => heard.push(how))();
    const { tell } = through(here);
    await tell('/200/done');
    await tell('/200/done');
    expect(heard).toEqual([]);
  });
});
