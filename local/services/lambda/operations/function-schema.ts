/**
 * The settings of a function that this local AWS takes. A member that it does not know is refused, so that nobody believes
 * a layer or a VPC to be there.
 * Source of ranges: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html.
 */
import * as z from 'zod';
import { environmentBytes, memoryMiB, timeoutSeconds } from '../limits.js';
import { reservedVariables } from '../runtime/environment.js';

const variableName = /^[a-zA-Z][a-zA-Z0-9_]+$/;

const variables = z.record(z.string(), z.string()).superRefine((value, context) => {
  for (const name of Object.keys(value))
    if (!variableName.test(name))
      context.addIssue({
        code: 'custom',
        message: `the name '${name}': expected a letter, then one or more letters, digits and underscores`,
      });
  const reserved = Object.keys(value).filter((name) => reservedVariables.has(name));
  if (reserved.length > 0)
    context.addIssue({
      code: 'custom',
      message:
        'Lambda was unable to configure your environment variables because the environment variables you have ' +
        'provided contains reserved keys that are currently not supported for modification. ' +
        `Reserved keys used in this request: ${reserved.join(', ')}`,
    });
  const sizeBytes = Buffer.byteLength(JSON.stringify(value));
  if (sizeBytes > environmentBytes)
    context.addIssue({
      code: 'custom',
      message: `the variables take ${sizeBytes} bytes as JSON, more than ${environmentBytes}`,
    });
});

const nodeRuntime = z
  .string()
  .regex(/^nodejs\d+\.x$/, 'expected nodejs20.x or another Node.js runtime: no other language runs here');

/** Settings that both CreateFunction and UpdateFunctionConfiguration take. */
export const settings = {
  Runtime: nodeRuntime.optional(),
  Role: z.string().min(1).optional(),
  Handler: z.string().min(1).optional(),
  Description: z.string().max(256).optional(),
  Timeout: z.int().min(timeoutSeconds.min).max(timeoutSeconds.max).optional(),
  MemorySize: z.int().min(memoryMiB.min).max(memoryMiB.max).optional(),
  Environment: z.strictObject({ Variables: variables.optional() }).optional(),
  DeadLetterConfig: z
    .strictObject({
      TargetArn: z
        .string()
        .regex(/^(arn:aws:sqs:.+)?$/, 'expected the ARN of an SQS queue: this local AWS has no topics')
        .optional(),
    })
    .optional(),
  TracingConfig: z.strictObject({ Mode: z.enum(['Active', 'PassThrough']).optional() }).optional(),
  KMSKeyArn: z
    .string()
    .regex(/^(arn:aws[a-z-]*:kms:.+)?$/, 'expected the ARN of a key')
    .optional(),
  EphemeralStorage: z.strictObject({ Size: z.int().min(512).max(10_240) }).optional(),
  LoggingConfig: z
    .strictObject({
      LogFormat: z.enum(['JSON', 'Text']).optional(),
      LogGroup: z.string().min(1).max(512).optional(),
      ApplicationLogLevel: z.string().optional(),
      SystemLogLevel: z.string().optional(),
    })
    .optional(),
  Layers: z.array(z.string()).max(0, 'layers do not exist here: bundle what the function needs').optional(),
};

const zipRefusal =
  "expected { LocalDirectory: '/path/of/the/code' }: this local AWS runs code from a folder, not from a zip file";

/** Where code comes from: a folder of this machine, in place of AWS's zip file or S3 object. */
export const codeSource = z.strictObject({ LocalDirectory: z.string().min(1) }, zipRefusal);

export const functionName = z.string().min(1).max(256);

export const createSchema = z.strictObject({
  ...settings,
  FunctionName: functionName,
  Runtime: nodeRuntime,
  Role: z.string().min(1),
  Handler: z.string().min(1),
  Code: codeSource,
  PackageType: z.literal('Zip').optional(),
  Architectures: z.array(z.enum(['arm64', 'x86_64'])).optional(),
  Publish: z.boolean().optional(),
  Tags: z.record(z.string(), z.string()).optional(),
});

export const updateConfigurationSchema = z.strictObject({ ...settings, FunctionName: functionName });

export const updateCodeSchema = z.strictObject({
  FunctionName: functionName,
  LocalDirectory: z.string({ error: zipRefusal }).min(1),
  Architectures: z.array(z.enum(['arm64', 'x86_64'])).optional(),
  Publish: z.boolean().optional(),
  DryRun: z.boolean().optional(),
});

export type FunctionSettings = z.output<typeof updateConfigurationSchema>;
