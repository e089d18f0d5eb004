/** What Secrets Manager remembers: its secrets, by name. */
import * as z from 'zod';
import { AwsError, type Identity, type Json } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';

const versionSchema = z.object({
  id: z.string(),
  text: z.string().optional(),
  /** Base64. */
  bytes: z.string().optional(),
  createdAtMs: z.number(),
});

const secretSchema = z.object({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  deletedAtMs: z.number().optional(),
  /** From then on it is gone. */
  goneAtMs: z.number().optional(),
  current: versionSchema.optional(),
  previous: versionSchema.optional(),
});

export type SecretVersion = z.output<typeof versionSchema>;
export type StoredSecret = z.output<typeof secretSchema>;

export interface SecretsContext {
  readonly secrets: Map<string, StoredSecret>;
  readonly clock: Clock;
  readonly identity: Identity;
}

const refusal = (name: string, message: string): AwsError => new AwsError({ name, status: 400, message });

export const notFound = (): AwsError =>
  refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");

export const noValue = (stage: string): AwsError =>
  refusal(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
  );

export const invalidRequest = (message: string): AwsError => refusal('InvalidRequestException', message);
export const exists = (message: string): AwsError => refusal('ResourceExistsException', message);
export const invalidParameter = (message: string): AwsError => refusal('InvalidParameterException', message);

/** Undefined where there is none, or none any more. */
export function secretNamed(context: SecretsContext, name: string): StoredSecret | undefined {
  const secret = context.secrets.get(name);
  if (secret?.goneAtMs === undefined || secret.goneAtMs > context.clock.now()) return secret;
  context.secrets.delete(name);
  return undefined;
}

/** By name, by ARN, or by ARN without its random end. Throws ResourceNotFoundException. */
export function secretOf(context: SecretsContext, { SecretId }: { readonly SecretId: string }): StoredSecret {
  const named = secretNamed(context, SecretId);
  if (named) return named;
  const byArn = [...context.secrets.values()].find(
    ({ arn }) => arn === SecretId || arn.slice(0, -7) === SecretId,
  );
  const found = byArn && secretNamed(context, byArn.name);
  if (!found) throw notFound();
  return found;
}

const stateSchema = z.object({ secrets: z.array(secretSchema) });

export const toSnapshot = ({ secrets }: SecretsContext): Json => ({ secrets: [...secrets.values()] });

/** Throws a ZodError for what `toSnapshot` did not make. */
export function fromSnapshot({ secrets }: SecretsContext, state: Json): void {
  for (const secret of stateSchema.parse(state).secrets) secrets.set(secret.name, secret);
}
