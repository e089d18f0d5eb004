/** AWS::Lambda::Permission: one statement of a function's policy. */
import * as z from 'zod';
import { defineResource, type ResourceHandler } from '../handler.js';
import { text } from '../properties.js';

export const lambdaPermission: ResourceHandler = defineResource({
  type: 'AWS::Lambda::Permission',
  properties: z.strictObject({
    Action: text,
    FunctionName: text,
    Principal: text,
    SourceArn: text.optional(),
    SourceAccount: text.optional(),
  }),
  attributes: ['Id'],
  replaceOn: 'all',
  async create(context, wanted) {
    const StatementId = context.generateName(100);
    await context.aws.call('lambda', 'AddPermission', { StatementId, ...wanted });
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async remove(context, { physicalId, properties: { FunctionName } }) {
    const input = { FunctionName, StatementId: physicalId };
    await context.aws.call('lambda', 'RemovePermission', input);
  },
});
