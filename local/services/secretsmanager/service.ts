/** Secrets Manager, in memory. See behaviour.md. */
import type { Identity, Service } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { handleJson } from '../../kernel/json-protocol.js';
import { createCall } from '../../kernel/operations.js';
import { operations } from './operations.js';
import { fromSnapshot, invalidParameter, type SecretsContext, toSnapshot } from './state.js';

export function createSecretsManager(deps: { readonly clock: Clock; readonly identity: Identity }): Service {
  const context: SecretsContext = { ...deps, secrets: new Map() };
  const call = createCall({ service: 'secretsmanager', operations, context, invalid: invalidParameter });
  return {
    name: 'secretsmanager',
    call,
    handle: handleJson({ target: 'secretsmanager', version: '1.1', blobs: ['SecretBinary'] }, call),
    snapshot: () => toSnapshot(context),
    restore: (state) => fromSnapshot(context, state),
    close: async () => undefined,
  };
}
