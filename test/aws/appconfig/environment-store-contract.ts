/** What every EnvironmentStore must do. */

import { describe, expect, it } from 'vitest';
import type { Deployment, EnvironmentStore, NewVersion } from '../../../core/delivery/deployments.js';
import { ContentRefused, ServiceUnavailable } from '../../../core/errors.js';
import { all } from '../all.js';

export interface EnvironmentStoreWorld {
  /** An environment with profiles `gameplay` and `limits`, whose validator refuses `{"bad":true}` as "it is bad". */
  readonly store: EnvironmentStore;
  /** Another environment of the same application. */
  readonly other: EnvironmentStore;
  /** Lets what runs in `store` run to its end. */
  finish(): Promise<void>;
}

export function environmentStoreContract(make: () => Promise<EnvironmentStoreWorld>): void {
  describe('versions', () => {
    it('are none at first', async () => {
      const { store } = await make();
      expect(await all(store.versions('gameplay'))).toEqual([]);
    });

    it('are listed newest first, with label and description', async () => {
      const { store } = await make();
      expect(await store.createVersion(version(0))).toBe('created');
      expect(await store.createVersion(version(1))).toBe('created');
      expect(await all(store.versions('gameplay'))).toEqual([
        { version: 2, label: 'v2-00000000', description: 'why 2 (anna)' },
        { version: 1, label: 'v1-00000000', description: 'why 1 (anna)' },
      ]);
    });

    it('are listed beyond the first page', async () => {
      const { store } = await make();
      for (let after = 0; after < 52; after++) await store.createVersion(version(after));
      const listed = await all(store.versions('gameplay'));
      expect(listed.map((item) => item.version)).toEqual(
        Array.from({ length: 52 }, (_, index) => 52 - index),
      );
    });

    it('give their bytes back as they were stored', async () => {
      const { store } = await make();
      const bytes = new TextEncoder().encode('{"text":"Grüße ☂","list":[1,2.5e-7]}');
      await store.createVersion({ ...version(0), bytes });
      const content = await store.content('gameplay', 1);
      expect(content && [...content]).toEqual([...bytes]);
    });

    it('have no content when they do not exist', async () => {
      const { store } = await make();
      expect(await store.content('gameplay', 7)).toBeUndefined();
    });

    it('are taken when somebody else created one first, and nothing is created', async () => {
      const { store, other } = await make();
      await other.createVersion(version(0));
      expect(await store.createVersion(version(0, '{"mine":true}'))).toBe('taken');
      expect(await all(store.versions('gameplay'))).toHaveLength(1);
    });

    it('are taken when the one they follow was never created', async () => {
      const { store } = await make();
      expect(await store.createVersion(version(3))).toBe('taken');
      expect(await all(store.versions('gameplay'))).toEqual([]);
    });

    it('of different profiles have numbers of their own', async () => {
      const { store } = await make();
      await store.createVersion(version(0));
      expect(await store.createVersion({ ...version(0), profile: 'limits' })).toBe('created');
    });

    it('of a profile that is not deployed are an error that names it', async () => {
      const { store } = await make();
      const error = await all(store.versions('nonsense')).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ServiceUnavailable);
      expect(String(error)).toContain('profile "nonsense" is not deployed');
    });
  });

  describe('deployments', () => {
    it('are none at first', async () => {
      const { store } = await make();
      expect(await all(store.deployments())).toEqual([]);
    });

    it('are numbered from 1 and read with their log, oldest entry first', async () => {
      const { store, finish } = await make();
      await store.createVersion(version(0));
      expect(await store.startDeployment(start(1, 0))).toEqual({ number: 1 });
      await finish();
      const deployment = await store.deployment(1);
      expect(deployment).toMatchObject({
        number: 1,
        profile: 'gameplay',
        version: 1,
        label: 'v1-00000000',
        state: 'COMPLETE',
        percentage: 100,
        description: 'because (anna)',
        durationMinutes: 0,
        bakeMinutes: 0,
      });
      expect(types(deployment).at(0)).toBe('DEPLOYMENT_STARTED');
      expect(types(deployment).slice(-2)).toEqual(['BAKE_TIME_STARTED', 'DEPLOYMENT_COMPLETED']);
      expect(deployment.log.at(0)?.triggeredBy).toBe('USER');
      const instants = deployment.log.map((entry) => entry.occurredAt);
      expect(instants).toEqual(instants.toSorted());
      expect(instants[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    it('are listed newest first, without logs', async () => {
      const { store, finish } = await make();
      await store.createVersion(version(0));
      await store.startDeployment(start(1, 0));
      await finish();
      await store.createVersion(version(1));
      await store.startDeployment(start(2, 1));
      const listed = await all(store.deployments());
      expect(listed.map(({ number, version, state }) => [number, version, state === 'COMPLETE'])).toEqual([
        [2, 2, false],
        [1, 1, true],
      ]);
      expect(listed[1]?.completedAtMs).toBeTypeOf('number');
      expect(listed[0]?.completedAtMs).toBeUndefined();
    });

    it('are outdated while another one runs, and nothing is started', async () => {
      const { store } = await make();
      await store.createVersion(version(0));
      await store.createVersion({ ...version(0), profile: 'limits' });
      await store.startDeployment({ ...start(1, 0), strategy: 'linear-50' });
      expect(await store.startDeployment({ ...start(1, 1), profile: 'limits' })).toBe('outdated');
      expect(await all(store.deployments())).toHaveLength(1);
    });

    it('are outdated when another one was started since, though it has ended', async () => {
      const { store, finish } = await make();
      await store.createVersion(version(0));
      await store.startDeployment(start(1, 0));
      await finish();
      expect(await store.startDeployment(start(1, 0))).toBe('outdated');
      expect(await all(store.deployments())).toHaveLength(1);
    });

    it('roll back when they are stopped on their way', async () => {
      const { store, finish } = await make();
      await store.createVersion(version(0));
      await store.startDeployment({ ...start(1, 0), strategy: 'linear-50' });
      expect(await store.stopDeployment(1, { allowRevert: false })).toBe('stopped');
      await finish();
      const stopped = await store.deployment(1);
      expect(stopped.state).toBe('ROLLED_BACK');
      expect(types(stopped).slice(-2)).toEqual(['ROLLBACK_STARTED', 'ROLLBACK_COMPLETED']);
    });

    it('revert when they are complete, if that is allowed, and only once', async () => {
      const { store, finish } = await make();
      await store.createVersion(version(0));
      await store.startDeployment(start(1, 0));
      await finish();
      expect(await store.stopDeployment(1, { allowRevert: false })).toBe('refused');
      expect((await store.deployment(1)).state).toBe('COMPLETE');
      expect(await store.stopDeployment(1, { allowRevert: true })).toBe('stopped');
      expect((await store.deployment(1)).state).toBe('REVERTED');
      expect(await store.stopDeployment(1, { allowRevert: true })).toBe('refused');
    });

    it('revert only when they are the newest complete one of their profile', async () => {
      const { store, finish } = await make();
      for (const after of [0, 1]) {
        await store.createVersion(version(after));
        await store.startDeployment(start(after + 1, after));
        await finish();
      }
      expect(await store.stopDeployment(1, { allowRevert: true })).toBe('refused');
      expect(await store.stopDeployment(2, { allowRevert: true })).toBe('stopped');
      expect(await store.stopDeployment(1, { allowRevert: true })).toBe('stopped');
    });

    it('of another environment do not stand in the way', async () => {
      const { store, other } = await make();
      await store.createVersion(version(0));
      await store.startDeployment({ ...start(1, 0), strategy: 'linear-50' });
      expect(await other.startDeployment(start(1, 0))).toEqual({ number: 1 });
    });

    it('of content that the validator refuses are not started, and its words come back', async () => {
      const { store } = await make();
      await store.createVersion(version(0, '{"bad":true}'));
      const error = await store.startDeployment(start(1, 0)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ContentRefused);
      expect(String(error)).toContain('it is bad');
      expect(await all(store.deployments())).toEqual([]);
    });
  });
}

const version = (after: number, content = `{"n":${after + 1}}`): NewVersion => ({
  profile: 'gameplay',
  bytes: new TextEncoder().encode(content),
  label: `v${after + 1}-00000000`,
  description: `why ${after + 1} (anna)`,
  after,
});

const start = (number: number, latestDeployment: number) => ({
  profile: 'gameplay',
  version: number,
  strategy: 'immediate',
  description: 'because (anna)',
  latestDeployment,
});

const types = (deployment: Deployment) => deployment.log.map((entry) => entry.type);
