import { describe, expect, it } from 'vitest';
import { type HttpRequest, localIdentity } from '../../../local/kernel/aws.js';
import { createSts } from '../../../local/services/sts/service.js';

const ask = (request: Partial<HttpRequest>) =>
  createSts({ identity: localIdentity }).handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(''),
    ...request,
  });

/** As a signer for query strings writes it. */
const presigned = (Action: string) =>
  new URLSearchParams({
    Action,
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'local/20260101/us-east-1/sts/aws4_request',
    'X-Amz-Date': '20260101T000000Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-audience',
    'X-Amz-Signature': 'a'.repeat(64),
  });

const xml =
  '<GetCallerIdentityResult><UserId>LOCAL</UserId><Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/local</Arn></GetCallerIdentityResult>';

describe('GetCallerIdentity', () => {
  it.each<[string, Partial<HttpRequest>]>([
    ['a form', { body: Buffer.from('Action=GetCallerIdentity&Version=2011-06-15') }],
    ['a presigned query string', { method: 'GET', query: presigned('GetCallerIdentity') }],
  ])('answers %s with XML', async (_, request) => {
    const response = await ask(request);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('text/xml');
    expect(response.body).toContain(xml);
  });

  it('answers with JSON who accepts nothing else', async () => {
    const headers = { accept: 'application/json' };
    const response = await ask({ method: 'GET', query: presigned('GetCallerIdentity'), headers });
    expect(response.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(response.body))).toEqual({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: {
          UserId: 'LOCAL',
          Account: '000000000000',
          Arn: 'arn:aws:iam::000000000000:user/local',
        },
        ResponseMetadata: { RequestId: response.headers['x-amzn-requestid'] },
      },
    });
  });

  it('is the only operation, in JSON as well', async () => {
    const headers = { accept: 'application/json' };
    const response = await ask({ method: 'GET', query: presigned('AssumeRole'), headers });
    expect(response.status).toBe(400);
    expect(JSON.parse(String(response.body))).toMatchObject({
      Error: { Type: 'Sender', Code: 'UnknownOperationException' },
    });
  });
});
