/** AWS::AppConfig::Environment. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { choice, tagMap, tags, text } from '../properties.js';
import { changeTags } from './tagging.js';

export const protectionCheck = choice(['ACCOUNT_DEFAULT', 'APPLY', 'BYPASS']);

export const appconfigEnvironment: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::Environment',
  properties: z.strictObject({
    ApplicationId: text,
    Name: text,
    Description: text.optional(),
    Monitors: z.array(z.strictObject({ AlarmArn: text, AlarmRoleArn: text.optional() })).optional(),
    DeletionProtectionCheck: protectionCheck.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['EnvironmentId'],
  replaceOn: ['ApplicationId'],
  async create(context, { ApplicationId, Name, Description, Monitors, Tags }) {
    const input = { ApplicationId, Name, Description, Monitors, Tags: tagMap(Tags) };
    const { Id } = await context.aws.call<{ Id: string }>('appconfig', 'CreateEnvironment', input);
    return { physicalId: Id, attributes: { EnvironmentId: Id } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    const { ApplicationId, Name, Description = '', Monitors = [] } = after;
    const input = { ApplicationId, EnvironmentId: physicalId, Name, Description, Monitors };
    await context.aws.call('appconfig', 'UpdateEnvironment', input);
    const path = `application/${ApplicationId}/environment/${physicalId}`;
    await changeTags(context, path, { before: before.Tags, after: after.Tags });
    return { physicalId, attributes };
  },
  async remove(context, { physicalId, properties: { ApplicationId, DeletionProtectionCheck } }) {
    const input = { ApplicationId, EnvironmentId: physicalId, DeletionProtectionCheck };
    await context.aws.call('appconfig', 'DeleteEnvironment', input);
  },
});
