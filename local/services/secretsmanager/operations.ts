/** The operations of Secrets Manager; see behaviour.md. */
import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Json } from '../../kernel/aws.js';
import { defineOperation, type Operation } from '../../kernel/operations.js';
import {
  exists,
  invalidParameter,
  invalidRequest,
  noValue,
  type SecretsContext,
  type SecretVersion,
  type StoredSecret,
  secretNamed,
  secretOf,
} from './state.js';

/** CreateSecret: SecretString, SecretBinary. */
const valueMaxBytes = 65_536;
const recoveryDays = { least: 7, byDefault: 30, most: 30 };
const dayMs = 24 * 60 * 60 * 1000;

const secretId = { SecretId: z.string().min(1).max(2048) };
const valueMembers = {
  ClientRequestToken: z.string().min(32).max(64).optional(),
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.instanceof(Uint8Array).optional(),
};
type Value = z.output<z.ZodObject<typeof valueMembers>>;

const createSecret = defineOperation({
  input: z.object({
    ...valueMembers,
    Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
    Description: z.string().max(2048).optional(),
  }),
  run(context: SecretsContext, input) {
    const known = secretNamed(context, input.Name);
    if (known?.deletedAtMs !== undefined)
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (known) throw exists(`The operation failed because the secret ${input.Name} already exists.`);
    const now = context.clock.now();
    const { partition, region, accountId } = context.identity;
    const end = randomBytes(8).toString('base64').replace(/[+/=]/g, 'x').slice(0, 6);
    const secret: StoredSecret = {
      name: input.Name,
      arn: `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${input.Name}-${end}`,
      description: input.Description,
      createdAtMs: now,
      changedAtMs: now,
      current: hasValue(input) ? versionOf(input, now) : undefined,
    };
    context.secrets.set(secret.name, secret);
    return { ...idOf(secret), VersionId: secret.current?.id };
  },
});

const putSecretValue = defineOperation({
  input: z.object({ ...secretId, ...valueMembers }),
  run(context: SecretsContext, input) {
    const secret = usable(context, input);
    if (!hasValue(input)) throw invalidParameter('You must provide either SecretString or SecretBinary.');
    const made = versionOf(input, context.clock.now());
    const same = [secret.current, secret.previous].find((version) => version?.id === made.id);
    if (same && (same.text !== made.text || same.bytes !== made.bytes))
      throw exists(`You can't use ClientRequestToken ${made.id} because that value is already in use.`);
    if (!same)
      context.secrets.set(secret.name, {
        ...secret,
        previous: secret.current,
        current: made,
        changedAtMs: made.createdAtMs,
      });
    return { ...idOf(secret), VersionId: made.id, VersionStages: ['AWSCURRENT'] };
  },
});

const getSecretValue = defineOperation({
  input: z.object({ ...secretId, VersionId: z.string().optional(), VersionStage: z.string().optional() }),
  run(context: SecretsContext, input) {
    const secret = usable(context, input);
    const stage = input.VersionStage ?? 'AWSCURRENT';
    const found = stages(secret).find(({ name, version }) =>
      input.VersionId === undefined ? name === stage : version.id === input.VersionId,
    );
    if (!found) throw noValue(stage);
    const { id, text, bytes, createdAtMs } = found.version;
    return {
      ...idOf(secret),
      VersionId: id,
      ...(text !== undefined && { SecretString: text }),
      ...(bytes !== undefined && { SecretBinary: new Uint8Array(Buffer.from(bytes, 'base64')) }),
      VersionStages: [found.name],
      CreatedDate: new Date(createdAtMs),
    };
  },
});

const describeSecret = defineOperation({
  input: z.object(secretId),
  run: (context: SecretsContext, input) => describe(secretOf(context, input)),
});

const listSecrets = defineOperation({
  input: z.object({ IncludePlannedDeletion: z.boolean().default(false) }),
  run: (context: SecretsContext, input) => ({
    SecretList: [...context.secrets.keys()]
      .flatMap((name) => secretNamed(context, name) ?? [])
      .filter(({ deletedAtMs }) => deletedAtMs === undefined || input.IncludePlannedDeletion)
      .map(describe),
  }),
});

const deleteSecret = defineOperation({
  input: z.object({
    ...secretId,
    ForceDeleteWithoutRecovery: z.boolean().default(false),
    RecoveryWindowInDays: z.int().min(recoveryDays.least).max(recoveryDays.most).optional(),
  }),
  run(context: SecretsContext, input) {
    if (input.ForceDeleteWithoutRecovery && input.RecoveryWindowInDays !== undefined)
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    const secret = secretOf(context, input);
    const now = context.clock.now();
    const days = input.ForceDeleteWithoutRecovery
      ? 0
      : (input.RecoveryWindowInDays ?? recoveryDays.byDefault);
    context.secrets.set(secret.name, { ...secret, deletedAtMs: now, goneAtMs: now + days * dayMs });
    return { ...idOf(secret), DeletionDate: new Date(now + days * dayMs) };
  },
});

export const operations: Readonly<Record<string, Operation<SecretsContext>>> = {
  CreateSecret: createSecret,
  DeleteSecret: deleteSecret,
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  ListSecrets: listSecrets,
  PutSecretValue: putSecretValue,
};

const hasValue = ({ SecretString, SecretBinary }: Value): boolean =>
  SecretString !== undefined || SecretBinary !== undefined;

function versionOf({ SecretString, SecretBinary, ClientRequestToken }: Value, nowMs: number): SecretVersion {
  const bytes = SecretBinary && Buffer.from(SecretBinary);
  if (Buffer.byteLength(SecretString ?? '') + (bytes?.byteLength ?? 0) > valueMaxBytes)
    throw invalidParameter(`A secret's value may have at most ${valueMaxBytes} bytes.`);
  return {
    id: ClientRequestToken ?? randomUUID(),
    text: SecretString,
    bytes: bytes?.toString('base64'),
    createdAtMs: nowMs,
  };
}

/** Throws InvalidRequestException for one that is scheduled for deletion. */
function usable(context: SecretsContext, input: { readonly SecretId: string }): StoredSecret {
  const secret = secretOf(context, input);
  if (secret.deletedAtMs === undefined) return secret;
  throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

const stages = ({ current, previous }: StoredSecret) => [
  ...(current ? [{ name: 'AWSCURRENT', version: current }] : []),
  ...(previous ? [{ name: 'AWSPREVIOUS', version: previous }] : []),
];

const idOf = ({ arn, name }: StoredSecret): Json => ({ ARN: arn, Name: name });

const describe = (secret: StoredSecret): Json => ({
  ...idOf(secret),
  Description: secret.description,
  CreatedDate: new Date(secret.createdAtMs),
  LastChangedDate: new Date(secret.changedAtMs),
  ...(secret.deletedAtMs !== undefined && { DeletedDate: new Date(secret.deletedAtMs) }),
  VersionIdsToStages: Object.fromEntries(stages(secret).map(({ name, version }) => [version.id, [name]])),
});
