/** Calls of functions: validators and the actions of extensions. Nothing here throws for a call that failed. */
import * as z from 'zod';
import { AwsError } from '../../../kernel/aws.js';
import type { Surroundings } from '../context.js';
import { whyForbidden } from './policy.js';

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, with a version or alias or without. */
export const functionArnPattern = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:([\w-]+)(?::([\w$-]+))?$/;

export interface FunctionCall {
  readonly functionArn: string;
  readonly payload: unknown;
  /** Resources the call is made for, as a resource policy may name them. */
  readonly sourceArns: readonly string[];
  /** AppConfig takes this role; without it, the function's resource policy must allow the call. */
  readonly roleArn?: string | undefined;
}

export type FunctionAnswer =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly value?: string };

const invokeOutputSchema = z.object({
  FunctionError: z.string().optional(),
  Payload: z.instanceof(Uint8Array).optional(),
});

/**
 * Waits for the function's answer, at most `limitMs` from when its handler has the event. On AWS the load of a new
 * environment counts as well; here it would say how busy this machine is.
 */
export async function askFunction(
  around: Surroundings,
  call: FunctionCall,
  limitMs: number,
): Promise<FunctionAnswer> {
  const message = `${call.functionArn} did not answer within ${limitMs / 1000} s`;
  return new Promise((resolve) => {
    const timeUp = () => resolve({ kind: 'failed', code: 'TimeoutException', message });
    let cancel = () => {};
    const OnStart = () => {
      cancel = around.clock.after(limitMs, timeUp);
    };
    void invoke(around, call, { InvocationType: 'RequestResponse', OnStart }).then((answer) => {
      cancel();
      resolve(answer);
    });
  });
}

/** Hands the event to Lambda's queue; the answer says only whether Lambda took it. */
export function tellFunction(around: Surroundings, call: FunctionCall): Promise<FunctionAnswer> {
  return invoke(around, call, { InvocationType: 'Event' });
}

type How =
  | { readonly InvocationType: 'Event' }
  | { readonly InvocationType: 'RequestResponse'; readonly OnStart: () => void };

async function invoke(around: Surroundings, call: FunctionCall, how: How): Promise<FunctionAnswer> {
  try {
    await assertAllowed(around, call);
    const output = await around.aws.call('lambda', 'Invoke', {
      FunctionName: call.functionArn,
      Payload: Buffer.from(JSON.stringify(call.payload)),
      ...how,
    });
    return readAnswer(invokeOutputSchema.parse(output));
  } catch (error) {
    return failureFrom(error);
  }
}

async function assertAllowed(around: Surroundings, call: FunctionCall): Promise<void> {
  if (call.roleArn) return;
  const caller = { accountId: around.identity.accountId, sourceArns: call.sourceArns };
  const reason = whyForbidden(await readPolicy(around, call.functionArn), caller);
  if (!reason) return;
  const message = `AppConfig may not invoke ${call.functionArn}: ${reason}`;
  throw new AwsError({ name: 'AccessDeniedException', status: 403, message });
}

const policyOutputSchema = z.object({ Policy: z.string() });

/** A function without a policy, or no such function, is a policy without statements: the call is refused. */
async function readPolicy(around: Surroundings, functionArn: string): Promise<string> {
  const qualifier = functionArnPattern.exec(functionArn)?.[2];
  const input = { FunctionName: functionArn, ...(qualifier && { Qualifier: qualifier }) };
  try {
    return policyOutputSchema.parse(await around.aws.call('lambda', 'GetPolicy', input)).Policy;
  } catch (error) {
    if (error instanceof AwsError && error.name === 'ResourceNotFoundException') return '{"Statement":[]}';
    throw error;
  }
}

function readAnswer(output: z.infer<typeof invokeOutputSchema>): FunctionAnswer {
  const text = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError) return functionFailure(text);
  return { kind: 'answered', value: parseJson(text) };
}

const functionErrorSchema = z.object({ errorMessage: z.string(), errorType: z.string().optional() });

function functionFailure(text: string): FunctionAnswer {
  const parsed = functionErrorSchema.safeParse(parseJson(text));
  const code = parsed.data?.errorType ?? 'FunctionError';
  return { kind: 'failed', code, message: parsed.data?.errorMessage ?? text, value: text };
}

/** What was thrown, as an answer. */
export function failureFrom(error: unknown): FunctionAnswer {
  if (error instanceof Error) return { kind: 'failed', code: error.name, message: error.message };
  return { kind: 'failed', code: 'InternalError', message: String(error) };
}

/** An answer that is not JSON, or no answer at all, is like none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
