/** AWS::AppConfig::ExtensionAssociation. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { number, tagMap, tags, text } from '../properties.js';

interface Association {
  readonly Id: string;
  readonly Arn: string;
  readonly ExtensionArn: string;
  readonly ResourceArn: string;
}

export const appconfigExtensionAssociation: ResourceHandler = defineResource({
  type: 'AWS::AppConfig::ExtensionAssociation',
  properties: z.strictObject({
    ExtensionIdentifier: text,
    ResourceIdentifier: text,
    ExtensionVersionNumber: number.optional(),
    Parameters: z.record(z.string(), text).optional(),
    Tags: tags.optional(),
  }),
  attributes: ['Arn', 'ExtensionArn', 'Id', 'ResourceArn'],
  replaceOn: ['ExtensionIdentifier', 'ExtensionVersionNumber', 'ResourceIdentifier', 'Tags'],
  async create(context, { Tags, ...wanted }) {
    const input = { ...wanted, Tags: tagMap(Tags) };
    const made = await context.aws.call<Association>('appconfig', 'CreateExtensionAssociation', input);
    const { Id, Arn, ExtensionArn, ResourceArn } = made;
    return { physicalId: Id, attributes: { Id, Arn, ExtensionArn, ResourceArn } };
  },
  async update(context, { physicalId, attributes, after }) {
    const input = { ExtensionAssociationId: physicalId, Parameters: after.Parameters ?? {} };
    await context.aws.call('appconfig', 'UpdateExtensionAssociation', input);
    return { physicalId, attributes };
  },
  async remove(context, { physicalId }) {
    const input = { ExtensionAssociationId: physicalId };
    await context.aws.call('appconfig', 'DeleteExtensionAssociation', input);
  },
});
