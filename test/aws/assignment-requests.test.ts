import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createAssignmentRequests } from '../../aws/assignment-requests.js';

/** A client that keeps what it was asked, or fails with an error of this name. */
function createClient(failure?: string) {
  const calls: { readonly InvocationType?: string; readonly Payload?: Uint8Array }[] = [];
  const client = Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
    send: async (command: { input: (typeof calls)[number] }) => {
      calls.push(command.input);
      if (failure !== undefined) throw Object.assign(new Error('no'), { name: failure });
      return { StatusCode: 202 };
    },
  });
  return { client, calls };
}

describe('requests for an assignment', () => {
  it('invoke the function with the cluster, and wait for no answer', async () => {
    const { client, calls } = createClient();
    await createAssignmentRequests(client, 'veltrix-main-assign-partitions').ask('shop/staging');
    expect(calls).toMatchObject([
      { FunctionName: 'veltrix-main-assign-partitions', InvocationType: 'Event' },
    ]);
    expect(new TextDecoder().decode(calls[0]?.Payload)).toBe('{"cluster":"shop/staging"}');
  });

  it('say so when Lambda does not take them', async () => {
    const requests = createAssignmentRequests(createClient('TooManyRequestsException').client, 'f');
    await expect(requests.ask('shop/staging')).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      retryable: true,
      message: 'could not ask for an assignment of shop/staging: TooManyRequestsException: no',
    });
  });
});
