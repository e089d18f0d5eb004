/** AWS::Events::Rule: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html. */
import * as z from 'zod';
import {
  defineResource,
  ignoreMissing,
  orUndo,
  type ResourceContext,
  type ResourceHandler,
} from '../handler.js';
import { choice, document, number, tags, text } from '../properties.js';

const target = z.strictObject({
  Id: text,
  Arn: text,
  Input: text.optional(),
  RetryPolicy: z
    .strictObject({ MaximumEventAgeInSeconds: number.optional(), MaximumRetryAttempts: number.optional() })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: text.optional() }).optional(),
});

const properties = z.strictObject({
  Name: text.optional(),
  Description: text.optional(),
  EventPattern: document.optional(),
  ScheduleExpression: text.optional(),
  State: choice(['DISABLED', 'ENABLED']).optional(),
  EventBusName: text.optional(),
  Targets: z.array(target).optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

export const eventsRule: ResourceHandler = defineResource({
  type: 'AWS::Events::Rule',
  properties,
  attributes: ['Arn'],
  replaceOn: ['EventBusName', 'Name'],
  nameProperty: 'Name',
  async create(context, wanted) {
    const Name = wanted.Name ?? context.generateName(64);
    const Arn = await orUndo(
      () => put(context, Name, wanted),
      () => remove(context, Name, wanted),
    );
    return { physicalId: Name, attributes: { Arn } };
  },
  async update(context, { physicalId, before, after }) {
    const kept = new Set((after.Targets ?? []).map((one) => one.Id));
    const Ids = (before.Targets ?? []).map((one) => one.Id).filter((id) => !kept.has(id));
    if (Ids.length > 0) await context.aws.call('events', 'RemoveTargets', { Rule: physicalId, Ids });
    return { physicalId, attributes: { Arn: await put(context, physicalId, after) } };
  },
  remove: (context, { physicalId, properties: before }) => remove(context, physicalId, before),
});

async function put({ aws }: ResourceContext, Name: string, wanted: Properties): Promise<string> {
  const { Targets, Tags, EventPattern, ...rule } = wanted;
  const pattern = EventPattern && { EventPattern: JSON.stringify(EventPattern) };
  const input = { ...rule, ...pattern, Name, ...(Tags ? { Tags } : {}) };
  const { RuleArn } = await aws.call<{ RuleArn: string }>('events', 'PutRule', input);
  if (Targets && Targets.length > 0) await aws.call('events', 'PutTargets', { Rule: Name, Targets });
  return RuleArn;
}

async function remove({ aws }: ResourceContext, Name: string, before: Properties): Promise<void> {
  const Ids = (before.Targets ?? []).map((one) => one.Id);
  if (Ids.length > 0)
    await aws.call('events', 'RemoveTargets', { Rule: Name, Ids }).then(() => {}, ignoreMissing);
  await aws.call('events', 'DeleteRule', { Name });
}
