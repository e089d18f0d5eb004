/** Speaks to a running local AWS about its faults: services that are sick because somebody wants to see what happens then. */

import * as z from 'zod';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import type { Fault, FaultRequest } from '../../local/index.js';
import { chooseTarget } from './target.js';

const faultSchema = z.object({
  service: z.string(),
  kind: z.string(),
  strikes: z.string(),
  sinceMs: z.number(),
  untilMs: z.number().optional(),
  struck: z.number(),
});
const answerSchema = z.object({ faults: z.array(faultSchema) });
const endedSchema = z.object({ ended: z.array(faultSchema) });
/** A fault as the local AWS tells it. */
export type ToldFault = z.infer<typeof faultSchema>;

/** What every local AWS answers and nothing else does. */
const healthSchema = z.object({ status: z.literal('ok'), services: z.array(z.string()) });

/**
 * The endpoint of the local AWS this command would talk to. @throws UsageError for any other AWS: nothing is sent there but,
 * where it is an address of this machine, the question whether it is a local AWS.
 */
export async function drillEndpoint(directory: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const target = await chooseTarget(directory, environment);
  const endpoint = environment.AWS_ENDPOINT_URL;
  const isHere = endpoint !== undefined && target.startsWith('local AWS');
  if (isHere && (await isLocalAws(endpoint))) return endpoint;
  const what = isHere ? `nothing at ${endpoint} says that it is one` : `this is ${target}`;
  throw new UsageError(`A drill breaks a local AWS only, and ${what}`, {
    hint: 'Start one with `npx veltrix dev` or `npx veltrix local up`, and leave AWS_PROFILE, AWS_ENDPOINT_URL and keys unset here.',
  });
}

/** A tunnel to a real AWS may begin at this machine as well. */
async function isLocalAws(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/_local/health', endpoint), { redirect: 'error' });
    return healthSchema.safeParse(await response.json()).success;
  } catch {
    return false;
  }
}

/** @returns all faults that stand now. */
export async function beginFault(endpoint: string, fault: FaultRequest): Promise<readonly ToldFault[]> {
  const answer = await ask(endpoint, { method: 'POST', body: JSON.stringify(fault) });
  return answerSchema.parse(answer).faults;
}

export async function listFaults(endpoint: string): Promise<readonly ToldFault[]> {
  return answerSchema.parse(await ask(endpoint, { method: 'GET' })).faults;
}

/** Ends all faults. @returns those that stood. */
export async function endFaults(endpoint: string): Promise<readonly ToldFault[]> {
  return endedSchema.parse(await ask(endpoint, { method: 'DELETE' })).ended;
}

async function ask(endpoint: string, request: RequestInit): Promise<unknown> {
  const response = await fetch(new URL('/_local/faults', endpoint), {
    ...request,
    headers: { 'content-type': 'application/json' },
  }).catch((cause: unknown) => {
    throw new ServiceUnavailable(`The local AWS at ${endpoint} does not answer`, {
      hint: 'Start it again with `veltrix local up`.',
      cause,
    });
  });
  if (response.ok) return response.json();
  throw new ServiceUnavailable(`The local AWS refuses the drill: ${await response.text()}`, {
    hint: 'It may be of another version: stop it with Ctrl-C and start it again.',
  });
}

/** Every service that is asked over the wire, of the three that a node or an operator needs, and those behind them. */
export const faultyServices = {
  appconfig: ['appconfig', 'appconfigdata'],
  kinesis: ['kinesis'],
  dynamodb: ['dynamodb'],
} as const satisfies Record<string, readonly Fault['service'][]>;

/** All services of the local AWS: what a machine loses that has lost its way to AWS. */
export const allServices = [
  'appconfig',
  'appconfigdata',
  'dynamodb',
  'events',
  'iam',
  'kinesis',
  'lambda',
  'logs',
  'secretsmanager',
  'sqs',
  'sts',
] as const satisfies readonly Fault['service'][];
