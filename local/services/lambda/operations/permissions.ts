/**
 * A function's resource policy. Calls with the local credentials are not checked against it; services that invoke on
 * someone's behalf (schedules, AppConfig) read it and refuse without it.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { resourceConflict, resourceNotFound } from '../errors.js';
import { findFunction, parseReference } from '../names.js';
import type { FunctionRecord, PolicyStatement } from '../state.js';
import { functionName } from './function-schema.js';

const addSchema = z.strictObject({
  FunctionName: functionName,
  Qualifier: z.string().optional(),
  StatementId: z.string().regex(/^[a-zA-Z0-9-_]{1,100}$/, 'expected letters, digits, - and _'),
  Action: z
    .string()
    .regex(/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/, 'expected an action such as lambda:InvokeFunction'),
  Principal: z.string().min(1),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

export const addPermission = defineOperation({
  input: addSchema,
  run(context: LambdaContext, input) {
    const record = find(context, input);
    if (record.policy.some((statement) => statement.Sid === input.StatementId))
      throw resourceConflict(`The statement id (${input.StatementId}) provided already exists`);
    const statement: PolicyStatement = {
      Sid: input.StatementId,
      Effect: 'Allow',
      Principal: principalOf(input.Principal),
      Action: input.Action,
      Resource: resourceOf(record, input),
      ...conditionOf(input),
    };
    record.policy = [...record.policy, statement];
    record.policyRevisionId = randomUUID();
    return { Statement: JSON.stringify(statement) };
  },
});

export const removePermission = defineOperation({
  input: z.strictObject({
    FunctionName: functionName,
    StatementId: z.string(),
    Qualifier: z.string().optional(),
    RevisionId: z.string().optional(),
  }),
  run(context: LambdaContext, input) {
    const record = find(context, input);
    const kept = record.policy.filter((statement) => statement.Sid !== input.StatementId);
    if (kept.length === record.policy.length)
      throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
    record.policy = kept;
    record.policyRevisionId = randomUUID();
    return {};
  },
});

export const getPolicy = defineOperation({
  input: z.strictObject({ FunctionName: functionName, Qualifier: z.string().optional() }),
  run(context: LambdaContext, input) {
    const record = find(context, input);
    const resource = resourceOf(record, input);
    const Statement = record.policy.filter((statement) => statement.Resource === resource);
    if (Statement.length === 0) throw resourceNotFound('The resource you requested does not exist.');
    const policy = { Version: '2012-10-17', Id: 'default', Statement };
    return { Policy: JSON.stringify(policy), RevisionId: record.policyRevisionId };
  },
});

function find(
  context: LambdaContext,
  input: { FunctionName: string; Qualifier?: string | undefined },
): FunctionRecord {
  const { name } = parseReference(input.FunctionName, input.Qualifier);
  return findFunction(context.state, context.identity, name);
}

/** The ARN that a statement is about: that of the function, or of the version or alias that was named. */
function resourceOf(
  record: FunctionRecord,
  input: { FunctionName: string; Qualifier?: string | undefined },
): string {
  const { qualifier } = parseReference(input.FunctionName, input.Qualifier);
  return record.latest.configuration.FunctionArn + (qualifier ? `:${qualifier}` : '');
}

function principalOf(principal: string): unknown {
  if (principal === '*') return '*';
  return principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal };
}

function conditionOf(input: z.output<typeof addSchema>): Pick<PolicyStatement, 'Condition'> {
  const Condition = {
    ...(input.SourceAccount ? { StringEquals: { 'AWS:SourceAccount': input.SourceAccount } } : {}),
    ...(input.SourceArn ? { ArnLike: { 'AWS:SourceArn': input.SourceArn } } : {}),
  };
  return Object.keys(Condition).length > 0 ? { Condition } : {};
}
