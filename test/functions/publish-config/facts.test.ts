import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deployedOf, type EnvironmentStore } from '../../../core/delivery/deployments.js';
import { decidePublish } from '../../../core/delivery/publishing.js';
import { readFacts } from '../../../functions/publish-config/facts.js';
import { all } from '../../aws/all.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, deployed, publisher, request } from './publisher.js';

const address = { application: 'app', environment: 'staging', profile: 'gameplay' };

/** A day with publishes here and elsewhere, ways back, deployments by hand, and rollbacks. */
async function happen(world: InMemoryAppConfig, kind: string, n: number): Promise<void> {
  world.nowMs += 2 * 60 * 60 * 1000;
  if (kind === 'publish' || kind === 'rollBack') {
    await publisher(world).publish(request(n, { force: 'again' }));
    if (kind === 'rollBack') world.rollBack('staging');
    return world.finish('staging');
  }
  if (kind === 'elsewhere') {
    await publisher(world, { environment: 'production' }).publish(request(n, { force: 'again' }));
    return world.finish('production');
  }
  const version = world.versions.get('gameplay')?.at(-n)?.version;
  if (version === undefined) return;
  const latestDeployment = world.history('staging').length;
  const description = kind === 'byHand' ? 'by hand' : `rollback of deployment ${latestDeployment}: x (bo)`;
  const about = { profile: 'gameplay', version, strategy: 'immediate', description };
  await world.environment('staging').startDeployment({ ...about, latestDeployment });
  world.finish('staging');
}

describe('publish-config, reading', () => {
  /** Counts what is taken from the lists. */
  const counting = (taken: { deployments: number; versions: number }) => (store: EnvironmentStore) => ({
    ...store,
    async *deployments() {
      for await (const item of store.deployments()) {
        taken.deployments += 1;
        yield item;
      }
    },
    async *versions(profile: string) {
      for await (const item of store.versions(profile)) {
        taken.versions += 1;
        yield item;
      }
    },
  });

  const twoHoursMs = 2 * 60 * 60 * 1000;

  it('reads deployments down to the newest that completed, and the one that says it did so long ago', async () => {
    const world = await deployed(1, 2, 3, 4);
    world.nowMs += twoHoursMs;
    await publisher(world).publish(request(5));
    world.finish('staging');
    world.nowMs += twoHoursMs;
    const taken = { deployments: 0, versions: 0 };
    await publisher(world, { through: counting(taken) }).publish(request(6));
    expect(taken.deployments).toBe(2);
  });

  it('decides as if it had read everything', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('publish'), n: fc.integer({ min: 1, max: 6 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('elsewhere'), n: fc.integer({ min: 1, max: 6 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('goBack'), n: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('byHand'), n: fc.integer({ min: 1, max: 6 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('rollBack'), n: fc.integer({ min: 1, max: 6 }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.boolean(), async (steps, isExpecting) => {
        const world = appConfig();
        for (const { kind, n } of steps) await happen(world, kind, n);
        world.nowMs += 10 * twoHoursMs;
        const store = world.environment('staging');
        const [deployments, versions] = await Promise.all([
          all(store.deployments()),
          all(store.versions('gameplay')),
        ]);
        for (let n = 1; n <= 6; n++) {
          const hash8 = createHash('sha256').update(`{"n":${n}}`).digest('hex').slice(0, 8);
          const failures = {
            profile: 'gameplay',
            hash8,
            since: new Date(world.nowMs - 3_600_000).toISOString(),
          };
          const about = { profile: 'gameplay', hash8, failures, isNew: false, isExpecting };
          const expectedVersion = deployedOf(deployments, 'gameplay')?.version ?? 0;
          const intent = { address, hash8, ...(isExpecting && { expectedVersion }) };
          expect(decidePublish(intent, await readFacts(store, about))).toEqual(
            decidePublish(intent, { deployments, versions }),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads no further than the newest publish here for a version that was never deployed here', async () => {
    const world = await deployed(...Array.from({ length: 60 }, (_, index) => index + 1));
    world.nowMs += twoHoursMs;
    await publisher(world, { environment: 'production' }).publish(request(500));
    const taken = { deployments: 0, versions: 0 };
    const result = await publisher(world, { through: counting(taken) }).publish(request(500));
    expect(result).toMatchObject({ version: 61, deployment: 61, unchanged: false });
    expect(taken).toEqual({ deployments: 2, versions: 1 });
  });

  it('reads past deployments by hand and ways back, which tell nothing', async () => {
    const world = await deployed(1, 2, 3);
    const store = world.environment('staging');
    const around = { profile: 'gameplay', strategy: 'immediate' };
    for (const [version, description] of [
      [2, 'by hand'],
      [1, 'rollback of deployment 4: x (bo)'],
    ] as const) {
      await store.startDeployment({
        ...around,
        version,
        description,
        latestDeployment: world.history('staging').length,
      });
      world.finish('staging');
    }
    world.nowMs += twoHoursMs;
    expect(await publisher(world).publish(request(2))).toMatchObject({ version: 4, unchanged: false });
    expect(await publisher(await deployed(1, 2)).publish(request(1))).toMatchObject({ version: 3 });
  });

  it('asks no further for who names what he builds on once something newer is found', async () => {
    const world = await deployed(1, 2, 3, 4, 5, 6);
    world.nowMs += twoHoursMs;
    const taken = { deployments: 0, versions: 0 };
    const again = request(2, { expectedVersion: 6 });
    expect(await publisher(world, { through: counting(taken) }).publish(again)).toMatchObject({ version: 7 });
    expect(taken.deployments).toBe(2);
  });

  it('reads versions down to the one that holds the content, and deployments down to where it was deployed', async () => {
    const world = await deployed(1, 2, 3, 4, 5);
    world.nowMs += twoHoursMs;
    const taken = { deployments: 0, versions: 0 };
    await publisher(world, { through: counting(taken) }).publish(request(3));
    expect(taken).toEqual({ deployments: 3, versions: 3 });
  });
});
