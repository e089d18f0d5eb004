/**
 * Invokes the publish function of one environment. The right to do so is the right to publish there; the right to do so by its
 * alias is the right to change the queue.
 */

import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { type ClusterAddress, formatCluster } from '../core/addresses.js';
import {
  identityMaxChars,
  type PublishRequest,
  type PublishResult,
  publishResultSchema,
  type QueueRequest,
} from '../core/delivery/publishing.js';
import { ServiceUnavailable } from '../core/errors.js';
import { publishFunction, queueAlias } from '../core/names.js';
import { calling, isNamed } from './failures.js';
import { audienceOf } from './sts/caller-identity.js';

/** Lambda takes 6 MB for a synchronous invocation ("Lambda quotas", payload). */
const payloadMaxBytes = 6 * 1024 * 1024;

export interface PublishFunction {
  /**
   * Publishes, or changes the queue.
   * @throws ServiceUnavailable when the function is not there, cannot be reached, fails, or answers nonsense.
   */
  publish(request: PublishRequest | QueueRequest): Promise<PublishResult>;
}

export function createPublishFunction(
  client: LambdaClient,
  where: { readonly stage: string; readonly cluster: ClusterAddress },
): PublishFunction {
  const name = publishFunction(where.stage, where.cluster);
  return {
    async publish(request) {
      const payload = new TextEncoder().encode(JSON.stringify(await withProof(client, name, request)));
      demandSize(payload.length);
      const alias = 'queueAction' in request ? queueAlias : undefined;
      const answer = await invoke(client, { name, alias, payload, cluster: formatCluster(where.cluster) });
      return readAnswer(name, answer);
    },
  };
}

/**
 * A request says who asks, as AWS knows it. Whoever may invoke may publish, so one that cannot be signed for is sent as it
 * is: credentials that are missing fail the invocation itself, and say so better.
 */
async function withProof(
  client: LambdaClient,
  name: string,
  request: PublishRequest | QueueRequest,
): Promise<PublishRequest | QueueRequest> {
  try {
    const [{ proveIdentity }, region] = await Promise.all([
      import('./sts/identity-proof.js'),
      client.config.region(),
    ]);
    const audience = audienceOf(name, JSON.parse(JSON.stringify(request)));
    const identity = await proveIdentity({ region, credentials: client.config.credentials, audience });
    return identity.length > identityMaxChars ? request : { ...request, identity };
  } catch {
    return request;
  }
}

interface Call {
  readonly name: string;
  /** Whoever may change the queue need not have the right to publish. */
  readonly alias: string | undefined;
  readonly payload: Uint8Array;
  readonly cluster: string;
}

async function invoke(client: LambdaClient, call: Call): Promise<InvokeCommandOutput> {
  const absent = (error: unknown) =>
    isNamed(error, 'ResourceNotFoundException') ? ('absent' as const) : undefined;
  const { name: FunctionName, alias: Qualifier, payload: Payload } = call;
  const command = new InvokeCommand({ FunctionName, Payload, ...(Qualifier && { Qualifier }) });
  const answer = await calling(`invoke ${call.name}`, () => client.send(command), absent);
  if (answer === 'absent') throw notDeployed(call);
  return answer;
}

function readAnswer(name: string, answer: InvokeCommandOutput): PublishResult {
  const text = new TextDecoder().decode(answer.Payload ?? new Uint8Array());
  if (answer.FunctionError !== undefined) throw failed(name, text);
  const parsed = publishResultSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new ServiceUnavailable(`${name} gave an answer that this command does not understand`, {
    hint: 'The deployed functions and this command are of different versions: deploy the stacks again, or update the command.',
    cause: parsed.error,
  });
}

function notDeployed({ name, cluster }: { name: string; cluster: string }): ServiceUnavailable {
  return new ServiceUnavailable(`Nothing can publish to ${cluster}: there is no function ${name} here`, {
    hint: 'Deploy the stacks first (`npm run deploy`, or `npx veltrix local deploy` for the local AWS), or name their stage with --stage.',
  });
}

function failed(name: string, text: string): ServiceUnavailable {
  const report = parseJson(text) as { errorMessage?: unknown; errorType?: unknown } | undefined;
  const message = typeof report?.errorMessage === 'string' ? report.errorMessage : text || 'no reason given';
  return new ServiceUnavailable(`${name} failed: ${message}`, {
    hint: `Nothing is half-published; try again. The function's log tells more (log group /aws/lambda/${name}).`,
    retryable: true,
  });
}

function demandSize(bytes: number): void {
  if (bytes <= payloadMaxBytes) return;
  throw new ServiceUnavailable(
    `The request is ${bytes.toLocaleString('en')} bytes; a function takes at most ${payloadMaxBytes.toLocaleString('en')}`,
    { hint: 'Split the profile, or shorten its values.' },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
