/** Secrets as an operator may see them: whether they are there, never what they say. */

import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretDirectory } from '../../core/secrets/secret-values.js';
import { calling, isNamed } from '../failures.js';

export function createSecretDirectory(client: SecretsManagerClient): SecretDirectory {
  return {
    standing: (name) =>
      calling(
        `look for the secret ${name}`,
        async () => {
          const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: name }));
          return DeletedDate === undefined ? 'there' : 'deleted';
        },
        (error) => {
          if (isNamed(error, 'ResourceNotFoundException')) return 'missing';
          return isNamed(error, 'AccessDeniedException') ? 'unknown' : undefined;
        },
      ),
  };
}
