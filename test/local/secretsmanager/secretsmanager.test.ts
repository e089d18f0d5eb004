import { beforeEach, describe, expect, it } from 'vitest';
import { type Json, localIdentity, type Service } from '../../../local/kernel/aws.js';
import { ManualClock } from '../../../local/kernel/clock.js';
import { createSecretsManager } from '../../../local/services/secretsmanager/service.js';

const dayMs = 24 * 60 * 60 * 1000;
let clock: ManualClock;
let service: Service;
beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 1));
  service = createSecretsManager({ clock, identity: localIdentity });
  await service.call('CreateSecret', { Name: 'hunt/map', SecretString: 'one' });
});

const text = async (about: Json = {}) =>
  (await service.call('GetSecretValue', { SecretId: 'hunt/map', ...about }))['SecretString'];
const refusal = (name: string) => ({ name, status: 400 });

describe('a secret', () => {
  it('is found by name, by ARN, and by ARN without its end', async () => {
    const { ARN } = await service.call('DescribeSecret', { SecretId: 'hunt/map' });
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:hunt\/map-[A-Za-z0-9]{6}$/);
    for (const SecretId of [ARN, String(ARN).slice(0, -7)]) expect(await text({ SecretId })).toBe('one');
    await expect(text({ SecretId: 'hunt/ma' })).rejects.toMatchObject(refusal('ResourceNotFoundException'));
  });

  it('has a current and a previous version', async () => {
    const put = (SecretString: string) =>
      service.call('PutSecretValue', { SecretId: 'hunt/map', SecretString });
    const { VersionId } = await put('two');
    expect([await text(), await text({ VersionStage: 'AWSPREVIOUS' }), await text({ VersionId })]).toEqual([
      'two',
      'one',
      'two',
    ]);
    await put('three');
    expect(await text({ VersionStage: 'AWSPREVIOUS' })).toBe('two');
    expect(
      (await service.call('DescribeSecret', { SecretId: 'hunt/map' }))['VersionIdsToStages'],
    ).toMatchObject({
      [String(VersionId)]: ['AWSPREVIOUS'],
    });
  });

  it('takes a token once: again with the same text is nothing, with another is refused', async () => {
    const put = (SecretString: string) =>
      service.call('PutSecretValue', {
        SecretId: 'hunt/map',
        SecretString,
        ClientRequestToken: 'a'.repeat(32),
      });
    await put('two');
    await put('two');
    expect(await text({ VersionStage: 'AWSPREVIOUS' })).toBe('one');
    await expect(put('three')).rejects.toMatchObject(refusal('ResourceExistsException'));
  });

  it('is refused where its name is taken, malformed, or its text too long or missing', async () => {
    const create = (about: Json) => service.call('CreateSecret', { Name: 'x', SecretString: 'x', ...about });
    await expect(create({ Name: 'hunt/map' })).rejects.toMatchObject(refusal('ResourceExistsException'));
    await expect(create({ Name: 'a b' })).rejects.toMatchObject(refusal('InvalidParameterException'));
    await expect(create({ SecretString: 'x'.repeat(65_537) })).rejects.toMatchObject(
      refusal('InvalidParameterException'),
    );
    await expect(service.call('PutSecretValue', { SecretId: 'hunt/map' })).rejects.toMatchObject(
      refusal('InvalidParameterException'),
    );
  });

  it('that is deleted cannot be read, keeps its name for thirty days, and is gone then', async () => {
    await service.call('DeleteSecret', { SecretId: 'hunt/map' });
    await expect(text()).rejects.toMatchObject(refusal('InvalidRequestException'));
    expect(await service.call('DescribeSecret', { SecretId: 'hunt/map' })).toHaveProperty('DeletedDate');
    const again = () => service.call('CreateSecret', { Name: 'hunt/map', SecretString: 'two' });
    await expect(again()).rejects.toMatchObject(refusal('InvalidRequestException'));
    expect((await service.call('ListSecrets', {}))['SecretList']).toEqual([]);
    expect((await service.call('ListSecrets', { IncludePlannedDeletion: true }))['SecretList']).toHaveLength(
      1,
    );
    await clock.advance(30 * dayMs);
    await expect(text()).rejects.toMatchObject(refusal('ResourceNotFoundException'));
    await again();
    expect(await text()).toBe('two');
  });

  it('is gone at once when that was asked for', async () => {
    const remove = (about: Json) =>
      service.call('DeleteSecret', { SecretId: 'hunt/map', ForceDeleteWithoutRecovery: true, ...about });
    await expect(remove({ RecoveryWindowInDays: 7 })).rejects.toMatchObject(
      refusal('InvalidParameterException'),
    );
    await remove({});
    await expect(text()).rejects.toMatchObject(refusal('ResourceNotFoundException'));
  });

  it('outlives a run that keeps its state', async () => {
    await service.call('CreateSecret', { Name: 'hunt/bytes', SecretBinary: new Uint8Array([1, 2]) });
    const kept = JSON.parse(JSON.stringify(service.snapshot?.())) as Json;
    service = createSecretsManager({ clock, identity: localIdentity });
    service.restore?.(kept);
    expect(await text()).toBe('one');
    const { SecretBinary } = await service.call('GetSecretValue', { SecretId: 'hunt/bytes' });
    expect(SecretBinary).toEqual(new Uint8Array([1, 2]));
  });
});
