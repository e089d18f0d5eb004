import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audienceOf, createCallerIdentity, stsHost } from '../../../aws/sts/caller-identity.js';
import { proveIdentity } from '../../../aws/sts/identity-proof.js';
import { readOwnArn } from '../../../aws/sts/own-identity.js';
import { ServiceUnavailable, UsageError } from '../../../core/errors.js';
import { epochMs } from '../../../core/time.js';
import { startLocalAws } from '../../../local/index.js';

const arn = 'arn:aws:sts::123456789012:assumed-role/Deployer/anna@example.com';
const region = 'eu-west-1';
const name = 'veltrix-main-publish-app-staging';
const request = { profile: 'gameplay', content: { b: 1, a: [1, 'ü'] }, description: 'why', author: 'anna' };
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret' };

const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Verifies as AWS does ("Create a signed AWS API request"), for the host STS has in the region. */
function isSigned(incoming: IncomingMessage): boolean {
  const query = new URL(incoming.url ?? '', 'http://x').searchParams;
  const read = (key: string) => query.get(key) ?? '';
  const [, date = '', area = '', service = ''] = read('X-Amz-Credential').split('/');
  const canonicalQuery = [...query]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encoded(key)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = `host:sts.eu-west-1.amazonaws.com\nx-veltrix-audience:${incoming.headers['x-veltrix-audience']}\n`;
  const canonical = ['GET', '/', canonicalQuery, headers, 'host;x-veltrix-audience', hex('')].join('\n');
  const scope = [date, area, service, 'aws4_request'].join('/');
  const toSign = ['AWS4-HMAC-SHA256', read('X-Amz-Date'), scope, hex(canonical)].join('\n');
  const key = [area, service, 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${credentials.secretAccessKey}`, date),
  );
  return hmac(key, toSign).toString('hex') === read('X-Amz-Signature');
}

const said = (body: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${body}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
const refused = '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code></Error></ErrorResponse>';

/** STS as far as it matters here. */
let sts: Server;
let answer: (incoming: IncomingMessage) => { status: number; body: string; headers?: Record<string, string> };
const asked: string[] = [];

beforeAll(async () => {
  sts = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { status, body, headers } = answer(incoming);
    outgoing.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
});
afterAll(() => sts.close());
beforeEach(() => {
  asked.length = 0;
  answer = (incoming) =>
    isSigned(incoming)
      ? { status: 200, body: said(`<Arn>${arn}</Arn><UserId>X</UserId>`) }
      : { status: 403, body: refused };
});

const identity = (about: { readonly account?: string; readonly laterMs?: number } = {}) =>
  createCallerIdentity({
    region,
    account: about.account ?? '123456789012',
    audience: name,
    clock: () => epochMs(Date.now() + (about.laterMs ?? 0)),
    endpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
  });

const prove = (about: { audience?: string; region?: string; sessionToken?: string } = {}) => {
  const { sessionToken, ...rest } = about;
  return proveIdentity({
    region,
    audience: audienceOf(name, request),
    credentials: { ...credentials, ...(sessionToken !== undefined && { sessionToken }) },
    ...rest,
  });
};

describe('a proof of identity', () => {
  it('tells the ARN of who signed it', async () => {
    expect(await identity().arnOf(await prove(), request)).toBe(arn);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^GET \/\?Action=GetCallerIdentity&Version=2011-06-15&/);
  });

  it('is good for temporary credentials', async () => {
    const sessionToken = `${'IQoJb3JpZ2lu'.repeat(80)}+/==`;
    expect(await identity().arnOf(await prove({ sessionToken }), request)).toBe(arn);
  });

  it('is good for a minute, and fits a request', async () => {
    const proof = new URLSearchParams(await prove({ sessionToken: 'x'.repeat(4096) }));
    expect(proof.get('X-Amz-Expires')).toBe('60');
    expect(proof.get('X-Amz-SignedHeaders')).toBe('host;x-veltrix-audience');
    expect(proof.toString().length).toBeLessThan(8192);
    expect(proof.toString()).not.toContain(name);
  });

  it('stands in the request that it is about', async () => {
    const proof = await prove();
    expect(await identity().arnOf(proof, { ...request, identity: proof })).toBe(arn);
  });

  it.each<[string, Parameters<typeof prove>[0], object]>([
    ['another function', { audience: audienceOf('veltrix-main-publish-app-production', request) }, request],
    ['another request', {}, { ...request, content: { b: 2 } }],
    ['another author', {}, { ...request, author: 'eve' }],
  ])('is no proof for %s', async (_, about, of) => {
    const asking = identity().arnOf(await prove(about), of);
    await expect(asking).rejects.toThrow(ServiceUnavailable);
    await expect(asking).rejects.toMatchObject({
      cause: expect.objectContaining({ message: 'STS answered 403: SignatureDoesNotMatch' }),
    });
  });

  const change = (proof: string, changes: Record<string, string | undefined>): string => {
    const query = new URLSearchParams(proof);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) query.delete(key);
      else query.set(key, value);
    }
    return query.toString();
  };

  it.each<[string, Record<string, string | undefined>]>([
    ['asks for something else', { Action: 'AssumeRole' }],
    ['asks for more', { RoleArn: 'arn:aws:iam::123456789012:role/Admin' }],
    ['is of another version', { Version: '2010-01-01' }],
    ['is signed otherwise', { 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }],
    ['is for another service', { 'X-Amz-Credential': 'AKID/20260101/eu-west-1/iam/aws4_request' }],
    ['is for another region', { 'X-Amz-Credential': 'AKID/20260101/us-east-1/sts/aws4_request' }],
    ['names a host for a region', { 'X-Amz-Credential': 'AKID/20260101/evil.example.com#/sts/aws4_request' }],
    ['leaves the audience unsigned', { 'X-Amz-SignedHeaders': 'host' }],
    ['signs other headers too', { 'X-Amz-SignedHeaders': 'host;x-other;x-veltrix-audience' }],
    ['has no signature', { 'X-Amz-Signature': undefined }],
    ['has a date that is none', { 'X-Amz-Date': '2026-01-01' }],
    ['is good for hours', { 'X-Amz-Expires': '3600' }],
    ['has a token that is none', { 'X-Amz-Security-Token': 'a b\r\nc' }],
  ])('that %s is refused without asking anybody', async (_, changes) => {
    const asking = identity().arnOf(change(await prove(), changes), request);
    await expect(asking).rejects.toThrow(UsageError);
    expect(asked).toEqual([]);
  });

  it.each([
    ['a minute and a half old', 92_000],
    ['ten minutes old', 600_000],
    ['of a time to come', -32_000],
  ])('that is %s is refused without asking anybody', async (_, laterMs) => {
    const asking = identity({ laterMs }).arnOf(await prove(), request);
    await expect(asking).rejects.toThrow(UsageError);
    expect(asked).toEqual([]);
  });

  it.each([60_000, 88_000, -28_000])('is good %i ms later, whatever the clocks differ', async (laterMs) => {
    expect(await identity({ laterMs }).arnOf(await prove(), request)).toBe(arn);
  });

  it('of another account is no proof here, though STS knows who signed it', async () => {
    const asking = identity({ account: '210987654321' }).arnOf(await prove(), request);
    await expect(asking).rejects.toThrow(/is of arn:aws:sts::123456789012:.* not of account 210987654321/);
    expect(asked).toHaveLength(1);
  });

  it.each(['', 'https://evil.example.com/?Action=GetCallerIdentity', '{}'])(
    '%j is refused without asking anybody',
    async (proof) => {
      await expect(identity().arnOf(proof, request)).rejects.toThrow(UsageError);
      expect(asked).toEqual([]);
    },
  );

  it('with a parameter twice is refused', async () => {
    const proof = `${await prove()}&Action=GetCallerIdentity`;
    await expect(identity().arnOf(proof, request)).rejects.toThrow(/a parameter is there twice/);
    expect(asked).toEqual([]);
  });

  it.each<[string, ReturnType<typeof answer>]>([
    ['fails', { status: 500, body: '' }],
    ['says nothing of who it is', { status: 200, body: said('<UserId>X</UserId>') }],
    ['says something that is no ARN', { status: 200, body: said('<Arn>arn:aws:s3:::bucket</Arn>') }],
  ])('tells nothing when STS %s', async (_, given) => {
    answer = () => given;
    await expect(identity().arnOf(await prove(), request)).rejects.toThrow(ServiceUnavailable);
  });

  it('is sent nowhere else because STS says so', async () => {
    answer = ({ url }) =>
      url === '/elsewhere'
        ? { status: 200, body: said(`<Arn>${arn}</Arn>`) }
        : { status: 302, body: '', headers: { location: '/elsewhere' } };
    await expect(identity().arnOf(await prove(), request)).rejects.toThrow(ServiceUnavailable);
    expect(asked).toHaveLength(1);
  });

  it('goes to STS’s own host of the region', () => {
    expect(stsHost('eu-west-1')).toBe('sts.eu-west-1.amazonaws.com');
    expect(stsHost('us-gov-west-1')).toBe('sts.us-gov-west-1.amazonaws.com');
    expect(stsHost('cn-north-1')).toBe('sts.cn-north-1.amazonaws.com.cn');
  });

  it('is answered by the local AWS', async () => {
    const local = await startLocalAws({ port: 0 });
    try {
      const account = '000000000000';
      const clock = () => epochMs(Date.now());
      const here = createCallerIdentity({ region, account, audience: name, clock, endpoint: local.endpoint });
      expect(await here.arnOf(await prove(), request)).toBe('arn:aws:iam::000000000000:user/local');
    } finally {
      await local.close();
    }
  });
});

describe('audienceOf', () => {
  it('is the same for the same request, however it is spelt, with or without its proof', () => {
    const spelt = JSON.parse(
      '{"author":"anna","description":"why","content":{"a":[1,"\\u00fc"],"b":1.0},"profile":"gameplay"}',
    );
    expect(audienceOf(name, { ...spelt, identity: 'x' })).toBe(audienceOf(name, request));
    expect(audienceOf(name, request)).toMatch(/^veltrix-main-publish-app-staging\/[0-9a-f]{64}$/);
  });
});

describe('one’s own identity', () => {
  const ask = () => {
    const { port } = sts.address() as AddressInfo;
    return readOwnArn({ region, credentials, endpoint: `http://127.0.0.1:${port}` });
  };

  it('is what STS says of a request that is signed', async () => {
    answer = (incoming) =>
      isSigned(incoming) ? { status: 200, body: said(`<Arn>${arn}</Arn>`) } : { status: 403, body: refused };
    expect(await ask()).toBe(arn);
  });

  it('is unknown where STS refuses, or names nobody', async () => {
    answer = () => ({ status: 403, body: refused });
    await expect(ask()).rejects.toBeInstanceOf(ServiceUnavailable);
    answer = () => ({ status: 200, body: said('') });
    await expect(ask()).rejects.toBeInstanceOf(ServiceUnavailable);
  });
});
