/**
 * The parts of a CloudFormation template that are understood. Anything else is refused, so that nothing is skipped in
 * silence. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html.
 */
import * as z from 'zod';

const policy = z.enum(
  ['Delete', 'Retain', 'RetainExceptOnCreate'],
  'expected Delete, Retain or RetainExceptOnCreate: this local AWS makes no snapshots',
);

const parameter = z.strictObject({
  Type: z.string(),
  Default: z.union([z.string(), z.number()]).optional(),
  Description: z.string().optional(),
  AllowedValues: z.array(z.union([z.string(), z.number()])).optional(),
  AllowedPattern: z.string().optional(),
  ConstraintDescription: z.string().optional(),
  NoEcho: z.union([z.boolean(), z.string()]).optional(),
  MinLength: z.unknown().optional(),
  MaxLength: z.unknown().optional(),
  MinValue: z.unknown().optional(),
  MaxValue: z.unknown().optional(),
});

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
  DeletionPolicy: policy.default('Delete'),
  UpdateReplacePolicy: policy.default('Delete'),
  Metadata: z.unknown().optional(),
});

const output = z.strictObject({
  Value: z.unknown(),
  Description: z.string().optional(),
  Condition: z.string().optional(),
  Export: z.strictObject({ Name: z.unknown() }).optional(),
});

/** CDK's own check of its bootstrap stack, which is not needed here. */
const rules = z.strictObject({ CheckBootstrapVersion: z.unknown().optional() });

export const templateSchema = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Parameters: z.record(z.string(), parameter).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Rules: rules.optional(),
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), output).default({}),
});

export type Template = z.output<typeof templateSchema>;
export type ResourceDefinition = z.output<typeof resource>;
export type ParameterDefinition = z.output<typeof parameter>;
