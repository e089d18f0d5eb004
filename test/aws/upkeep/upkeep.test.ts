/** What a stage runs on, read over the wire where there is something to read, and as the SDK gives it where not. */

import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createExtensions } from '../../../aws/upkeep/extensions.js';
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

describe('an extension', () => {
  it('is attached to what AppConfig says, and all of them to more, page by page', async () => {
    const { call, appConfig } = world();
    const made = async (Name: string, applications: number) => {
      const Actions = {
        ON_DEPLOYMENT_COMPLETE: [
          { Name: 'a', Uri: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
        ],
      };
      await call('appconfig', 'CreateExtension', { Name, Actions });
      const arns = Array.from({ length: applications }, async (_, index) => {
        const { Id } = await call<{ Id: string }>('appconfig', 'CreateApplication', {
          Name: `${Name}-${index}`,
        });
        const ResourceIdentifier = `arn:aws:appconfig:us-east-1:000000000000:application/${Id}`;
        await call('appconfig', 'CreateExtensionAssociation', {
          ExtensionIdentifier: Name,
          ResourceIdentifier,
        });
        return ResourceIdentifier;
      });
      return (await Promise.all(arns)).toSorted();
    };
    const [few, many] = [world().name(), world().name()];
    const [ofFew, ofMany] = [await made(few, 2), await made(many, 51)];
    const extensions = createExtensions(appConfig);
    expect((await extensions.extended(few)).toSorted()).toEqual(ofFew);
    expect((await extensions.extended(many)).toSorted()).toEqual(ofMany);
    expect(await extensions.extended()).toEqual(expect.arrayContaining([...ofFew, ...ofMany]));
    expect(await extensions.extended('nothing-of-that-name')).toEqual([]);
  });

  it('that is not there is attached to nothing, and is not shown to everybody', async () => {
    const failing = (name: string) =>
      createExtensions(
        Object.assign(new AppConfigClient({ region: 'eu-west-1' }), {
          send: () => Promise.reject(Object.assign(new Error('no'), { name })),
        }),
      ).extended('guard');
    expect(await failing('ResourceNotFoundException')).toEqual([]);
    await expect(failing('AccessDeniedException')).rejects.toThrow(
      'could not list what guard is attached to',
    );
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
