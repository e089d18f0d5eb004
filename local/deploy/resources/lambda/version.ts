/** AWS::Lambda::Version: what the function is when the resource is made. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { text } from '../properties.js';

export const lambdaVersion: ResourceHandler = defineResource({
  type: 'AWS::Lambda::Version',
  properties: z.strictObject({
    FunctionName: text,
    Description: text.optional(),
    CodeSha256: text.optional(),
  }),
  attributes: ['FunctionArn', 'Version'],
  replaceOn: 'all',
  async create(context, { FunctionName, Description }) {
    const input = { FunctionName, ...(Description === undefined ? {} : { Description }) };
    const made = await context.aws.call<{ FunctionArn: string; Version: string }>(
      'lambda',
      'PublishVersion',
      input,
    );
    const { FunctionArn, Version } = made;
    return { physicalId: FunctionArn, attributes: { FunctionArn, Version } };
  },
  async remove(context, { attributes, properties: { FunctionName } }) {
    const Qualifier = attributes['Version'];
    await context.aws.call('lambda', 'DeleteFunction', { FunctionName, Qualifier });
  },
});
