/** Invoke: run a function and wait, hand it an event, or only ask whether one may. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../../kernel/aws.js';
import { defineOperation } from '../../../kernel/operations.js';
import type { LambdaContext } from '../context.js';
import { invalidRequestContent, requestTooLarge, tooManyRequests } from '../errors.js';
import { asyncPayloadBytes, syncPayloadBytes } from '../limits.js';
import { findFunction, findVersion, parseReference } from '../names.js';
import { functionName } from './function-schema.js';

const invokeSchema = z.strictObject({
  FunctionName: functionName,
  Qualifier: z.string().optional(),
  InvocationType: z.enum(['DryRun', 'Event', 'RequestResponse']).default('RequestResponse'),
  LogType: z.enum(['None', 'Tail']).default('None'),
  /** Base64 of JSON. */
  ClientContext: z.string().optional(),
  Payload: z.union([z.instanceof(Uint8Array), z.string()]).optional(),
  /** In process only: called when the handler gets the event, its environment loaded. */
  OnStart: z.custom<() => void>((value) => typeof value === 'function').optional(),
});

export const invoke = defineOperation({
  input: invokeSchema,
  async run(context: LambdaContext, input) {
    const reference = parseReference(input.FunctionName, input.Qualifier);
    findVersion(findFunction(context.state, context.identity, reference.name), reference.qualifier);
    const limitBytes = input.InvocationType === 'Event' ? asyncPayloadBytes : syncPayloadBytes;
    const payload = payloadOf(input.Payload, limitBytes);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    if (input.InvocationType === 'Event') {
      const { name: functionName, qualifier } = reference;
      context.queue.add({ functionName, qualifier, payload, requestId: randomUUID() });
      return { StatusCode: 202 };
    }
    const { ClientContext: clientContext, OnStart: onStart } = input;
    return await invokeAndWait(context, { ...reference, payload, clientContext, onStart }, input.LogType);
  },
});

async function invokeAndWait(
  context: LambdaContext,
  request: Parameters<LambdaContext['invoker']['invoke']>[0],
  logType: 'None' | 'Tail',
): Promise<Json> {
  const result = await context.invoker.invoke(request);
  if ('throttled' in result) throw tooManyRequests(result.throttled);
  const tail = Buffer.from(result.logTail, 'utf8').toString('base64');
  return {
    StatusCode: 200,
    Payload: new Uint8Array(Buffer.from(result.payload, 'utf8')),
    ExecutedVersion: result.executedVersion,
    ...(result.functionError ? { FunctionError: result.functionError } : {}),
    ...(logType === 'Tail' ? { LogResult: tail } : {}),
  };
}

/** JSON text; `{}` when there is none. Throws RequestTooLargeException or InvalidRequestContentException. */
function payloadOf(payload: Uint8Array | string | undefined, limitBytes: number): string {
  const bytes = Buffer.from(payload ?? '');
  if (bytes.length > limitBytes) throw requestTooLarge(bytes.length, limitBytes);
  if (bytes.length === 0) return '{}';
  const text = bytes.toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalidRequestContent(`Could not parse request body into json: ${reason}`);
  }
}
