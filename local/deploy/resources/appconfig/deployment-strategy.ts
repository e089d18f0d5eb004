/** AWS::AppConfig::DeploymentStrategy. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { choice, number, tagMap, tags, text } from '../properties.js';
import { changeTags } from './tagging.js';

export const appconfigDeploymentStrategy: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::DeploymentStrategy',
  properties: z.strictObject({
    Name: text,
    DeploymentDurationInMinutes: number,
    GrowthFactor: number,
    ReplicateTo: choice(['NONE', 'SSM_DOCUMENT']),
    GrowthType: choice(['EXPONENTIAL', 'LINEAR']).optional(),
    FinalBakeTimeInMinutes: number.optional(),
    Description: text.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['Id'],
  replaceOn: ['Name', 'ReplicateTo'],
  async create(context, { Tags, ...wanted }) {
    const input = { ...wanted, Tags: tagMap(Tags) };
    const { Id } = await context.aws.call<{ Id: string }>('appconfig', 'CreateDeploymentStrategy', input);
    return { physicalId: Id, attributes: { Id } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    const { Name, ReplicateTo, Tags, ...changes } = after;
    await context.aws.call('appconfig', 'UpdateDeploymentStrategy', {
      DeploymentStrategyId: physicalId,
      ...changes,
      Description: changes.Description ?? '',
      GrowthType: changes.GrowthType ?? 'LINEAR',
      FinalBakeTimeInMinutes: changes.FinalBakeTimeInMinutes ?? 0,
    });
    await changeTags(context, `deploymentstrategy/${physicalId}`, { before: before.Tags, after: Tags });
    return { physicalId, attributes };
  },
  async remove(context, { physicalId }) {
    const input = { DeploymentStrategyId: physicalId };
    await context.aws.call('appconfig', 'DeleteDeploymentStrategy', input);
  },
});
