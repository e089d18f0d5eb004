/** AWS::Kinesis::Stream: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kinesis-stream.html. */
import * as z from 'zod';
import {
  type Change,
  defineResource,
  orUndo,
  type ResourceContext,
  type ResourceHandler,
} from '../handler.js';
import { choice, number, tagChanges, tagMap, tags, text } from '../properties.js';

const properties = z.strictObject({
  Name: text.optional(),
  ShardCount: number.optional(),
  RetentionPeriodHours: number.optional(),
  StreamModeDetails: z.strictObject({ StreamMode: choice(['ON_DEMAND', 'PROVISIONED']) }).optional(),
  StreamEncryption: z.strictObject({ EncryptionType: choice(['KMS']), KeyId: text }).optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

const defaultRetentionHours = 24;

export const kinesisStream: ResourceHandler = defineResource({
  type: 'AWS::Kinesis::Stream',
  properties,
  attributes: ['Arn'],
  replaceOn: ['Name'],
  nameProperty: 'Name',
  async create(context, wanted) {
    const StreamName = wanted.Name ?? context.generateName(128);
    const { partition, region, accountId } = context.identity;
    const Arn = `arn:${partition}:kinesis:${region}:${accountId}:stream/${StreamName}`;
    const mode = modeOf(wanted);
    await context.aws.call('kinesis', 'CreateStream', {
      StreamName,
      StreamModeDetails: { StreamMode: mode },
      ...(mode === 'PROVISIONED' ? { ShardCount: wanted.ShardCount ?? 1 } : {}),
      Tags: tagMap(wanted.Tags),
    });
    await orUndo(
      () => tune(context, StreamName, { before: {}, after: wanted }),
      () => context.aws.call('kinesis', 'DeleteStream', { StreamName }),
    );
    return { physicalId: StreamName, attributes: { Arn } };
  },
  async update(context, change) {
    const StreamName = change.physicalId;
    await changeCapacity(context, change);
    await tune(context, StreamName, change);
    await changeTags(context, StreamName, change);
    return { physicalId: StreamName, attributes: change.attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('kinesis', 'DeleteStream', {
      StreamName: physicalId,
      EnforceConsumerDeletion: true,
    });
  },
});

type BeforeAndAfter = Pick<Change<Properties>, 'after' | 'before'>;

const modeOf = (wanted: Properties) =>
  wanted.StreamModeDetails?.StreamMode ?? (wanted.ShardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED');

async function changeCapacity(context: ResourceContext, change: Change<Properties>): Promise<void> {
  const { before, after, physicalId: StreamName, attributes } = change;
  const mode = modeOf(after);
  if (modeOf(before) !== mode) {
    const StreamARN = attributes['Arn'];
    await context.aws.call('kinesis', 'UpdateStreamMode', {
      StreamARN,
      StreamModeDetails: { StreamMode: mode },
    });
  }
  const TargetShardCount = after.ShardCount ?? 1;
  if (mode !== 'PROVISIONED' || before.ShardCount === TargetShardCount) return;
  const input = { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' };
  await context.aws.call('kinesis', 'UpdateShardCount', input);
}

/** Retention and encryption: settings that CreateStream does not take. */
async function tune(
  { aws }: ResourceContext,
  StreamName: string,
  { before, after }: BeforeAndAfter,
): Promise<void> {
  const oldHours = before.RetentionPeriodHours ?? defaultRetentionHours;
  const RetentionPeriodHours = after.RetentionPeriodHours ?? defaultRetentionHours;
  const direction = RetentionPeriodHours > oldHours ? 'Increase' : 'Decrease';
  if (RetentionPeriodHours !== oldHours)
    await aws.call('kinesis', `${direction}StreamRetentionPeriod`, { StreamName, RetentionPeriodHours });
  const old = before.StreamEncryption;
  const encryption = after.StreamEncryption;
  if (encryption && encryption.KeyId !== old?.KeyId)
    await aws.call('kinesis', 'StartStreamEncryption', { StreamName, ...encryption });
  if (old && !encryption) await aws.call('kinesis', 'StopStreamEncryption', { StreamName, ...old });
}

async function changeTags(
  { aws }: ResourceContext,
  StreamName: string,
  { before, after }: BeforeAndAfter,
): Promise<void> {
  const { put, gone } = tagChanges(before.Tags, after.Tags);
  if (gone.length > 0) await aws.call('kinesis', 'RemoveTagsFromStream', { StreamName, TagKeys: gone });
  if (Object.keys(put).length > 0) await aws.call('kinesis', 'AddTagsToStream', { StreamName, Tags: put });
}
