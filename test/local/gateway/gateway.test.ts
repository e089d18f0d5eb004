import * as http2 from 'node:http2';
import * as net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlRoutes } from '../../../local/gateway/control.js';
import { json, ndjson } from '../../../local/gateway/control.js';
import { type Answered, type Gateway, startGateway } from '../../../local/gateway/gateway.js';
import type { HttpRequest, Service, ServiceName } from '../../../local/kernel/aws.js';
import { signedFor } from './clients.js';

let gateway: Gateway;
let seen: HttpRequest[];
let answered: Answered[];
let releaseSlow: () => void;

/** Answers with its own name; `/slow` waits until released. */
function service(name: ServiceName): Service {
  return {
    name,
    call: async () => ({}),
    handle: async (request) => {
      seen.push(request);
      if (request.path === '/slow')
        await new Promise<void>((resolve) => {
          releaseSlow = resolve;
        });
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: name };
    },
    close: async () => undefined,
  };
}

async function* endless(signal: AbortSignal): AsyncGenerator<number> {
  for (let count = 0; !signal.aborted; count++) {
    yield count;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

const control: ControlRoutes = {
  'GET /_local/health': () => json(200, { status: 'ok' }),
  'POST /_local/act': () => json(200, { acted: true }),
  'GET /_local/endless': (_request, signal) => ndjson(endless(signal)),
  'GET /_local/broken': () => {
    throw new Error('no such thing');
  },
};

async function listen(about: { port?: number; graceMs?: number } = {}): Promise<Gateway> {
  const names = ['appconfig', 'appconfigdata', 'dynamodb', 'kinesis'] as const;
  const services = new Map<string, Service>(names.map((name) => [name, service(name)]));
  const onAnswered = (one: Answered) => answered.push(one);
  return await startGateway({ port: 0, services, control, onAnswered, ...about });
}

async function start(about?: { port?: number; graceMs?: number }): Promise<Gateway> {
  const started = await listen(about);
  started.open();
  return started;
}

beforeEach(async () => {
  seen = [];
  answered = [];
  gateway = await start();
});

afterEach(async () => {
  await gateway.close();
});

function ask(path: string, init: RequestInit & { service?: string } = {}): Promise<Response> {
  const { service: name, headers, ...rest } = init;
  const authorization = name === undefined ? {} : { authorization: signedFor(name) };
  return fetch(`${gateway.endpoint}${path}`, { ...rest, headers: { ...authorization, ...headers } });
}

async function answerOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Long enough for the server to read by itself what was written before. */
async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('the gateway routes on the scope of the signature', () => {
  it.each([
    ['kinesis', '/', 'kinesis'],
    ['dynamodb', '/', 'dynamodb'],
    ['appconfig', '/applications', 'appconfig'],
    ['appconfig', '/configurationsessions', 'appconfigdata'],
    ['appconfig', '/configuration', 'appconfigdata'],
  ])('%s %s reaches %s', async (name, path, reached) => {
    const response = await ask(path, { service: name, method: 'POST', body: 'x' });
    expect(await response.text()).toBe(reached);
  });

  it('reads it from a presigned query as well', async () => {
    const scope = encodeURIComponent('AKID/20260101/us-east-1/kinesis/aws4_request');
    expect(await (await ask(`/?X-Amz-Credential=${scope}`)).text()).toBe('kinesis');
  });

  it('hands over path, query, headers and the whole body', async () => {
    const body = 'x'.repeat(300_000);
    await ask('/a%20b?one=1&two=2', { service: 'kinesis', method: 'PUT', body, headers: { 'X-Thing': 'Y' } });
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/a%20b' });
    expect(seen[0]?.query.get('two')).toBe('2');
    expect(seen[0]?.headers['x-thing']).toBe('Y');
    expect(seen[0]?.body.toString()).toBe(body);
  });

  it('tells what it answered', async () => {
    await ask('/', {
      service: 'kinesis',
      method: 'POST',
      headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' },
    });
    expect(answered).toMatchObject([{ service: 'kinesis', operation: 'PutRecord', status: 200 }]);
  });
});

describe('the gateway refuses in the protocol of the request', () => {
  it('an unsigned request is MissingAuthenticationToken', async () => {
    const response = await ask('/');
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationToken');
    expect(await response.text()).toContain('AWS_ACCESS_KEY_ID');
  });

  it('AWS JSON gets __type', async () => {
    const headers = { 'x-amz-target': 'SSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' };
    const response = await ask('/', { service: 'ssm', method: 'POST', headers });
    expect(response.status).toBe(501);
    expect(await response.json()).toEqual({
      __type: 'UnknownServiceException',
      message: "The local AWS has no service 'ssm'; it has appconfig, appconfigdata, dynamodb, kinesis",
    });
  });

  it('a form gets XML', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const response = await ask('/', { service: 'ec2', method: 'POST', headers, body: 'Action=X' });
    expect(await response.text()).toContain('<Code>UnknownServiceException</Code>');
  });

  it('streams of DynamoDB are not DynamoDB', async () => {
    const headers = { 'x-amz-target': 'DynamoDBStreams_20120810.ListStreams' };
    expect((await ask('/', { service: 'dynamodb', method: 'POST', headers })).status).toBe(501);
  });

  it('a credential that is no scope is named', async () => {
    const response = await ask('/', { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=nonsense' } });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Credential 'nonsense'");
  });
});

describe('one port', () => {
  it('speaks HTTP/2 with prior knowledge beside HTTP/1.1', async () => {
    const session = http2.connect(gateway.endpoint);
    const stream = session.request({ ':method': 'POST', ':path': '/', authorization: signedFor('kinesis') });
    stream.end('hello');
    expect(await answerOf(stream)).toBe('kinesis');
    session.close();
    expect(seen[0]?.body.toString()).toBe('hello');
    expect(seen[0]?.headers['host']).toBe(`127.0.0.1:${gateway.port}`);
    expect(await (await ask('/', { service: 'dynamodb' })).text()).toBe('dynamodb');
  });

  it('tells HTTP/1.1 by the whole of what may be a preface, also when that comes in two pieces', async () => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.setNoDelay(true);
    // HTTP/2 begins with this letter as well.
    socket.write('P');
    await manyTurns();
    socket.write('OST /_local/act HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('tells HTTP/2 by the whole of its preface, also when that comes in two pieces', async () => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.write('PRI * HTTP/2.0\r\n');
    await manyTurns();
    const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    socket.write(Buffer.concat([Buffer.from('\r\nSM\r\n\r\n'), emptySettings]));
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    // The server's own SETTINGS frame: its type is the fourth byte.
    expect(first[3]).toBe(4);
  });

  it('in use, is named with the way out', async () => {
    await expect(start({ port: gateway.port })).rejects.toThrow(
      `Port ${gateway.port} on 127.0.0.1 is in use, perhaps by another local AWS. Choose another port with --port N`,
    );
  });
});

describe('a gateway that is not open yet', () => {
  it('lets requests wait', async () => {
    const waiting = await listen();
    let isAnswered = false;
    const response = fetch(`${waiting.endpoint}/_local/health`).then((got) => {
      isAnswered = true;
      return got.status;
    });
    // Another gateway answers many whole requests meanwhile.
    for (let count = 0; count < 30; count++) await (await ask('/_local/health')).text();
    expect(isAnswered).toBe(false);
    waiting.open();
    expect(await response).toBe(200);
    await waiting.close();
  });
});

describe('control requests', () => {
  it('are answered without a signature', async () => {
    expect(await (await ask('/_local/health')).json()).toEqual({ status: 'ok' });
  });

  it('that nothing answers name what there is', async () => {
    const response = await ask('/_local/nothing');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('GET /_local/health');
  });

  it('that fail say why', async () => {
    const response = await ask('/_local/broken');
    expect([response.status, await response.json()]).toEqual([500, { error: 'no such thing' }]);
  });

  it('from a web page are refused', async () => {
    const response = await ask('/_local/act', { method: 'POST', headers: { origin: 'https://example.com' } });
    expect([response.status, (await ask('/_local/act', { method: 'POST' })).status]).toEqual([403, 200]);
  });

  it('under a foreign host name are refused', async () => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.end('GET /_local/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 403/);
  });
});

describe('AWS requests', () => {
  const page = { origin: 'https://example.com', 'content-type': 'text/plain' };
  const presigned = '/2015-03-31/functions?X-Amz-Credential=a/20260101/us-east-1/lambda/aws4_request';

  it.each(['GET', 'POST'])(
    'of a web page are refused, though %s needs no signature of its own',
    async (method) => {
      const response = await ask(presigned, { method, headers: page });
      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
        403,
        'AccessDeniedException',
      ]);
      expect(seen).toEqual([]);
    },
  );

  it('under a foreign host name are refused', async () => {
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.end(`GET ${presigned} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 403/);
    expect(seen).toEqual([]);
  });
});

describe('closing', () => {
  it('lets a request under way finish', async () => {
    const response = ask('/slow', { service: 'kinesis' });
    await expect.poll(() => seen.length).toBe(1);
    const closed = gateway.close();
    releaseSlow();
    expect(await (await response).text()).toBe('kinesis');
    await closed;
  });

  it('cuts what does not finish within the grace', async () => {
    await gateway.close();
    gateway = await start({ graceMs: 20 });
    const response = ask('/slow', { service: 'kinesis' });
    const failed = expect(response).rejects.toThrow();
    await expect.poll(() => seen.length).toBe(1);
    await gateway.close();
    await failed;
  });

  it('does not wait for idle clients, silent connections, HTTP/2 sessions or streams that are followed', async () => {
    await gateway.close();
    // Longer than this test may take.
    gateway = await start({ graceMs: 600_000 });
    await (await ask('/_local/health')).text();
    const silent = net.connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    const session = http2.connect(gateway.endpoint).on('error', () => undefined);
    await answerOf(session.request({ ':path': '/_local/health' }));
    const followed = await ask('/_local/endless');
    await gateway.close();
    expect(await followed.text()).toBe('0\n');
    silent.destroy();
    session.destroy();
  });
});
