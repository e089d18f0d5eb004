import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AwsError, type HttpRequest, type Json } from '../../../local/kernel/aws.js';
import { handleJson } from '../../../local/kernel/json-protocol.js';
import { createCall, defineOperation } from '../../../local/kernel/operations.js';
import { handleQuery } from '../../../local/kernel/query-protocol.js';
import { handleRest, type Route } from '../../../local/kernel/rest-protocol.js';

function request(about: Partial<HttpRequest> & { text?: string }): HttpRequest {
  const { text = '', ...rest } = about;
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(text),
    ...rest,
  };
}

function target(name: string): { headers: Record<string, string> } {
  return { headers: { 'x-amz-target': name } };
}

/** Remembers what it was called with and answers with `output`. */
function recorder(output: Json | AwsError | Error = {}) {
  const calls: [string, Json][] = [];
  const call = async (operation: string, input: Json) => {
    calls.push([operation, input]);
    if (output instanceof Error) throw output;
    return output;
  };
  return { calls, call };
}

const binding = {
  target: 'Thing_2026',
  version: '1.1',
  blobs: ['Data', 'Many'],
  timestamps: ['At'],
} as const;

describe('AWS JSON', () => {
  it('decodes blobs and timestamps wherever they stand', async () => {
    const { calls, call } = recorder();
    const text = '{"List":[{"Data":"aGk=","At":1.5}],"Many":["aGk="],"Text":"aGk="}';
    await handleJson(binding, call)(request({ ...target('Thing_2026.Do'), text }));
    expect(calls).toEqual([
      [
        'Do',
        { List: [{ Data: Buffer.from('hi'), At: new Date(1500) }], Many: [Buffer.from('hi')], Text: 'aGk=' },
      ],
    ]);
  });

  it('encodes bytes, dates and what is undefined', async () => {
    const { call } = recorder({ Data: new Uint8Array([104, 105]), At: new Date(1500), Gone: undefined });
    const response = await handleJson(binding, call)(request(target('Thing_2026.Do')));
    expect(response).toMatchObject({ status: 200, body: '{"Data":"aGk=","At":1.5}' });
    expect(response.headers['content-type']).toBe('application/x-amz-json-1.1');
  });

  it('names errors, with their members', async () => {
    const { call } = recorder(
      new AwsError({ name: 'Gone', status: 410, message: 'It went', members: { Since: 3 } }),
    );
    const handle = handleJson({ ...binding, errorPrefix: 'com.thing#' }, call);
    const response = await handle(request(target('Thing_2026.Do')));
    expect(response.status).toBe(410);
    expect(JSON.parse(String(response.body))).toEqual({
      __type: 'com.thing#Gone',
      message: 'It went',
      Since: 3,
    });
  });

  it.each([
    ['a defect', 'Thing_2026.Do', '{}', 'InternalFailure'],
    ['another target', 'Other.Do', '{}', 'UnknownOperationException'],
    ['broken JSON', 'Thing_2026.Do', '{', 'SerializationException'],
    ['an array', 'Thing_2026.Do', '[]', 'SerializationException'],
    ['a blob that is none', 'Thing_2026.Do', '{"Data":"?"}', 'SerializationException'],
    ['a timestamp that is none', 'Thing_2026.Do', '{"At":"soon"}', 'SerializationException'],
  ])('answers %s with an error', async (_about, name, text, error) => {
    const { call } = recorder(new Error('oops'));
    const response = await handleJson(binding, call)(request({ ...target(name), text }));
    expect(JSON.parse(String(response.body)).__type).toBe(error);
  });
});

describe('REST JSON', () => {
  const routes: Route[] = [
    { method: 'GET', path: '/things/{Id}', operation: 'GetThing', query: { max_results: 'Max' } },
    { method: 'DELETE', path: '/things/{Id}', operation: 'DeleteThing', status: 204 },
    { method: 'POST', path: '/things', operation: 'CreateThing', status: 201 },
    { method: 'PUT', path: '/files/{Path+}', operation: 'PutFile' },
    {
      method: 'POST',
      path: '/raw/{Id}',
      operation: 'Raw',
      parse: ({ params, body }) => ({ ...params, Bytes: body.length }),
      format: (output) => ({ status: 203, headers: { 'x-out': String(output['Out']) }, body: 'raw' }),
    },
  ];

  it.each([
    ['GET', '/things/a%2Fb', 'max_results=5', 'GetThing', { Id: 'a/b', Max: '5' }],
    ['POST', '/things/', '', 'CreateThing', { Name: 'n' }],
    ['PUT', '/files/a/b.txt', '', 'PutFile', { Path: 'a/b.txt', Name: 'n' }],
    ['POST', '/raw/x', '', 'Raw', { Id: 'x', Bytes: 12 }],
  ])('%s %s?%s is %s', async (method, path, query, operation, input) => {
    const { calls, call } = recorder();
    const text = method === 'GET' ? '' : '{"Name":"n"}';
    await handleRest({ routes }, call)(request({ method, path, query: new URLSearchParams(query), text }));
    expect(calls).toEqual([[operation, input]]);
  });

  it('writes dates as the service asks', async () => {
    const { call } = recorder({ At: new Date(1500) });
    const ask = request({ method: 'GET', path: '/things/a' });
    expect((await handleRest({ routes }, call)(ask)).body).toBe('{"At":1.5}');
    const handle = handleRest({ routes, timestampFormat: 'date-time' }, call);
    expect((await handle(ask)).body).toBe('{"At":"1970-01-01T00:00:01.500Z"}');
  });

  it('answers 204 without a body and other statuses with one', async () => {
    const { call } = recorder({ A: 1 });
    const handle = handleRest({ routes }, call);
    expect(await handle(request({ method: 'DELETE', path: '/things/a' }))).toMatchObject({
      status: 204,
      body: '',
    });
    expect(await handle(request({ path: '/things' }))).toMatchObject({ status: 201, body: '{"A":1}' });
  });

  it('uses a format of the route', async () => {
    const { call } = recorder({ Out: 7 });
    const response = await handleRest({ routes }, call)(request({ path: '/raw/x' }));
    expect(response).toEqual({ status: 203, headers: { 'x-out': '7' }, body: 'raw' });
  });

  it.each([
    ['GET', '/nothing', 404, 'UnknownOperationException'],
    ['PATCH', '/things/a', 405, 'MethodNotAllowedException'],
    ['GET', '/things/%zz', 400, 'SerializationException'],
  ])('answers %s %s with %i', async (method, path, status, name) => {
    const response = await handleRest({ routes }, recorder().call)(request({ method, path }));
    expect([response.status, response.headers['x-amzn-errortype']]).toEqual([status, name]);
  });

  it('names errors in the header, and their members in the body', async () => {
    const { call } = recorder(
      new AwsError({ name: 'Busy', status: 409, message: 'Later', members: { In: 5 } }),
    );
    const response = await handleRest({ routes }, call)(request({ method: 'GET', path: '/things/a' }));
    expect(response).toMatchObject({ status: 409, body: '{"Message":"Later","In":5}' });
    expect(response.headers['x-amzn-errortype']).toBe('Busy');
  });
});

describe('query', () => {
  const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

  it('takes a form and answers XML', async () => {
    const { calls, call } = recorder({ Name: 'a<b', List: [{ X: 1 }, { X: 2 }], At: new Date(0) });
    const text = 'Action=DoIt&Version=2011-06-15&Name=n%20m';
    const response = await handleQuery({ namespace }, call)(request({ text }));
    expect(calls).toEqual([['DoIt', { Name: 'n m' }]]);
    expect(response.body).toContain(
      '<DoItResult><Name>a&lt;b</Name><List><member><X>1</X></member><member><X>2</X></member></List><At>1970-01-01T00:00:00.000Z</At></DoItResult>',
    );
  });

  it('names errors', async () => {
    const { call } = recorder(new AwsError({ name: 'NoSuchEntity', status: 404, message: 'x & y' }));
    const response = await handleQuery({ namespace }, call)(request({ text: 'Action=DoIt' }));
    expect(response.status).toBe(404);
    expect(response.body).toContain('<Code>NoSuchEntity</Code><Message>x &amp; y</Message>');
  });
});

describe('a register of operations', () => {
  const double = defineOperation({
    input: z.strictObject({ Value: z.number().int().max(10) }),
    run: (context: { add: number }, { Value }) => ({ Value: Value * 2 + context.add }),
  });
  const call = createCall({ service: 'sts', operations: { Double: double }, context: { add: 1 } });

  it('parses the input and runs with the context', async () => {
    expect(await call('Double', { Value: 4 })).toEqual({ Value: 9 });
  });

  it.each([[{ Value: 11 }], [{ Value: 'four' }], [{ Value: 1, Other: 2 }]])(
    'refuses %j, naming the path',
    async (input) => {
      await expect(call('Double', input)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(/Value|Other/),
      });
    },
  );

  it.each(['Triple', 'toString'])('refuses the unknown operation %s by name', async (name) => {
    await expect(call(name, {})).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining(`sts:${name}`),
    });
  });
});
