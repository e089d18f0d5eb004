import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, vi } from 'vitest';
import { createDeadLetters } from '../../../aws/dead-letters.js';
import { createChangeStream } from '../../../aws/kinesis/change-stream.js';
import { ServiceUnavailable } from '../../../core/errors.js';
import { deadLettersContract } from '../dead-letters-contract.js';
import { type InLocalAws, inLocalAws } from '../in-local-aws.js';
import { changeEvent, changeStreamContract } from './change-stream-contract.js';

const aws = inLocalAws();

async function createStream({ call, name }: InLocalAws): Promise<string> {
  const StreamName = name();
  await call('kinesis', 'CreateStream', { StreamName, ShardCount: 1 });
  await vi.waitFor(async () => {
    const described = await call<{ StreamDescriptionSummary: { StreamStatus: string } }>(
      'kinesis',
      'DescribeStreamSummary',
      { StreamName },
    );
    expect(described.StreamDescriptionSummary.StreamStatus).toBe('ACTIVE');
  });
  return StreamName;
}

async function readStream({ call }: InLocalAws, StreamName: string) {
  const shards = await call<{ Shards: { ShardId: string }[] }>('kinesis', 'ListShards', { StreamName });
  const { ShardIterator } = await call<{ ShardIterator: string }>('kinesis', 'GetShardIterator', {
    StreamName,
    ShardId: shards.Shards[0]?.ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  });
  const { Records } = await call<{ Records: { Data: Uint8Array; PartitionKey: string }[] }>(
    'kinesis',
    'GetRecords',
    { ShardIterator },
  );
  return Records.map(({ Data, PartitionKey }) => ({
    partitionKey: PartitionKey,
    event: JSON.parse(new TextDecoder().decode(Data)) as unknown,
  }));
}

describe('a ChangeStream in Kinesis', () => {
  changeStreamContract(async () => {
    const name = await createStream(aws());
    return { stream: createChangeStream(aws().kinesis, name), read: () => readStream(aws(), name) };
  });

  it('says which event it could not put', async () => {
    const error = await createChangeStream(aws().kinesis, 'nowhere')
      .put(changeEvent(1))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(String(error)).toContain('could not put app/staging/gameplay#7.1 on nowhere');
  });
});

describe('DeadLetters in SQS', () => {
  deadLettersContract(async () => {
    const QueueName = aws().name();
    const { QueueUrl } = await aws().call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName });
    const read = async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await aws().sqs.send(command);
      return Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);
    };
    return { deadLetters: createDeadLetters(aws().sqs, QueueName), read };
  });

  it('says so when the queue is not there', async () => {
    const letter = {
      source: 's',
      reason: 'r',
      position: 'p',
      content: '',
      encoding: 'utf8',
      truncated: false,
    } as const;
    const error = await createDeadLetters(aws().sqs, 'nowhere')
      .put(letter)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceUnavailable);
    expect(String(error)).toContain('could not find the queue nowhere');
  });
});
