/** AWS::AppConfig::Application. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { tagMap, tags, text } from '../properties.js';
import { changeTags } from './tagging.js';

export const appconfigApplication: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::Application',
  properties: z.strictObject({ Name: text, Description: text.optional(), Tags: tags.optional() }),
  attributes: ['ApplicationId'],
  replaceOn: [],
  async create(context, { Name, Description, Tags }) {
    const input = { Name, Description, Tags: tagMap(Tags) };
    const { Id } = await context.aws.call<{ Id: string }>('appconfig', 'CreateApplication', input);
    return { physicalId: Id, attributes: { ApplicationId: Id } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    const input = { ApplicationId: physicalId, Name: after.Name, Description: after.Description ?? '' };
    await context.aws.call('appconfig', 'UpdateApplication', input);
    await changeTags(context, `application/${physicalId}`, { before: before.Tags, after: after.Tags });
    return { physicalId, attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('appconfig', 'DeleteApplication', { ApplicationId: physicalId });
  },
});
