/** What a stage runs on, read over the wire where there is something to read, and as the SDK gives it where not. */

import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createFunctions } from '../../../aws/upkeep/functions.js';
import { createQueues } from '../../../aws/upkeep/queues.js';
import { createStreams } from '../../../aws/upkeep/streams.js';
import { inLocalAws } from '../in-local-aws.js';

const world = inLocalAws();

/** A client that answers this, page by page, or fails with an error of this name. */
function lambdaThat(...answers: readonly (object | string)[]): LambdaClient {
  const left = [...answers];
  return Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
    send: async () => {
      const answer = left.shift();
      if (typeof answer === 'string') throw Object.assign(new Error('no'), { name: answer });
      return answer;
    },
  });
}

describe('a stream', () => {
  it('has so many open shards', async () => {
    const name = world().name();
    await world().call('kinesis', 'CreateStream', { StreamName: name, ShardCount: 3 });
    expect(await createStreams(world().kinesis).openShards(name)).toBe(3);
  });

  it('is not there', async () => {
    expect(await createStreams(world().kinesis).openShards('nowhere')).toBeUndefined();
  });
});

describe('a queue', () => {
  it('holds so many messages', async () => {
    const name = world().name();
    const queues = createQueues(world().sqs);
    const { QueueUrl } = await world().call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: name });
    expect(await queues.messages(name)).toBe(0);
    for (const MessageBody of ['a', 'b']) await world().call('sqs', 'SendMessage', { QueueUrl, MessageBody });
    expect(await queues.messages(name)).toBe(2);
  });

  it('is not there', async () => {
    expect(await createQueues(world().sqs).messages('nowhere')).toBeUndefined();
  });
});

describe('a function', () => {
  it.each([
    ['works', { State: 'Active', LastUpdateStatus: 'Successful' }, {}],
    ['sleeps', { State: 'Inactive', StateReason: 'idle' }, {}],
    ['could not be made', { State: 'Failed', StateReason: 'no role' }, { failure: 'no role' }],
    [
      'could not be updated',
      { State: 'Active', LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no key' },
      { failure: 'no key' },
    ],
    ['says nothing', { LastUpdateStatus: 'Failed' }, { failure: 'its last update failed' }],
  ])('that %s', async (_name, answer, found) => {
    const client = lambdaThat({ ...answer, Environment: { Variables: { A: '1' } } });
    expect(await createFunctions(client).deployedFunction('f')).toEqual({ variables: { A: '1' }, ...found });
  });

  it('without variables has none', async () => {
    expect(await createFunctions(lambdaThat({ State: 'Active' })).deployedFunction('f')).toEqual({
      variables: {},
    });
  });

  it('is not there', async () => {
    const client = lambdaThat('ResourceNotFoundException');
    expect(await createFunctions(client).deployedFunction('f')).toBeUndefined();
  });

  it('is not shown to everybody', async () => {
    const functions = createFunctions(lambdaThat('AccessDeniedException', 'AccessDeniedException'));
    await expect(functions.deployedFunction('f')).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
    });
    await expect(functions.eventSources('f')).rejects.toThrow('could not look at what hands records to f');
  });

  it('is handed records by what is switched on, on every page', async () => {
    const mapping = (State: string, more: object = {}) => ({
      EventSourceArn: 'arn:aws:kinesis:eu-west-1:1:stream/load',
      State,
      ...more,
    });
    const client = lambdaThat(
      {
        EventSourceMappings: [mapping('Enabled', { LastProcessingResult: 'OK' }), mapping('Updating')],
        NextMarker: 'next',
      },
      { EventSourceMappings: ['Disabled', 'Disabling', 'Deleting'].map((state) => mapping(state)) },
    );
    expect(await createFunctions(client).eventSources('f')).toEqual([
      { stream: 'load', isEnabled: true, lastResult: 'OK' },
      { stream: 'load', isEnabled: true },
      { stream: 'load', isEnabled: false },
      { stream: 'load', isEnabled: false },
      { stream: 'load', isEnabled: false },
    ]);
  });
});
