import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../../../local/index.js';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { digestOfAttributes } from '../../../local/services/sqs/digests.js';
import { createSqs } from '../../../local/services/sqs/service.js';
import { startForTest } from '../gateway/clients.js';

describe('over the wire, with the default client', () => {
  let local: LocalAws;
  let client: SQSClient;

  beforeAll(async () => {
    local = await startForTest();
    for (const [name, value] of Object.entries(local.environment)) vi.stubEnv(name, value);
    client = new SQSClient();
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await local.close();
  });

  async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    return (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  }

  it('a queue has a URL on this port, and shows its attributes', async () => {
    const Attributes = {
      MessageRetentionPeriod: '1209600',
      SqsManagedSseEnabled: 'true',
      Policy: '{"Statement":[]}',
    };
    const QueueUrl = await create('shown', Attributes);
    expect(QueueUrl).toBe(`${local.endpoint}/000000000000/shown`);
    expect((await client.send(new GetQueueUrlCommand({ QueueName: 'shown' }))).QueueUrl).toBe(QueueUrl);
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    expect((await client.send(asked)).Attributes).toMatchObject({
      ...Attributes,
      QueueArn: 'arn:aws:sqs:us-east-1:000000000000:shown',
      VisibilityTimeout: '30',
      ApproximateNumberOfMessages: '0',
    });
    expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: 'sho' }))).QueueUrls).toEqual([
      QueueUrl,
    ]);
  });

  it('a message arrives whole: the SDK checks the digest of its body', async () => {
    const QueueUrl = await create('whole');
    const MessageAttributes = {
      reason: { DataType: 'String', StringValue: 'größer' },
      count: { DataType: 'Number', StringValue: '3' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hällo', MessageAttributes }));
    const receive = {
      QueueUrl,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All' as const],
    };
    const { Messages } = await client.send(new ReceiveMessageCommand(receive));
    expect(Messages).toMatchObject([
      { Body: 'hällo', MessageAttributes, Attributes: { ApproximateReceiveCount: '1' } },
    ]);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle }));
  });

  it('a batch has a result for each entry, and the SDK checks its digests', async () => {
    const QueueUrl = await create('batch');
    const MessageAttributes = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`a${index}`, { DataType: 'String', StringValue: 'x' }]),
    );
    const output = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'fine' },
          { Id: 'bad', MessageBody: 'too many attributes', MessageAttributes },
        ],
      }),
    );
    expect(output.Successful).toMatchObject([{ Id: 'good' }]);
    expect(output.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
  });

  it('a long poll answers when a message comes', async () => {
    const QueueUrl = await create('poll');
    const received = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));
    expect((await received).Messages).toMatchObject([{ Body: 'now' }]);
  });

  it('a queue that is not there is named as SDKs know it', async () => {
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'absent' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const QueueUrl = await create('removed');
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    const response = await client
      .send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))
      .catch((error) => error);
    expect(response).toMatchObject({ name: 'QueueDoesNotExist', $fault: 'client' });
  });

  it('a queue is created twice with the same attributes only', async () => {
    expect(await create('twice', { VisibilityTimeout: '10' })).toBe(
      await create('twice', { VisibilityTimeout: '10' }),
    );
    await expect(create('twice', { VisibilityTimeout: '11' })).rejects.toMatchObject({
      name: 'QueueNameExists',
    });
  });

  it.each([
    ['a FIFO queue', { QueueName: 'x.fifo' }, 'no FIFO queues'],
    [
      'an attribute out of range',
      { QueueName: 'x', Attributes: { VisibilityTimeout: '43201' } },
      'VisibilityTimeout',
    ],
    ['an attribute that is none', { QueueName: 'x', Attributes: { FifoQueue: 'true' } }, 'FifoQueue'],
    ['a policy that is no JSON', { QueueName: 'x', Attributes: { Policy: '{' } }, 'Policy'],
  ])('%s is refused, and says why', async (_about, input, named) => {
    await expect(client.send(new CreateQueueCommand(input))).rejects.toThrow(named);
  });

  it('a queue can be emptied and changed', async () => {
    const QueueUrl = await create('emptied');
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    const Attributes = { VisibilityTimeout: '7' };
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const AttributeNames = ['ApproximateNumberOfMessages' as const, 'VisibilityTimeout' as const];
    const shown = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(shown.Attributes).toEqual({ ApproximateNumberOfMessages: '0', VisibilityTimeout: '7' });
  });
});

it('the digest of attributes is that of AWS: names in order, lengths, transport types', () => {
  const attributes = {
    reason: { DataType: 'String', StringValue: 'größer' },
    count: { DataType: 'Number', StringValue: '3' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
  };
  // Computed apart from this code, by the documented algorithm.
  expect(digestOfAttributes(attributes)).toBe('39c4ede1ba13e24a34b13e26a40b5e02');
  expect(digestOfAttributes({})).toBeUndefined();
});

describe('on the clock', () => {
  const QueueUrl = 'http://127.0.0.1/000000000000/q';
  let clock: ManualClock;
  let sqs: Service;

  beforeEach(async () => {
    clock = new ManualClock();
    sqs = createSqs({ clock, identity: localIdentity, endpoint: () => 'http://127.0.0.1' });
    await sqs.call('CreateQueue', { QueueName: 'q' });
  });

  afterEach(async () => {
    await sqs.close();
  });

  const send = (MessageBody: string, about: Json = {}) =>
    sqs.call('SendMessage', { QueueUrl, MessageBody, ...about });
  const receive = async (about: Json = {}, url = QueueUrl) =>
    ((await sqs.call('ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: 10, ...about }))['Messages'] ??
      []) as {
      Body: string;
      ReceiptHandle: string;
    }[];
  const bodies = async (about?: Json, url?: string) => (await receive(about, url)).map(({ Body }) => Body);

  it('a received message is hidden for its visibility timeout', async () => {
    await send('x');
    expect(await bodies()).toEqual(['x']);
    await clock.advance(29_999);
    expect(await bodies()).toEqual([]);
    await clock.advance(1);
    expect(await bodies()).toEqual(['x']);
  });

  it('a handle deletes the message, or shows it again', async () => {
    await send('x');
    const [first] = await receive();
    const ReceiptHandle = first?.ReceiptHandle;
    await sqs.call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    expect(await bodies()).toEqual(['x']);
    await sqs.call('DeleteMessage', { QueueUrl, ReceiptHandle });
    await clock.advance(60_000);
    expect(await bodies()).toEqual([]);
  });

  it('a delayed message and a forgotten one are not received', async () => {
    await send('late', { DelaySeconds: 10 });
    expect(await bodies()).toEqual([]);
    await clock.advance(10_000);
    expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['late']);
    await clock.advance(345_600_000);
    expect(await bodies()).toEqual([]);
  });

  it('a long poll ends empty at its time, and sooner with a message that becomes visible', async () => {
    const empty = bodies({ WaitTimeSeconds: 5 });
    await clock.advance(5000);
    expect(await empty).toEqual([]);
    await send('later', { DelaySeconds: 3 });
    const startMs = clock.now();
    const found = bodies({ WaitTimeSeconds: 20 }).then((got) => [got, clock.now() - startMs]);
    await clock.advance(20_000);
    expect(await found).toEqual([['later'], 3000]);
  });

  it('a long poll ends when the service closes', async () => {
    const empty = bodies({ WaitTimeSeconds: 20 });
    await sqs.close();
    expect(await empty).toEqual([]);
  });

  it('a message received too often goes to the dead letters', async () => {
    await sqs.call('CreateQueue', { QueueName: 'dead' });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 2,
    });
    await sqs.call('SetQueueAttributes', { QueueUrl, Attributes: { RedrivePolicy } });
    await send('poison');
    for (let count = 0; count < 2; count++)
      expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['poison']);
    expect(await bodies()).toEqual([]);
    expect(await bodies({}, 'http://127.0.0.1/000000000000/dead')).toEqual(['poison']);
  });

  it('a snapshot brings messages and attributes back', async () => {
    const MessageAttributes = { b: { DataType: 'Binary', BinaryValue: Buffer.of(7) } };
    await send('kept', { MessageAttributes });
    const again = createSqs({ clock, identity: localIdentity, endpoint: () => 'http://127.0.0.1' });
    again.restore?.(JSON.parse(JSON.stringify(sqs.snapshot?.())));
    const { Messages } = await again.call('ReceiveMessage', { QueueUrl, MessageAttributeNames: ['b'] });
    expect(Messages).toMatchObject([{ Body: 'kept', MessageAttributes }]);
    await again.close();
  });
});
