/** What both engines are asked, and what is compared of their answers: everything that is not an engine's own choice. */
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type HashKeyRange,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RemoveTagsFromStreamCommand,
  SplitShardCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';

type Answers = Record<string, unknown>;

/** Runs the whole script; the result of two engines is comparable with `toEqual`. */
export async function runScript(client: KinesisClient): Promise<Answers> {
  const engine = new Asked(client);
  return {
    streams: await streams(engine),
    records: await records(engine),
    iterators: await iterators(engine),
    shards: await shards(engine),
    settings: await settings(engine),
    refusals: await refusals(engine),
  };
}

async function streams(engine: Asked): Promise<Answers> {
  const { client } = engine;
  await engine.create('two', { ShardCount: 2 });
  await engine.create('demand', { StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  const two = (await client.send(new DescribeStreamCommand({ StreamName: 'two' }))).StreamDescription;
  const summary = await client.send(
    new DescribeStreamSummaryCommand({ StreamARN: await engine.arn('demand') }),
  );
  const list = await client.send(new ListStreamsCommand({}));
  const page = await client.send(new ListStreamsCommand({ Limit: 1 }));
  return {
    two: {
      name: two?.StreamName,
      status: two?.StreamStatus,
      mode: two?.StreamModeDetails,
      retention: two?.RetentionPeriodHours,
      encryption: two?.EncryptionType,
      shards: two?.Shards?.map(({ ShardId, HashKeyRange }) => [ShardId, roughly(HashKeyRange)]),
      more: two?.HasMoreShards,
    },
    demand: {
      open: summary.StreamDescriptionSummary?.OpenShardCount,
      mode: summary.StreamDescriptionSummary?.StreamModeDetails,
      consumers: summary.StreamDescriptionSummary?.ConsumerCount,
    },
    list: [list.StreamNames, list.HasMoreStreams],
    page: [page.StreamNames, page.HasMoreStreams],
  };
}

async function records(engine: Asked): Promise<Answers> {
  const { client } = engine;
  const one = await client.send(
    new PutRecordCommand({ StreamName: 'two', Data: bytes('one'), PartitionKey: 'k1' }),
  );
  const StreamARN = await engine.arn('two');
  const byArn = await client.send(
    new PutRecordCommand({ StreamARN, Data: bytes('arn'), PartitionKey: 'k2' }),
  );
  const explicit = await client.send(
    new PutRecordCommand({
      StreamName: 'two',
      Data: bytes('zero'),
      PartitionKey: 'k1',
      ExplicitHashKey: '0',
    }),
  );
  const many = await client.send(
    new PutRecordsCommand({
      StreamName: 'two',
      Records: ['k3', 'k4', 'k5', 'k6'].map((PartitionKey) => ({ Data: bytes(PartitionKey), PartitionKey })),
    }),
  );
  return {
    one: one.ShardId,
    byArn: byArn.ShardId,
    explicit: explicit.ShardId,
    many: many.Records?.map(({ ShardId, ErrorCode }) => [ShardId, ErrorCode]),
    failed: many.FailedRecordCount,
    digits: /^\d+$/.test(one.SequenceNumber ?? ''),
    increasing: BigInt(explicit.SequenceNumber ?? 0) > 0n,
  };
}

async function iterators(engine: Asked): Promise<Answers> {
  const ShardId = 'shardId-000000000000';
  const all = await engine.read({ ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const second = all.Records?.[1]?.SequenceNumber;
  const at = { ShardId, StartingSequenceNumber: second } as const;
  const limited = await engine.read({ ShardId, ShardIteratorType: 'TRIM_HORIZON' }, 1);
  const next = await engine.client.send(new GetRecordsCommand({ ShardIterator: limited.NextShardIterator }));
  const fromStart = { ShardId, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) } as const;
  return {
    trimHorizon: told(all),
    latest: told(await engine.read({ ShardId, ShardIteratorType: 'LATEST' })),
    at: told(await engine.read({ ...at, ShardIteratorType: 'AT_SEQUENCE_NUMBER' })),
    after: told(await engine.read({ ...at, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' })),
    timestamp: told(await engine.read(fromStart)),
    limited: [limited.Records?.length, told(next)],
    ordered: isIncreasing(all),
  };
}

async function shards(engine: Asked): Promise<Answers> {
  const { client } = engine;
  const split = { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' };
  await client.send(new SplitShardCommand({ StreamName: 'two', ...split }));
  await engine.active('two');
  const afterSplit = await engine.list('two');
  const closed = await engine.read({ ShardId: split.ShardToSplit, ShardIteratorType: 'TRIM_HORIZON' });
  const pair = { ShardToMerge: 'shardId-000000000002', AdjacentShardToMerge: 'shardId-000000000003' };
  await client.send(new MergeShardsCommand({ StreamName: 'two', ...pair }));
  await engine.active('two');
  const open = await client.send(
    new ListShardsCommand({ StreamName: 'two', ShardFilter: { Type: 'AT_LATEST' } }),
  );
  const page = await client.send(new ListShardsCommand({ StreamName: 'two', MaxResults: 2 }));
  const nextPage = await client.send(new ListShardsCommand({ NextToken: page.NextToken }));
  await engine.create('scaled', { ShardCount: 2 });
  const scaled = await client.send(
    new UpdateShardCountCommand({
      StreamName: 'scaled',
      TargetShardCount: 4,
      ScalingType: 'UNIFORM_SCALING',
    }),
  );
  await engine.active('scaled');
  return {
    afterSplit,
    closed: {
      data: told(closed),
      children: closed.ChildShards?.map(({ ShardId, ParentShards, HashKeyRange }) => [
        ShardId,
        ParentShards,
        roughly(HashKeyRange),
      ]),
      next: closed.NextShardIterator ?? null,
    },
    afterMerge: await engine.list('two'),
    open: open.Shards?.map(({ ShardId }) => ShardId),
    pages: [page.Shards?.length, nextPage.Shards?.length, nextPage.NextToken === undefined],
    scaled: [scaled.CurrentShardCount, scaled.TargetShardCount, await engine.openCount('scaled')],
  };
}

async function settings(engine: Asked): Promise<Answers> {
  const { client } = engine;
  const StreamName = 'demand';
  await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
  const longer = await engine.describe(StreamName);
  await client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }));
  await client.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: '1', b: '2' } }));
  await client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a'] }));
  const key = { StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' } as const;
  await client.send(new StartStreamEncryptionCommand(key));
  await engine.active(StreamName);
  const encrypted = await engine.describe(StreamName);
  await client.send(new StopStreamEncryptionCommand(key));
  await engine.active(StreamName);
  const tags = await client.send(new ListTagsForStreamCommand({ StreamName }));
  return {
    longer: longer?.RetentionPeriodHours,
    shorter: (await engine.describe(StreamName))?.RetentionPeriodHours,
    encrypted: [encrypted?.EncryptionType, encrypted?.KeyId],
    plain: (await engine.describe(StreamName))?.EncryptionType,
    tags: [tags.Tags, tags.HasMoreTags],
  };
}

async function refusals(engine: Asked): Promise<Answers> {
  const { client } = engine;
  const data = { Data: bytes('x'), PartitionKey: 'k' };
  const shard = { StreamName: 'two', ShardId: 'shardId-000000000001' };
  const refused = {
    createTwice: new CreateStreamCommand({ StreamName: 'two', ShardCount: 1 }),
    missingStream: new PutRecordCommand({ StreamName: 'absent', ...data }),
    hashKeyTooLarge: new PutRecordCommand({
      StreamName: 'two',
      ...data,
      ExplicitHashKey: '340282366920938463463374607431768211456',
    }),
    missingShard: new GetShardIteratorCommand({
      StreamName: 'two',
      ShardId: 'shardId-000000000099',
      ShardIteratorType: 'LATEST',
    }),
    sequenceMissing: new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'AT_SEQUENCE_NUMBER' }),
    timestampMissing: new GetShardIteratorCommand({ ...shard, ShardIteratorType: 'AT_TIMESTAMP' }),
    retentionTooShort: new DecreaseStreamRetentionPeriodCommand({
      StreamName: 'two',
      RetentionPeriodHours: 23,
    }),
    retentionNotLonger: new IncreaseStreamRetentionPeriodCommand({
      StreamName: 'two',
      RetentionPeriodHours: 12,
    }),
    mergeApart: new MergeShardsCommand({
      StreamName: 'scaled',
      ShardToMerge: 'shardId-000000000002',
      AdjacentShardToMerge: 'shardId-000000000005',
    }),
    splitClosed: new SplitShardCommand({
      StreamName: 'scaled',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: '1000',
    }),
    scaleTooFar: new UpdateShardCountCommand({
      StreamName: 'scaled',
      TargetShardCount: 9,
      ScalingType: 'UNIFORM_SCALING',
    }),
    deleteMissing: new DeleteStreamCommand({ StreamName: 'absent' }),
    listWithBoth: new ListShardsCommand({ StreamName: 'two', NextToken: 'AAAA' }),
  };
  const names: Answers = {};
  for (const [about, command] of Object.entries(refused))
    names[about] = await client.send(command as CreateStreamCommand).then(
      () => 'accepted',
      (error: Error) => error.name,
    );
  return names;
}

/** The client with the few questions that the script asks again and again. */
class Asked {
  readonly client: KinesisClient;

  constructor(client: KinesisClient) {
    this.client = client;
  }

  async create(StreamName: string, about: Partial<CreateStreamCommand['input']>): Promise<void> {
    await this.client.send(new CreateStreamCommand({ StreamName, ...about }));
    await this.active(StreamName);
  }

  async describe(StreamName: string) {
    return (await this.client.send(new DescribeStreamCommand({ StreamName }))).StreamDescription;
  }

  async arn(StreamName: string): Promise<string> {
    return (await this.describe(StreamName))?.StreamARN ?? '';
  }

  /** The oracle takes some milliseconds for what is immediate in ours. */
  async active(StreamName: string): Promise<void> {
    while ((await this.describe(StreamName))?.StreamStatus !== 'ACTIVE');
  }

  async read(
    about: Omit<GetShardIteratorCommandInput, 'StreamName'>,
    Limit?: number,
  ): Promise<GetRecordsCommandOutput> {
    const command = new GetShardIteratorCommand({ StreamName: 'two', ...about });
    const { ShardIterator } = await this.client.send(command);
    return await this.client.send(new GetRecordsCommand({ ShardIterator, Limit }));
  }

  async list(StreamName: string): Promise<unknown> {
    const { Shards } = await this.client.send(new ListShardsCommand({ StreamName }));
    return Shards?.map(({ SequenceNumberRange, HashKeyRange, ...shard }) => ({
      ...shard,
      range: roughly(HashKeyRange),
      closed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
    }));
  }

  async openCount(StreamName: string): Promise<number | undefined> {
    const command = new DescribeStreamSummaryCommand({ StreamName });
    return (await this.client.send(command)).StreamDescriptionSummary?.OpenShardCount;
  }
}

/** Without the last digit: the oracle divides 2^128 - 1 where AWS, by its documented examples, divides 2^128. */
function roughly(range: HashKeyRange | undefined): unknown {
  return [range?.StartingHashKey, range?.EndingHashKey].map((key) => key && String(BigInt(key) / 10n));
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function told(output: GetRecordsCommandOutput): unknown {
  return output.Records?.map(({ Data, PartitionKey }) => [PartitionKey, Buffer.from(Data ?? '').toString()]);
}

function isIncreasing({ Records = [] }: GetRecordsCommandOutput): boolean {
  const sequences = Records.map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0));
  return sequences.every((sequence, index) => index === 0 || sequence > (sequences[index - 1] ?? 0n));
}
