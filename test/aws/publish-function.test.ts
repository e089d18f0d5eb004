import { LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPublishFunction } from '../../aws/publish-function.js';
import type { PublishRequest } from '../../core/delivery/publishing.js';

const cluster = { application: 'quest', environment: 'staging' };
const request: PublishRequest = { profile: 'rules', content: { a: 1 }, description: 'why', author: 'anna' };
const accepted = { outcome: 'accepted', version: 2, label: 'v2-0a0a0a0a', deployment: 3, unchanged: false };

interface Call {
  readonly FunctionName?: string;
  readonly Qualifier?: string;
  readonly Payload?: Uint8Array;
}

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret' };

/** A client that answers what a test says, and keeps what it was asked. */
function createClient(answer: () => object, credentials: () => Promise<typeof keys> = async () => keys) {
  const calls: Call[] = [];
  const client = Object.assign(new LambdaClient({ region: 'eu-west-1', credentials }), {
    send: async (command: { input: Call }) => {
      calls.push(command.input);
      return answer();
    },
  });
  return { client, calls };
}

const sentIn = (calls: readonly Call[]) => JSON.parse(new TextDecoder().decode(calls[0]?.Payload));

const signatureIn = (sent: { readonly identity: string }): string =>
  new URLSearchParams(sent.identity).get('X-Amz-Signature') ?? '';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const publishTo = (answer: () => object) =>
  createPublishFunction(createClient(answer).client, { stage: 'main', cluster }).publish(request);

afterEach(() => {
  vi.useRealTimers();
});

describe('createPublishFunction', () => {
  it("invokes the environment's own function with the request", async () => {
    const { client, calls } = createClient(() => ({ Payload: encode(accepted) }));
    const result = await createPublishFunction(client, { stage: 'main', cluster }).publish(request);
    expect(result).toEqual(accepted);
    expect(calls[0]?.FunctionName).toBe('veltrix-main-publish-quest-staging');
    expect(calls[0]).not.toHaveProperty('Qualifier');
    const { identity, ...sent } = sentIn(calls);
    expect(sent).toEqual(request);
    const proof = new URLSearchParams(identity);
    expect(proof.get('X-Amz-Credential')).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/sts\/aws4_request$/);
    expect(proof.get('X-Amz-SignedHeaders')).toBe('host;x-veltrix-audience');
  });

  it('proves who asks for this very request, and to this very function', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00.000Z') });
    const signed: string[] = [];
    for (const change of [{}, {}, { author: 'bo' }]) {
      const { client, calls } = createClient(() => ({ Payload: encode(accepted) }));
      await createPublishFunction(client, { stage: 'main', cluster }).publish({ ...request, ...change });
      signed.push(signatureIn(sentIn(calls)));
    }
    expect(signed[0]).toBe(signed[1]);
    expect(signed[2]).not.toBe(signed[0]);
  });

  it.each<[string, () => Promise<typeof keys & { sessionToken?: string }>]>([
    ['has no credentials', () => Promise.reject(new Error('no credentials'))],
    ['has a longer proof than a request takes', async () => ({ ...keys, sessionToken: 'x'.repeat(9000) })],
  ])('sends the request as it is when it %s', async (_, none) => {
    const { client, calls } = createClient(() => ({ Payload: encode(accepted) }), none);
    await createPublishFunction(client, { stage: 'main', cluster }).publish(request);
    expect(sentIn(calls)).toEqual(request);
  });

  it('proves as well who changes the queue', async () => {
    const changed = {
      outcome: 'queue-changed',
      environment: 'quest/staging',
      action: 'drop',
      profile: 'rules',
      version: 2,
      unchanged: false,
    };
    const { client, calls } = createClient(() => ({ Payload: encode(changed) }));
    const drop = { queueAction: 'drop', profile: 'rules', description: 'why', author: 'anna' } as const;
    expect(await createPublishFunction(client, { stage: 'main', cluster }).publish(drop)).toEqual(changed);
    const { identity, ...sent } = sentIn(calls);
    expect(sent).toEqual(drop);
    expect(identity).toContain('X-Amz-Signature=');
    // By the alias: who may invoke it so need not have the right to publish.
    expect(calls[0]).toMatchObject({
      FunctionName: 'veltrix-main-publish-quest-staging',
      Qualifier: 'queue',
    });
  });

  it('passes a refusal on as an answer', async () => {
    const refusal = { outcome: 'content-refused', subject: 's', problems: [{ path: 'a', message: 'is 1' }] };
    expect(await publishTo(() => ({ Payload: encode(refusal) }))).toEqual(refusal);
  });

  it.each<[string, () => object, string, boolean]>([
    [
      'is missing',
      () => {
        throw new ResourceNotFoundException({ message: 'no', $metadata: { httpStatusCode: 404 } });
      },
      'Nothing can publish to quest/staging: there is no function veltrix-main-publish-quest-staging here',
      false,
    ],
    [
      'fails',
      () => ({
        FunctionError: 'Unhandled',
        Payload: encode({ errorType: 'Error', errorMessage: 'no disk' }),
      }),
      'veltrix-main-publish-quest-staging failed: no disk',
      true,
    ],
    [
      'fails without a word',
      () => ({ FunctionError: 'Unhandled' }),
      'veltrix-main-publish-quest-staging failed: no reason given',
      true,
    ],
    [
      'answers in another form',
      () => ({ Payload: encode({ outcome: 'accepted' }) }),
      'veltrix-main-publish-quest-staging gave an answer that this command does not understand',
      false,
    ],
    [
      'cannot be reached',
      () => {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
      'could not invoke veltrix-main-publish-quest-staging: Error: connect ECONNREFUSED',
      true,
    ],
  ])('says so when it %s', async (_name, answer, message, retryable) => {
    await expect(publishTo(answer)).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      message,
      retryable,
      hint: expect.stringMatching(/./),
    });
  });

  it('does not send what Lambda would not take', async () => {
    const { client, calls } = createClient(() => ({ Payload: encode(accepted) }));
    const large = { ...request, content: 'x'.repeat(7 * 1024 * 1024) };
    const publishing = createPublishFunction(client, { stage: 'main', cluster }).publish(large);
    await expect(publishing).rejects.toThrow('a function takes at most 6,291,456');
    expect(calls).toEqual([]);
  });
});
