/**
 * AWS::AppConfig::Deployment: every change starts another deployment, and removing the resource undoes nothing. The stack
 * does not wait for the rollout, which AWS does.
 */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { tagMap, tags, text } from '../properties.js';

export const appconfigDeployment: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::Deployment',
  properties: z.strictObject({
    ApplicationId: text,
    EnvironmentId: text,
    ConfigurationProfileId: text,
    ConfigurationVersion: text,
    DeploymentStrategyId: text,
    Description: text.optional(),
    Tags: tags.optional(),
  }),
  attributes: ['DeploymentNumber'],
  replaceOn: 'all',
  async create(context, { Tags, ...wanted }) {
    const input = { ...wanted, Tags: tagMap(Tags) };
    const made = await context.aws.call<{ DeploymentNumber: number }>('appconfig', 'StartDeployment', input);
    const DeploymentNumber = String(made.DeploymentNumber);
    return { physicalId: DeploymentNumber, attributes: { DeploymentNumber } };
  },
  remove: async () => {},
});
