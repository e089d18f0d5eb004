/** AWS::AppConfig::ConfigurationProfile. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { choice, tagMap, tags, text } from '../properties.js';
import { protectionCheck } from './environment.js';
import { changeTags } from './tagging.js';

const properties = z.strictObject({
  ApplicationId: text,
  Name: text,
  LocationUri: text,
  Type: text.optional(),
  Description: text.optional(),
  RetrievalRoleArn: text.optional(),
  Validators: z.array(z.strictObject({ Type: choice(['JSON_SCHEMA', 'LAMBDA']), Content: text })).optional(),
  KmsKeyIdentifier: text.optional(),
  DeletionProtectionCheck: protectionCheck.optional(),
  Tags: tags.optional(),
});

export const appconfigConfigurationProfile: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::ConfigurationProfile',
  properties,
  attributes: ['ConfigurationProfileId'],
  replaceOn: ['ApplicationId', 'LocationUri', 'Type'],
  async create(context, { DeletionProtectionCheck, Tags, ...wanted }) {
    const input = { ...wanted, Tags: tagMap(Tags) };
    const { Id } = await context.aws.call<{ Id: string }>('appconfig', 'CreateConfigurationProfile', input);
    return { physicalId: Id, attributes: { ConfigurationProfileId: Id } };
  },
  async update(context, { physicalId, attributes, before, after }) {
    const { ApplicationId, Name, Description = '', RetrievalRoleArn, KmsKeyIdentifier } = after;
    await context.aws.call('appconfig', 'UpdateConfigurationProfile', {
      ApplicationId,
      ConfigurationProfileId: physicalId,
      Name,
      Description,
      RetrievalRoleArn,
      KmsKeyIdentifier,
      Validators: after.Validators ?? [],
    });
    const path = `application/${ApplicationId}/configurationprofile/${physicalId}`;
    await changeTags(context, path, { before: before.Tags, after: after.Tags });
    return { physicalId, attributes };
  },
  async remove(context, { physicalId, properties: { ApplicationId, DeletionProtectionCheck } }) {
    await context.aws.call('appconfig', 'DeleteConfigurationProfile', {
      ApplicationId,
      ConfigurationProfileId: physicalId,
      DeletionProtectionCheck,
    });
  },
});
