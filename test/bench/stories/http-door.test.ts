import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpDoor, readAnswer } from '../../../bench/stories/load/http-door.js';

const running: Server[] = [];
const doors: HttpDoor[] = [];

afterEach(() => {
  for (const door of doors.splice(0)) door.close();
  for (const server of running.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  running.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function doorTo(server: Server): Promise<HttpDoor> {
  const door = new HttpDoor(await listening(server));
  doors.push(door);
  return door;
}

const told = (door: HttpDoor, path = '/'): Promise<string> =>
  new Promise((resolve) => door.send(path, resolve));

const http = (listener: RequestListener) => createHttpServer(listener) as Server;
const raw = (onSocket: (socket: Socket) => void) =>
  createServer((socket) => onSocket(socket.on('error', () => undefined)));

describe('HttpDoor', () => {
  it('tells that it was answered, and asks for the path it was given', async () => {
    const paths: (string | undefined)[] = [];
    const door = await doorTo(http((request, response) => response.end(String(paths.push(request.url)))));
    expect(await told(door, '/a?b=c')).toBe('answered');
    expect(paths).toEqual(['/a?b=c']);
  });

  it("tells the server's word for why not", async () => {
    const door = await doorTo(
      http((_, response) => response.writeHead(503, { 'content-length': 8 }).end('overflow')),
    );
    expect(await told(door)).toBe('overflow');
  });

  it('asks again on the connection it has, and opens another while that is busy', async () => {
    let connections = 0;
    const server = http((_, response) => void setTimeout(() => response.end('x'), 20));
    server.on('connection', () => {
      connections += 1;
    });
    const door = await doorTo(server);
    await told(door);
    await told(door);
    expect(connections).toBe(1);
    await Promise.all([told(door), told(door)]);
    expect(connections).toBe(2);
  });

  it('tells of a port at which nobody listens', async () => {
    const server = http(() => undefined);
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    const door = new HttpDoor(port);
    expect(await told(door)).toBe('refused');
  });

  it('tells of a connection that breaks before the answer', async () => {
    const door = await doorTo(raw((socket) => socket.once('data', () => socket.destroy())));
    expect(await told(door)).toBe('broken');
  });

  it('does not ask on a connection that the server has closed', async () => {
    const door = await doorTo(
      http((_, response) => response.writeHead(200, { connection: 'close', 'content-length': 1 }).end('x')),
    );
    expect(await told(door)).toBe('answered');
    expect(await told(door)).toBe('answered');
  });

  it('forgets a connection that the server closes while nothing is asked', async () => {
    let closed: () => void = () => undefined;
    const door = await doorTo(
      raw((socket) =>
        socket.on('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
          setTimeout(() => socket.destroy(), 5);
          socket.on('close', () => closed());
        }),
      ),
    );
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    expect(await told(door)).toBe('answered');
    await isClosed;
    await delay(20);
    expect(await told(door)).toBe('answered');
  });

  it('tells nothing of a request that was given up, and does not take its answer for the next one', async () => {
    const door = await doorTo(
      http((request, response) =>
        request.url === '/late' ? setTimeout(() => response.end('x'), 50) : response.writeHead(404).end(),
      ),
    );
    const heard: string[] = [];
    const giveUp = door.send('/late', (how) => heard.push(how));
    giveUp();
    expect(await told(door, '/other')).toBe('status 404');
    expect(heard).toEqual([]);
  });

  it('waits for an answer that comes in pieces', async () => {
    const door = await doorTo(
      raw((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 503 Service Unavailable\r\nContent-Le');
          setTimeout(() => socket.write('ngth: 8\r\n\r\nover'), 10);
          setTimeout(() => socket.write('flow'), 20);
        }),
      ),
    );
    expect(await told(door)).toBe('overflow');
  });
});

describe('readAnswer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', { how: 'answered', isLast: false }],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: close\r\n\r\n', { how: 'answered', isLast: true }],
    [
      'HTTP/1.1 421 Misdirected Request\r\nContent-Length: 8\r\n\r\nnot mine',
      { how: 'not mine', isLast: false },
    ],
    ['HTTP/1.0 503 Down\r\ncontent-length: 13\r\n\r\n<html></html>', { how: 'status 503', isLast: false }],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}', undefined],
    ['HTTP/1.1 200 OK\r\nContent-Length: 3\r\n', undefined],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    expect(readAnswer(text)).toEqual(expected);
  });
});
