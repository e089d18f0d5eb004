import { describe, expect, it } from 'vitest';
import { contextSchema } from '../../../functions/publish-config/settings.js';
import { appConfig, publisher, request, tablesOf } from './publisher.js';

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:veltrix-main-publish-app-staging';

describe('the door a request comes by', () => {
  it.each([
    [arn, 'gate'],
    [`${arn}:queue`, 'queue'],
    [`${arn}:$LATEST`, 'gate'],
    [`${arn}:7`, 'gate'],
  ])('is told by the ARN that was invoked: %s', (invokedFunctionArn, door) => {
    expect(contextSchema.parse({ invokedFunctionArn })).toEqual({ account: '111122223333', door });
  });
});

describe('the door to the queue', () => {
  const refusal = {
    outcome: 'request-not-understood',
    problems: [{ path: '', message: 'only changes of the queue are taken through this alias' }],
  };

  it.each([
    ['a publish', request(1)],
    ['one that wants to wait', request(1, { queue: true })],
    ['a turn of the queue', { advance: true }],
    ['a publish that poses as a change', { ...request(1), queueAction: 'publish' }],
    ['nothing', undefined],
  ])('takes no %s', async (_, event) => {
    const world = appConfig();
    const { through } = publisher(world);
    expect(await through('queue', event)).toMatchObject({ outcome: 'request-not-understood' });
    expect(world.history('staging')).toEqual([]);
    expect(world.versions.get('gameplay') ?? []).toEqual([]);
    expect((await tablesOf(world).queues.read('app/staging')).queue.entries).toEqual([]);
  });

  it('says why, and counts it', async () => {
    const { through, counts } = publisher(appConfig());
    expect(await through('queue', request(1))).toEqual(refusal);
    expect(counts()).toEqual({ PublishNotUnderstood: 1 });
  });

  it('takes changes of the queue', async () => {
    const { through } = publisher(appConfig());
    const drop = { queueAction: 'drop', profile: 'gameplay', description: 'why', author: 'bo' };
    expect(await through('queue', drop)).toMatchObject({ outcome: 'not-queued' });
  });
});
