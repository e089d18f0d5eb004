import { LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createPublishFunction } from '../../aws/publish-function.js';
import type { PublishRequest } from '../../core/delivery/publishing.js';

const cluster = { application: 'quest', environment: 'staging' };
const request: PublishRequest = { profile: 'rules', content: { a: 1 }, description: 'why', author: 'anna' };
const accepted = { outcome: 'accepted', version: 2, label: 'v2-0a0a0a0a', deployment: 3, unchanged: false };

interface Call {
  readonly FunctionName?: string;
  readonly Payload?: Uint8Array;
}

/** A client that answers what a test says, and keeps what it was asked. */
function createClient(answer: () => object) {
  const calls: Call[] = [];
  const client = Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
    send: async (command: { input: Call }) => {
      calls.push(command.input);
      return answer();
    },
  });
  return { client, calls };
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const publishTo = (answer: () => object) =>
  createPublishFunction(createClient(answer).client, { stage: 'main', cluster }).publish(request);

describe('createPublishFunction', () => {
  it("invokes the environment's own function with the request", async () => {
    const { client, calls } = createClient(() => ({ Payload: encode(accepted) }));
    const result = await createPublishFunction(client, { stage: 'main', cluster }).publish(request);
    expect(result).toEqual(accepted);
    expect(calls[0]?.FunctionName).toBe('veltrix-main-publish-quest-staging');
    expect(JSON.parse(new TextDecoder().decode(calls[0]?.Payload))).toEqual(request);
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
