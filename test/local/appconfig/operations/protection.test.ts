import { describe, expect, it } from 'vitest';
import { inWorld } from '../in-world.js';
import { addVersion, deploy, hourMs, minuteMs, refusalOf, startPoller } from '../world.js';

const { world, place } = inWorld();

/** The environment is older than an hour, and a client read its configuration just now. */
async function serveOnce(): Promise<void> {
  await deploy(world, place, await addVersion(world, place, { content: '{}' }));
  await world.clock.advance(hourMs);
  const poller = await startPoller(world, place);
  await poller.poll();
}

const protect = (settings: { Enabled?: boolean; ProtectionPeriodInMinutes?: number }) =>
  world.control.updateAccountSettings({ DeletionProtection: settings });

describe('account settings', () => {
  it('give the defaults when nobody has set any', async () => {
    const settings = await world.control.getAccountSettings({});
    expect(settings.DeletionProtection).toEqual({ Enabled: false, ProtectionPeriodInMinutes: 60 });
  });

  it('leave the period alone when an update does not name it', async () => {
    await protect({ ProtectionPeriodInMinutes: 15 });
    const updated = await protect({ Enabled: true });
    expect(updated.DeletionProtection).toEqual({ Enabled: true, ProtectionPeriodInMinutes: 15 });
  });

  it('refuse a period shorter than a quarter of an hour', async () => {
    const refusal = await refusalOf(protect({ ProtectionPeriodInMinutes: 14 }));
    expect(refusal.message).toMatch(/^DeletionProtection.ProtectionPeriodInMinutes: /);
  });
});

describe('deletion protection', () => {
  it('is off by default', async () => {
    await serveOnce();
    expect((await world.control.deleteEnvironment(place)).$metadata.httpStatusCode).toBe(204);
  });

  it('refuses to delete an environment that served a client within the period', async () => {
    await protect({ Enabled: true });
    await serveOnce();
    await world.clock.advance(59 * minuteMs);
    const refusal = await refusalOf(world.control.deleteEnvironment(place));
    expect(refusal).toMatchObject({ name: 'ConflictException', status: 409 });
    await world.clock.advance(2 * minuteMs);
    expect((await world.control.deleteEnvironment(place)).$metadata.httpStatusCode).toBe(204);
  });

  it('refuses to delete a profile likewise', async () => {
    await protect({ Enabled: true });
    await serveOnce();
    await world.control.deleteHostedConfigurationVersion({ ...place, VersionNumber: 1 });
    expect((await refusalOf(world.control.deleteConfigurationProfile(place))).status).toBe(409);
  });

  it('never fails when the caller bypasses it', async () => {
    await protect({ Enabled: true });
    await serveOnce();
    const deleted = await world.control.deleteEnvironment({ ...place, DeletionProtectionCheck: 'BYPASS' });
    expect(deleted.$metadata.httpStatusCode).toBe(204);
  });

  it('exempts what is younger than an hour, unless the caller applies it', async () => {
    await protect({ Enabled: true });
    await deploy(world, place, await addVersion(world, place, { content: '{}' }));
    await (await startPoller(world, place)).poll();
    const applied = world.control.deleteEnvironment({ ...place, DeletionProtectionCheck: 'APPLY' });
    expect((await refusalOf(applied)).status).toBe(409);
    expect((await world.control.deleteEnvironment(place)).$metadata.httpStatusCode).toBe(204);
  });

  it('is applied on demand where the account has it off', async () => {
    await serveOnce();
    const applied = world.control.deleteEnvironment({ ...place, DeletionProtectionCheck: 'APPLY' });
    expect((await refusalOf(applied)).status).toBe(409);
  });
});
