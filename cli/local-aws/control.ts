/** Speaks to a running local AWS about itself: deploy an assembly, stop. */

import * as z from 'zod';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import type { DeployProgress, DeployResult } from '../../local/index.js';
import { chooseTarget } from './target.js';

const lineSchema = z.union([
  z.object({ progress: z.custom<DeployProgress>((value) => typeof value === 'object') }),
  z.object({ done: z.custom<DeployResult>((value) => typeof value === 'object') }),
  z.object({ error: z.string(), problems: z.array(z.unknown()).optional() }),
]);

/** The endpoint of the local AWS this command would talk to. @throws UsageError when that is none. */
export async function localEndpoint(directory: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const target = await chooseTarget(directory, environment);
  const endpoint = environment.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && target.startsWith('local AWS')) return endpoint;
  throw new UsageError('No local AWS runs for this project', {
    hint: 'Start one with `veltrix local up`, or everything with `veltrix dev`.',
  });
}

/** Deploys an assembly of this machine. @throws ServiceUnavailable with the reasons when it fails. */
export async function deployTo(
  endpoint: string,
  assembly: string,
  onProgress: (progress: DeployProgress) => void,
): Promise<DeployResult> {
  const response = await post(endpoint, '/_local/deploy', { assembly });
  for await (const text of linesOf(response)) {
    const line = lineSchema.parse(JSON.parse(text));
    if ('done' in line) return line.done;
    if ('error' in line) throw deployFailed(line.error);
    onProgress(line.progress);
  }
  throw deployFailed('the local AWS stopped while it deployed');
}

/** Asks it to stop. */
export async function shutDown(endpoint: string): Promise<void> {
  await post(endpoint, '/_local/shutdown', {});
}

export const deployFailed = (message: string): ServiceUnavailable =>
  new ServiceUnavailable(`The stacks were not deployed: ${message}`, {
    hint: 'Correct infra/, then deploy again; what failed was rolled back.',
  });

async function post(endpoint: string, path: string, body: unknown): Promise<Response> {
  const response = await fetch(new URL(path, endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new ServiceUnavailable(`The local AWS at ${endpoint} does not answer`, {
      hint: 'Start it again with `veltrix local up`.',
      cause,
    });
  });
  if (response.ok) return response;
  throw new ServiceUnavailable(`The local AWS refuses ${path}: ${await response.text()}`, {
    hint: 'It may be of another version: stop it with Ctrl-C and start it again.',
  });
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
