/** AWS::Lambda::Function: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html. */
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import {
  type Change,
  defineResource,
  orUndo,
  type ResourceContext,
  type ResourceHandler,
} from '../handler.js';
import { choice, number, tagChanges, tagMap, tags, text } from '../properties.js';

const properties = z.strictObject({
  FunctionName: text.optional(),
  Code: z.strictObject(
    { S3Bucket: text, S3Key: text },
    'expected S3Bucket and S3Key of an asset that is a folder: neither inline code nor images run here',
  ),
  Runtime: text,
  Handler: text,
  Role: text,
  Description: text.optional(),
  Timeout: number.optional(),
  MemorySize: number.optional(),
  Environment: z.strictObject({ Variables: z.record(z.string(), text).optional() }).optional(),
  DeadLetterConfig: z.strictObject({ TargetArn: text.optional() }).optional(),
  TracingConfig: z.strictObject({ Mode: choice(['Active', 'PassThrough']).optional() }).optional(),
  EphemeralStorage: z.strictObject({ Size: number }).optional(),
  KmsKeyArn: text.optional(),
  LoggingConfig: z
    .strictObject({
      LogFormat: choice(['JSON', 'Text']).optional(),
      LogGroup: text.optional(),
      ApplicationLogLevel: text.optional(),
      SystemLogLevel: text.optional(),
    })
    .optional(),
  ReservedConcurrentExecutions: number.optional(),
  Architectures: z.array(choice(['arm64', 'x86_64'])).optional(),
  PackageType: choice(['Zip']).optional(),
  Tags: tags.optional(),
});
type Properties = z.output<typeof properties>;

export const lambdaFunction: ResourceHandler = defineResource({
  type: 'AWS::Lambda::Function',
  properties,
  attributes: ['Arn'],
  replaceOn: ['FunctionName', 'PackageType'],
  nameProperty: 'FunctionName',
  async create(context, wanted) {
    const FunctionName = wanted.FunctionName ?? context.generateName(64);
    const { FunctionArn } = await context.aws.call<{ FunctionArn: string }>('lambda', 'CreateFunction', {
      FunctionName,
      Code: { LocalDirectory: context.asset(wanted.Code.S3Key) },
      ...settingsOf(wanted),
      ...(wanted.Architectures ? { Architectures: wanted.Architectures } : {}),
      Tags: tagMap(wanted.Tags),
    });
    await orUndo(
      () => setConcurrency(context, FunctionName, wanted.ReservedConcurrentExecutions),
      () => context.aws.call('lambda', 'DeleteFunction', { FunctionName }),
    );
    return { physicalId: FunctionName, attributes: { Arn: FunctionArn } };
  },
  async update(context, change) {
    const { physicalId: FunctionName, attributes, after, changed } = change;
    if (changed.has('Code') || changed.has('Architectures'))
      await context.aws.call('lambda', 'UpdateFunctionCode', {
        FunctionName,
        LocalDirectory: context.asset(after.Code.S3Key),
        Architectures: after.Architectures ?? ['x86_64'],
      });
    if ([...changed].some((name) => !ownOperations.has(name)))
      await context.aws.call('lambda', 'UpdateFunctionConfiguration', { FunctionName, ...settingsOf(after) });
    if (changed.has('ReservedConcurrentExecutions'))
      await setConcurrency(context, FunctionName, after.ReservedConcurrentExecutions);
    await changeTags(context, change);
    return { physicalId: FunctionName, attributes };
  },
  async remove(context, { physicalId }) {
    await context.aws.call('lambda', 'DeleteFunction', { FunctionName: physicalId });
  },
});

/** Properties that are changed by operations of their own. */
const ownOperations: ReadonlySet<string> = new Set([
  'Architectures',
  'Code',
  'ReservedConcurrentExecutions',
  'Tags',
]);

/** Every setting, so that one that left the template goes back to its default. */
function settingsOf(wanted: Properties): Json {
  const { LoggingConfig: logging } = wanted;
  return {
    Runtime: wanted.Runtime,
    Handler: wanted.Handler,
    Role: wanted.Role,
    Description: wanted.Description ?? '',
    Timeout: wanted.Timeout ?? 3,
    MemorySize: wanted.MemorySize ?? 128,
    Environment: { Variables: wanted.Environment?.Variables ?? {} },
    DeadLetterConfig: { TargetArn: wanted.DeadLetterConfig?.TargetArn ?? '' },
    TracingConfig: { Mode: wanted.TracingConfig?.Mode ?? 'PassThrough' },
    EphemeralStorage: wanted.EphemeralStorage ?? { Size: 512 },
    KMSKeyArn: wanted.KmsKeyArn ?? '',
    LoggingConfig: { LogFormat: 'Text', ...logging },
  };
}

async function setConcurrency(
  { aws }: ResourceContext,
  FunctionName: string,
  reserved: number | undefined,
): Promise<void> {
  if (reserved === undefined) await aws.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else {
    const input = { FunctionName, ReservedConcurrentExecutions: reserved };
    await aws.call('lambda', 'PutFunctionConcurrency', input);
  }
}

async function changeTags({ aws }: ResourceContext, change: Change<Properties>): Promise<void> {
  const { put, gone } = tagChanges(change.before.Tags, change.after.Tags);
  const Resource = change.attributes['Arn'];
  if (gone.length > 0) await aws.call('lambda', 'UntagResource', { Resource, TagKeys: gone });
  if (Object.keys(put).length > 0) await aws.call('lambda', 'TagResource', { Resource, Tags: put });
}
