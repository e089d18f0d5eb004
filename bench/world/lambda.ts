/** Invokes functions of a local AWS, cold and warm, and times them from outside. */

import path from 'node:path';
import type { LocalAws } from '../../local/index.js';
import type { Bundle } from '../machinery/bundles.js';

/** A function that something else woke up in between is made cold again, so often. */
const coldAttemptsMax = 5;

export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
}

export interface ColdStart {
  /** Until the handler is loaded, as Lambda reports it. */
  readonly initMs: number;
  /** From the request to the answer. */
  readonly wholeMs: number;
}

/** Invokes it in a fresh process. @throws Error when the function fails. */
export async function invokeCold(aws: LocalAws, invocation: Invocation): Promise<ColdStart> {
  for (let attempt = 1; attempt <= coldAttemptsMax; attempt++) {
    await makeCold(aws, invocation.functionName);
    const { wholeMs, log } = await invoke(aws, invocation);
    const initMs = /Init Duration: ([\d.]+) ms/.exec(log)?.[1];
    if (initMs !== undefined) return { initMs: Number(initMs), wholeMs };
  }
  throw new Error(`${invocation.functionName} was warm ${coldAttemptsMax} times`);
}

/** Milliseconds from the request to the answer. @throws Error when the function fails. */
export async function invokeWarm(aws: LocalAws, invocation: Invocation): Promise<number> {
  const { wholeMs } = await invoke(aws, invocation);
  return wholeMs;
}

/** Creates a function from a bundle that exports `handler`, like the ones that are deployed. */
export async function createFunction(aws: LocalAws, functionName: string, { file }: Bundle): Promise<void> {
  await aws.call('lambda', 'CreateFunction', {
    FunctionName: functionName,
    Runtime: 'nodejs22.x',
    Role: 'arn:aws:iam::000000000000:role/bench',
    Handler: `${path.basename(file, '.mjs')}.handler`,
    MemorySize: 512,
    Code: { LocalDirectory: path.dirname(file) },
  });
}

/** A changed function does not use the processes of what it was. */
async function makeCold(aws: LocalAws, functionName: string): Promise<void> {
  const Description = `made cold at ${performance.now()}`;
  await aws.call('lambda', 'UpdateFunctionConfiguration', { FunctionName: functionName, Description });
}

async function invoke(aws: LocalAws, { functionName, event }: Invocation) {
  const beganMs = performance.now();
  const answer = await aws.call<{ Payload: Uint8Array; FunctionError?: string; LogResult: string }>(
    'lambda',
    'Invoke',
    { FunctionName: functionName, Payload: JSON.stringify(event), LogType: 'Tail' },
  );
  const wholeMs = performance.now() - beganMs;
  if (answer.FunctionError !== undefined) {
    throw new Error(`${functionName} failed: ${Buffer.from(answer.Payload).toString()}`);
  }
  return { wholeMs, log: Buffer.from(answer.LogResult, 'base64').toString() };
}
