/**
 * Who asks, as AWS knows it. The caller signs a request to STS that asks who he is (`sts:GetCallerIdentity`, which nobody
 * needs a permission for), and hands it over unsent; whoever sends it learns the caller's ARN and nothing else. Kubernetes
 * and Vault know their AWS callers in the same way.
 *
 * The request is bound to whom it is for and to what it is about by a header that is signed and not handed over: the
 * receiver writes it himself, so that a proof that was made for another publish has a wrong signature. The region is bound
 * by the signature's scope, and the account by the answer: who invokes a function by its name is of the function's account,
 * so a proof from elsewhere was not made for this one. A caller need not know his account's number for it.
 */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson, type JsonValue } from '../../core/content/canonical-json.js';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';
import type { Clock, EpochMs } from '../../core/time.js';

export const audienceHeader = 'x-veltrix-audience';
export const callerIdentityQuery = { Action: 'GetCallerIdentity', Version: '2011-06-15' } as const;

/**
 * How old a proof may be: it is made for one invocation, which follows at once. STS itself takes one for 15 minutes, so
 * this is held here. Clocks of callers may be off by the other number; AWS refuses what is off by five minutes.
 */
const proofAgeMaxMs = 60_000;
const clockSkewMaxMs = 30_000;

/** STS answers within tens of milliseconds, and a publish does not wait for its caller's name. */
export const answerMaxMs = 2_000;

export interface CallerIdentity {
  /**
   * ARN of who signed `proof` for this very `request`; a proof that stands in the request itself does not count.
   * @throws UsageError when it is no proof; ServiceUnavailable when STS refuses it or does not answer.
   */
  arnOf(proof: string, request: unknown): Promise<string>;
}

/** The function that is asked, and what it is asked for: `veltrix-main-publish-treasure-hunt-staging/<SHA-256>`. */
export function audienceOf(name: string, request: unknown): string {
  const { identity: _, ...bound } = z.record(z.string(), z.unknown()).parse(request);
  return `${name}/${createHash('sha256')
    .update(canonicalJson(bound as JsonValue))
    .digest('hex')}`;
}

/** STS's own host in a region. */
export const stsHost = (region: string): string =>
  `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** `endpoint`: where AWS is, when not where it usually is. */
export function createCallerIdentity(where: {
  readonly region: string;
  /** The function's account: twelve digits. */
  readonly account: string;
  /** Name of the function that asks. */
  readonly audience: string;
  readonly clock: Clock;
  readonly endpoint?: string;
}): CallerIdentity {
  const endpoint = where.endpoint ?? `https://${stsHost(where.region)}`;
  return {
    async arnOf(proof, request) {
      const url = new URL('/', endpoint);
      const parameters = readProof(proof, where.region);
      demandFresh(parameters['X-Amz-Date'] ?? '', where.clock());
      url.search = new URLSearchParams(parameters).toString();
      const headers = { [audienceHeader]: audienceOf(where.audience, request) };
      const signal = AbortSignal.timeout(answerMaxMs);
      const arn = readArn(await askSts(() => fetch(url, { headers, signal, redirect: 'error' })));
      demandAccount(arn, where.account);
      return arn;
    },
  };
}

/** Every parameter that is sent, by its form: nothing of the caller's decides where the request goes or what it asks. */
const proofSchema = (region: string) =>
  z.strictObject({
    Action: z.literal(callerIdentityQuery.Action),
    Version: z.literal(callerIdentityQuery.Version),
    'X-Amz-Algorithm': z.literal('AWS4-HMAC-SHA256'),
    'X-Amz-Credential': z
      .string()
      .regex(/^\w{1,128}\/\d{8}\/[a-z0-9-]+\/sts\/aws4_request$/)
      .refine((scope) => scope.split('/')[2] === region, `is not for ${region}`),
    'X-Amz-Date': z.string().regex(/^\d{8}T\d{6}Z$/),
    'X-Amz-Expires': z.string().regex(/^\d{1,3}$/),
    'X-Amz-SignedHeaders': z.literal(`host;${audienceHeader}`),
    'X-Amz-Signature': z.string().regex(/^[0-9a-f]{64}$/),
    'X-Amz-Security-Token': z
      .string()
      .regex(/^[\w+/=-]{1,8192}$/)
      .optional(),
  });

function readProof(proof: string, region: string): Record<string, string> {
  const entries = [...new URLSearchParams(proof)];
  const isPlain = new Set(entries.map(([name]) => name)).size === entries.length;
  const parsed = proofSchema(region).safeParse(Object.fromEntries(entries));
  if (isPlain && parsed.success) return Object.fromEntries(entries);
  const [issue] = parsed.error?.issues ?? [];
  const where = issue?.path.join('.') || issue?.code || 'a parameter is there twice';
  throw new UsageError(`The proof of identity is no request to STS that asks who is calling: ${where}`, {
    hint: 'Publish with the command, which makes the proof, or without one.',
  });
}

/** `date`: `20260101T000000Z`. */
function demandFresh(date: string, now: EpochMs): void {
  const signedAt = Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const ageMs = now - signedAt;
  if (ageMs >= -clockSkewMaxMs && ageMs <= proofAgeMaxMs + clockSkewMaxMs) return;
  throw new UsageError(`The proof of identity is of ${date}, and good for a minute`, {
    hint: 'Look at the clock of the caller, and publish again.',
  });
}

function demandAccount(arn: string, account: string): void {
  if (arn.split(':')[4] === account) return;
  throw new UsageError(`The proof of identity is of ${arn}, which is not of account ${account}`, {
    hint: 'Publish with credentials of the account that the stacks are deployed to.',
  });
}

/** What STS answers. @throws ServiceUnavailable when it refuses, or does not answer. */
export async function askSts(send: () => Promise<Response>): Promise<string> {
  try {
    const answer = await send();
    const text = await answer.text();
    if (answer.status === 200) return text;
    throw new Error(`STS answered ${answer.status}: ${/<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no reason'}`);
  } catch (error) {
    throw new ServiceUnavailable('Could not ask STS who is calling', {
      hint: 'Look at the clock and the credentials of the caller, and at the function’s way to STS.',
      retryable: true,
      cause: error,
    });
  }
}

/** STS answers in XML ("GetCallerIdentity", sample response); names of identities hold nothing that XML would escape. */
export function readArn(answer: string): string {
  const arn = /<Arn>(arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[\w+=,.@/-]+)<\/Arn>/.exec(answer)?.[1];
  if (arn !== undefined) return arn;
  throw new ServiceUnavailable('STS answered without saying who is calling', {
    hint: 'Look at what stands between the function and STS.',
  });
}
