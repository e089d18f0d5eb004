/** AWS::Logs::LogGroup: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html. */
import * as z from 'zod';
import { defineResource, orUndo, type ResourceContext, type ResourceHandler } from '../handler.js';
import { choice, number, tagChanges, tagMap, tags, text } from '../properties.js';

const properties = z.strictObject({
  LogGroupName: text.optional(),
  RetentionInDays: number.optional(),
  /** One class here; the choice is about price. */
  LogGroupClass: choice(['INFREQUENT_ACCESS', 'STANDARD']).optional(),
  KmsKeyId: text.optional(),
  Tags: tags.optional(),
});

export const logGroup: ResourceHandler = defineResource({
  type: 'AWS::Logs::LogGroup',
  properties,
  attributes: ['Arn'],
  replaceOn: ['LogGroupName'],
  nameProperty: 'LogGroupName',
  async create(context, wanted) {
    const logGroupName = wanted.LogGroupName ?? context.generateName(512);
    const { partition, region, accountId } = context.identity;
    const Arn = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroupName}:*`;
    await context.aws.call('logs', 'CreateLogGroup', { logGroupName, tags: tagMap(wanted.Tags) });
    await orUndo(
      () => setRetention(context, logGroupName, wanted.RetentionInDays),
      () => context.aws.call('logs', 'DeleteLogGroup', { logGroupName }),
    );
    return { physicalId: logGroupName, attributes: { Arn } };
  },
  async update(context, { physicalId, attributes, before, after, changed }) {
    if (changed.has('RetentionInDays')) await setRetention(context, physicalId, after.RetentionInDays);
    const { put, gone } = tagChanges(before.Tags, after.Tags);
    const resourceArn = (attributes['Arn'] ?? '').replace(/:\*$/, '');
    if (gone.length > 0) await context.aws.call('logs', 'UntagResource', { resourceArn, tagKeys: gone });
    if (Object.keys(put).length > 0)
      await context.aws.call('logs', 'TagResource', { resourceArn, tags: put });
    return { physicalId, attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('logs', 'DeleteLogGroup', { logGroupName: physicalId });
  },
});

async function setRetention(
  { aws }: ResourceContext,
  logGroupName: string,
  retentionInDays: number | undefined,
): Promise<void> {
  if (retentionInDays === undefined) await aws.call('logs', 'DeleteRetentionPolicy', { logGroupName });
  else await aws.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
}
