/** AWS::Lambda::Alias: a name for one version; no weights, no provisioned concurrency. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { text } from '../properties.js';

export const lambdaAlias: ResourceHandler = defineResource({
  type: 'AWS::Lambda::Alias',
  properties: z.strictObject({
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
    Description: text.optional(),
  }),
  attributes: ['AliasArn'],
  replaceOn: ['FunctionName', 'Name'],
  async create(context, { Description, ...wanted }) {
    const input = { ...wanted, Description: Description ?? '' };
    const { AliasArn } = await context.aws.call<{ AliasArn: string }>('lambda', 'CreateAlias', input);
    return { physicalId: AliasArn, attributes: { AliasArn } };
  },
  async update(context, { physicalId, attributes, after: { Description, ...wanted } }) {
    const input = { ...wanted, Description: Description ?? '' };
    await context.aws.call('lambda', 'UpdateAlias', input);
    return { physicalId, attributes };
  },
  async remove(context, { properties: { FunctionName, Name } }) {
    await context.aws.call('lambda', 'DeleteAlias', { FunctionName, Name });
  },
});
