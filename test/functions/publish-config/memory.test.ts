import { describe, expect, it } from 'vitest';
import { describeRollback } from '../../../core/delivery/provenance.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { deployed, publisher, request } from './publisher.js';

const hourMs = 3_600_000;

/** Version 2 was rolled back. */
async function rolledBack(): Promise<InMemoryAppConfig> {
  const world = await deployed(1);
  await publisher(world).publish(request(2));
  world.rollBack('staging');
  return world;
}

describe('publish-config, asked for what was taken back', () => {
  it('refuses it within the hour, with when and why, and creates nothing', async () => {
    const world = await rolledBack();
    const { publish, counts } = publisher(world);
    expect(await publish(request(2))).toEqual({
      outcome: 'rolled-back-lately',
      address: 'app/staging/gameplay',
      version: 2,
      deployment: 2,
      rolledBackAt: '2026-01-01T00:00:09.000Z',
      why: 'Rollback initiated by a test',
    });
    expect(await publish(request(2, { queue: true }))).toMatchObject({ outcome: 'rolled-back-lately' });
    expect(world.versions.get('gameplay')).toHaveLength(2);
    expect(counts()).toEqual({ PublishRolledBackLately: 2 });
  });

  it('remembers for an hour to the millisecond', async () => {
    const world = await rolledBack();
    world.nowMs += hourMs;
    expect(await publisher(world).publish(request(2))).toMatchObject({ outcome: 'rolled-back-lately' });
    world.nowMs += 1;
    expect(await publisher(world).publish(request(2))).toMatchObject({ outcome: 'accepted', version: 3 });
  });

  it.each([
    ['APPCONFIG', 'Error invoking extension veltrix-main-guard: Task timed out', 'accepted'],
    ['APPCONFIG', 'Rollback requested by extension veltrix-main-guard: error invoking', 'rolled-back-lately'],
    ['USER', 'Error invoking extension', 'rolled-back-lately'],
  ])('holds against content what %s logged as "%s": %s', async (triggeredBy, description, outcome) => {
    const world = await deployed(1);
    await publisher(world).publish(request(2));
    world.rollBack('staging', triggeredBy, description);
    expect(await publisher(world).publish(request(2))).toMatchObject({ outcome });
  });

  it('says that AppConfig does not tell what a person stopped it for', async () => {
    const world = await deployed(1);
    await publisher(world).publish(request(2));
    world.rollBack('staging', 'USER');
    expect(await publisher(world).publish(request(2))).toMatchObject({
      why: 'Rollback initiated by a test; AppConfig does not tell whether for its content or to make way for another profile',
    });
  });

  it('takes other content at once', async () => {
    const world = await rolledBack();
    expect(await publisher(world).publish(request(3))).toMatchObject({ outcome: 'accepted' });
  });

  it('takes it at once in another environment, and under its number', async () => {
    const world = await rolledBack();
    const production = publisher(world, { environment: 'production' });
    expect(await production.publish(request(2))).toMatchObject({ outcome: 'accepted', version: 2 });
  });

  it('takes it with a reason, under a number of its own, and keeps the reason', async () => {
    const world = await rolledBack();
    const { publish, publications } = publisher(world);
    const result = await publish(request(2, { force: 'the network was it' }));
    expect(result).toMatchObject({ outcome: 'accepted', version: 3, deployment: 3 });
    expect(publications.get('app/staging 3')).toMatchObject({ forced: 'the network was it' });
  });

  it('refuses what was reverted, from the revert on', async () => {
    const world = await deployed(1, 2);
    world.nowMs += 5 * hourMs;
    world.revert('staging', 'gameplay');
    world.nowMs += hourMs - 1;
    expect(await publisher(world).publish(request(2))).toMatchObject({
      outcome: 'rolled-back-lately',
      deployment: 2,
      rolledBackAt: '2026-01-01T05:00:11.000Z',
      why: 'Deployment reverted',
    });
  });

  it('refuses what was undone by deploying an earlier version', async () => {
    const world = await deployed(1, 2);
    world.nowMs += 100 * hourMs;
    await world.environment('staging').startDeployment({
      profile: 'gameplay',
      version: 1,
      strategy: 'immediate',
      description: describeRollback({ author: 'bo', reason: 'errors doubled', undoes: 2 }),
      latestDeployment: 2,
    });
    expect(await publisher(world).publish(request(2))).toMatchObject({
      outcome: 'rolled-back-lately',
      version: 2,
      deployment: 2,
      why: 'errors doubled',
    });
    world.finish('staging');
    expect(await publisher(world).publish(request(2))).toMatchObject({ outcome: 'rolled-back-lately' });
    expect(await publisher(world).publish(request(1))).toMatchObject({
      outcome: 'accepted',
      unchanged: true,
    });
    world.nowMs += hourMs;
    expect(await publisher(world).publish(request(2))).toMatchObject({ outcome: 'accepted', version: 3 });
  });
});

describe('publish-config, of who publishes', () => {
  const commit = '3f2c1e9a1b2c4d5e6f708192a3b4c5d6e7f80910';

  it('keeps author, commit and caller with AppConfig, and everything on record', async () => {
    const world = await deployed(1);
    const { publish, publications } = publisher(world);
    await publish(request(2, { commit, identity: 'Deployer/anna', strategy: 'linear-50' }));
    const description = 'make it 2 (anna, 3f2c1e9a1b2c, by assumed-role/Deployer/anna)';
    expect(world.history('staging').at(-1)).toMatchObject({ description });
    expect(world.versions.get('gameplay')?.at(-1)).toMatchObject({ description });
    expect(publications.get('app/staging 2')).toEqual({
      author: 'anna',
      caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/anna',
      reason: 'make it 2',
      commit,
      strategy: 'linear-50',
      validatedAt: '2026-01-01T00:00:05.000Z',
    });
  });

  it('puts on record the strategy in force', async () => {
    const world = await deployed(1);
    const { publications } = publisher(world);
    expect(publications.get('app/staging 1')).toMatchObject({ strategy: 'immediate' });
  });

  it('publishes without a caller whose proof proves nothing, and says so', async () => {
    const world = await deployed(1);
    const arnOf = async () => {
      throw new Error('STS answered 403');
    };
    const { publish, publications, counts, lines } = publisher(world, { changes: { caller: { arnOf } } });
    expect(await publish(request(2, { identity: 'forged' }))).toMatchObject({ outcome: 'accepted' });
    expect(publications.get('app/staging 2')).not.toHaveProperty('caller');
    expect(counts()).toEqual({ PublishStarted: 1, PublishUnidentified: 1 });
    expect(lines()).toContain('warn could not tell who asks {"why":"Error: STS answered 403"}');
    expect(lines()).not.toContain('forged');
  });

  it('shows the proof the request it is for', async () => {
    const world = await deployed(1);
    const shown: unknown[] = [];
    const arnOf = async (proof: string, about: unknown) => {
      shown.push(proof, about);
      return 'arn:aws:iam::123456789012:user/anna';
    };
    const event = request(2, { identity: 'proof' });
    await publisher(world, { changes: { caller: { arnOf } } }).publish(event);
    expect(shown).toEqual(['proof', event]);
  });

  it('has published what it could not put on record, and says so', async () => {
    const world = await deployed(1);
    const savePublication = async () => {
      throw new Error('no table');
    };
    const { publish, counts, lines } = publisher(world, { changes: { records: { savePublication } } });
    expect(await publish(request(2))).toMatchObject({ outcome: 'accepted', deployment: 2 });
    expect(counts()).toEqual({ PublishStarted: 1, PublishUnrecorded: 1 });
    expect(lines()).toContain('error could not keep who published Error: no table');
  });

  it('counts what reaches everybody at once because somebody wanted it', async () => {
    const world = await deployed(1);
    const { publish, counts } = publisher(world);
    await publish(request(2, { strategy: 'immediate' }));
    expect(counts()).toEqual({ PublishStarted: 1, PublishImmediate: 1 });
    world.finish('staging');
    const first = publisher(world);
    await first.publish(request(1, { profile: 'limits', strategy: 'immediate' }));
    expect(first.counts()).toEqual({ PublishStarted: 1 });
  });
});
