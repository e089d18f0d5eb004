import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutNodeVersionWarning } from '../../../aws/node-version-warning.js';
import { createSecretDirectory } from '../../../aws/secrets-manager/secret-directory.js';
import { secretValues } from '../../../aws/secrets-manager/secret-values.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { useEnvironment } from '../../system/aws-environment.js';

let aws: LocalAws;
let client: SecretsManagerClient;
let restore: () => void;
beforeAll(async () => {
  aws = await startLocalAws({ port: 0 });
  restore = useEnvironment(aws.environment);
  client = withoutNodeVersionWarning(() => new SecretsManagerClient({ maxAttempts: 1 }));
  for (const Name of ['hunt/map', 'hunt/old'])
    await client.send(new CreateSecretCommand({ Name, SecretString: 'one' }));
  await client.send(new CreateSecretCommand({ Name: 'hunt/bytes', SecretBinary: new Uint8Array([1, 2]) }));
  await client.send(new CreateSecretCommand({ Name: 'hunt/empty' }));
  await client.send(new DeleteSecretCommand({ SecretId: 'hunt/old' }));
});
afterAll(async () => {
  client.destroy();
  await aws.close();
  restore();
});

const signal = () => new AbortController().signal;

describe('a node', () => {
  it('reads the current text of a secret, by its name', async () => {
    const values = secretValues();
    expect(await values.read('hunt/map', signal())).toEqual({ kind: 'text', text: 'one' });
    await client.send(new PutSecretValueCommand({ SecretId: 'hunt/map', SecretString: 'two' }));
    expect(await values.read('hunt/map', signal())).toEqual({ kind: 'text', text: 'two' });
    values.close();
  });

  it.each([
    ['hunt/none', 'not-found', /^ResourceNotFoundException: Secrets Manager can't find/],
    ['hunt/empty', 'not-found', /AWSCURRENT/],
    ['hunt/old', 'denied', /^InvalidRequestException: .*marked for deletion/],
    ['hunt/bytes', 'unusable', /^it holds bytes, expected text$/],
  ])('is told why %s cannot be read: %s', async (name, kind, reason) => {
    const values = secretValues();
    expect(await values.read(name, signal())).toEqual({ kind, reason: expect.stringMatching(reason) });
    values.close();
  });

  it.each([
    ['fail', 'unreachable', 'InternalServiceError'],
    ['throttle', 'throttled', 'ThrottlingException'],
  ])('takes a service that is told to %s for one that comes back', async (how, kind, name) => {
    const values = secretValues();
    await fetch(new URL('/_local/faults', aws.endpoint), {
      method: 'POST',
      body: JSON.stringify({ services: ['secretsmanager'], kind: how }),
    });
    const answer = await values.read('hunt/map', signal());
    await fetch(new URL('/_local/faults', aws.endpoint), { method: 'DELETE' });
    expect(answer).toEqual({ kind, reason: expect.stringContaining(name) });
    expect((await values.read('hunt/map', signal())).kind).toBe('text');
    values.close();
  });

  it('is given up when its signal aborts', async () => {
    const values = secretValues();
    const answer = await values.read('hunt/map', AbortSignal.abort());
    expect(answer.kind).toBe('unreachable');
    values.close();
  });
});

describe('an operator', () => {
  it('sees whether a secret is there, and asks for no text', async () => {
    const directory = createSecretDirectory(client);
    const names = ['hunt/map', 'hunt/old', 'hunt/none', 'hunt/empty'];
    const standings = await Promise.all(names.map((name) => directory.standing(name)));
    expect(standings).toEqual(['there', 'deleted', 'missing', 'there']);
  });

  it('is told that nobody answers, where nobody does', async () => {
    const away = withoutNodeVersionWarning(
      () => new SecretsManagerClient({ endpoint: 'http://127.0.0.1:1', maxAttempts: 1 }),
    );
    await expect(createSecretDirectory(away).standing('hunt/map')).rejects.toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      retryable: true,
    });
  });
});
