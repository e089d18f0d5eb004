import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentServer, startAgentServer } from '../../../cli/balancer/agent-server.js';
import type { Answer } from '../../../core/balancer/answers.js';

const answers = new Map<string, Answer>();
let server: AgentServer;
beforeEach(async () => {
  answers.clear();
  answers.set('node-1', { kind: 'serves', weight: 75 });
  answers.set('n ö', { kind: 'drained' });
  answers.set('node-3', { kind: 'gone', why: 'silent' });
  server = await startAgentServer({ host: '127.0.0.1', port: 0, answers: () => answers });
});
afterEach(() => server.close());

/** What is answered to such bytes, and that the line is closed then. */
async function ask(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return readAll(socket);
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}

const nameless = 'up #send the name of a node and a line feed: agent-send "node-1\\n"\n';

describe('the agent', () => {
  it.each([
    ['its weight', 'node-1\n', 'up 75%\n'],
    ['no new work while it is drained, by a name of several bytes', 'n ö\n', 'up 0%\n'],
    ['that it is down', 'node-3\r\n', 'down #silent\n'],
    ['spaces around do not count', '  node-1 \n', 'up 75%\n'],
    ['what follows the line does not count', 'node-1\nnode-3\n', 'up 75%\n'],
    ['no weight for one that nobody knows', 'node-9\n', 'up #no node of that name reports here\n'],
    ['nor for what no map should hold', '__proto__\n', 'up #no node of that name reports here\n'],
    ['what to send, to an empty line', '\n', nameless],
    ['what to send, to a line without an end', 'x'.repeat(2_000), nameless],
  ])('says %s', async (_, request, answer) => {
    expect(await ask(request)).toBe(answer);
  });

  it('does not wait for the end of what is too long', async () => {
    const beganMs = performance.now();
    expect(await ask('x'.repeat(2_000))).toBe(nameless);
    expect(performance.now() - beganMs).toBeLessThan(1_000);
  });

  it('reads a name that comes in pieces, cut within a character', async () => {
    const bytes = Buffer.from('n ö\n');
    expect(await ask(bytes.subarray(0, 3), bytes.subarray(3))).toBe('up 0%\n');
  });

  it('tells who says nothing what to say, in less time than HAProxy waits', async () => {
    const beganMs = performance.now();
    expect(await ask()).toBe(nameless);
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  });

  it('answers what holds at the time of the question', async () => {
    answers.set('node-1', { kind: 'serves', weight: 20 });
    expect(await ask('node-1\n')).toBe('up 20%\n');
  });

  it('hangs up on who will not, and on garbage, and goes on', async () => {
    const stubborn = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    stubborn.on('error', () => stubborn.destroy());
    stubborn.write('node-1\n');
    stubborn.resume();
    await once(stubborn, 'end');
    // Whoever writes to a line that was hung up on is told so.
    const says = () => {
      if (!stubborn.destroyed) stubborn.write('x');
      return stubborn.destroyed;
    };
    await expect.poll(says, { timeout: 5_000, interval: 200 }).toBe(true);
    const rude = connect(server.port, '127.0.0.1');
    rude.on('error', () => undefined);
    await once(rude, 'connect');
    rude.resetAndDestroy();
    expect(await ask(Buffer.from([0xff, 0x00, 0xfe, 0x0a]))).toBe('up #no node of that name reports here\n');
  });

  it('answers hundreds at once', async () => {
    const all = await Promise.all(Array.from({ length: 300 }, () => ask('node-1\n')));
    expect(new Set(all)).toEqual(new Set(['up 75%\n']));
  });

  it('holds no more lines than it can bear', async () => {
    const idle = Array.from({ length: 600 }, () => connect(server.port, '127.0.0.1'));
    for (const socket of idle) socket.on('error', () => undefined);
    const closed = await Promise.race(idle.map((socket) => once(socket, 'close').then(() => true)));
    expect(closed).toBe(true);
    for (const socket of idle) socket.destroy();
    await expect.poll(() => ask('node-1\n').catch(() => '')).toBe('up 75%\n');
  });

  it('says so where it cannot listen', async () => {
    const again = startAgentServer({ host: '127.0.0.1', port: server.port, answers: () => answers });
    await expect(again).rejects.toMatchObject({
      code: 'VELTRIX_USAGE',
      message: expect.stringContaining(`Cannot listen on 127.0.0.1:${server.port}`),
    });
  });

  it('ends at once, whoever is connected', async () => {
    const idle = connect(server.port, '127.0.0.1');
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const gone = once(idle, 'close');
    await server.close();
    await gone;
  });
});
