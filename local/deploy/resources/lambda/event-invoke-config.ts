/** AWS::Lambda::EventInvokeConfig: how a function's asynchronous invocations are retried, and where they end. */
import * as z from 'zod';
import { defineResource, type ResourceContext, type ResourceHandler } from '../handler.js';
import { number, text } from '../properties.js';

const destination = z.strictObject({ Destination: text }).optional();
const properties = z.strictObject({
  FunctionName: text,
  Qualifier: text,
  MaximumEventAgeInSeconds: number.optional(),
  MaximumRetryAttempts: number.optional(),
  DestinationConfig: z.strictObject({ OnSuccess: destination, OnFailure: destination }).optional(),
});

export const lambdaEventInvokeConfig: ResourceHandler = defineResource({
  type: 'AWS::Lambda::EventInvokeConfig',
  properties,
  attributes: [],
  replaceOn: ['FunctionName', 'Qualifier'],
  async create(context, wanted) {
    await put(context, wanted);
    return { physicalId: context.generateName(128) };
  },
  async update(context, { physicalId, after }) {
    await put(context, after);
    return { physicalId };
  },
  async remove(context, { properties: { FunctionName, Qualifier } }) {
    await context.aws.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier });
  },
});

async function put({ aws }: ResourceContext, wanted: z.output<typeof properties>): Promise<void> {
  await aws.call('lambda', 'PutFunctionEventInvokeConfig', { ...wanted });
}
