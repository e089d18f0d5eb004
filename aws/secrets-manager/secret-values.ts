/** Secrets as a node reads them, from AWS Secrets Manager, with the node's own rights. */

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretAnswer, SecretFailure, SecretValues } from '../../core/secrets/secret-values.js';
import { isNamed } from '../failures.js';
import { withoutNodeVersionWarning } from '../node-version-warning.js';

/** Secrets Manager, where the SDK's own settings (environment, files) say. */
export function secretValues(): SecretValues {
  const client = withoutNodeVersionWarning(() => new SecretsManagerClient({ maxAttempts: 2 }));
  return {
    read: (name, signal) => read(client, name, signal).catch(describeFailure),
    close: () => client.destroy(),
  };
}

/** The stage AWSCURRENT, which is what Secrets Manager gives when none is named. */
async function read(client: SecretsManagerClient, name: string, signal: AbortSignal): Promise<SecretAnswer> {
  const output = await client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal: signal });
  if (output.SecretString !== undefined) return { kind: 'text', text: output.SecretString };
  return { kind: 'unusable', reason: 'it holds bytes, expected text' };
}

function describeFailure(error: unknown): SecretFailure {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: kindOf(error), reason };
}

/** Refused for good: by permissions, because it is scheduled for deletion, or because its key is not the node's to use. */
const denials = [
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidParameterException',
  'InvalidRequestException',
];

/** Credentials that ran out, a clock that is off: whatever is not known to stay is taken to pass. */
function kindOf(error: unknown): SecretFailure['kind'] {
  if (isNamed(error, 'ResourceNotFoundException')) return 'not-found';
  if (denials.some((name) => isNamed(error, name))) return 'denied';
  return isNamed(error, 'ThrottlingException') ? 'throttled' : 'unreachable';
}
