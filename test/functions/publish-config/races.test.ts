import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deployedOf, type EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { PublishResult } from '../../../core/delivery/publishing.js';
import { all } from '../../aws/all.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, publisher, request } from './publisher.js';

const environments = ['staging', 'production'] as const;

/** What was there at the instant a deployment was started. */
interface Start {
  readonly environment: string;
  readonly deployment: number;
  readonly deployedVersion: number;
  readonly newestVersion: number;
  /** Reverts in the environment since the publisher last looked at its deployments. */
  readonly revertsUnseen: number;
}

const revertsOf = (world: InMemoryAppConfig, environment: string): number =>
  world.history(environment).filter((item) => item.state === 'REVERTED').length;

/** Every call waits for the scheduler, so that publishers interleave call by call; starts are written down. */
function interleaved(world: InMemoryAppConfig, scheduler: fc.Scheduler, starts: Start[]) {
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label);
  return (environment: string) =>
    (store: EnvironmentStore): EnvironmentStore => {
      let revertsSeen = 0;
      return {
        ...store,
        async *deployments() {
          await turn('list deployments');
          revertsSeen = revertsOf(world, environment);
          yield* await all(store.deployments());
        },
        async *versions(profile) {
          await turn('list versions');
          yield* await all(store.versions(profile));
        },
        async createVersion(version) {
          await turn('create');
          return store.createVersion(version);
        },
        async startDeployment(deployment) {
          await turn('start');
          const mine = world.history(environment).filter((item) => item.profile === deployment.profile);
          const started = await store.startDeployment(deployment);
          if (started === 'outdated') return started;
          starts.push({
            environment,
            deployment: started.number,
            deployedVersion: deployedOf(mine.toReversed(), deployment.profile)?.version ?? 0,
            newestVersion: Math.max(0, ...mine.map((item) => item.version)),
            revertsUnseen: revertsOf(world, environment) - revertsSeen,
          });
          return started;
        },
      };
    };
}

interface Wish {
  readonly environment: (typeof environments)[number];
  readonly n: number;
  readonly expectedVersion?: number | undefined;
  /** The call after which the first attempt dies; another follows. */
  readonly diesAfter?: 'create' | 'start' | undefined;
}

interface Granted {
  readonly wish: Wish;
  readonly result: PublishResult | 'failed';
  /** Version that the attempt that died created. */
  readonly left?: number | undefined;
}

async function grant(
  world: InMemoryAppConfig,
  wish: Wish,
  through: (store: EnvironmentStore) => EnvironmentStore,
): Promise<Granted> {
  let left: number | undefined;
  const dying = (store: EnvironmentStore): EnvironmentStore => ({
    ...store,
    createVersion: async (version) => {
      const answer = await store.createVersion(version);
      if (answer === 'created') left = version.after + 1;
      if (wish.diesAfter === 'create') throw new Error('died');
      return answer;
    },
    startDeployment: async (deployment) => {
      const answer = await store.startDeployment(deployment);
      if (wish.diesAfter === 'start') throw new Error('died');
      return answer;
    },
  });
  const { environment, expectedVersion } = wish;
  const event = request(wish.n, { expectedVersion });
  const attempt = (wrap: (store: EnvironmentStore) => EnvironmentStore) =>
    publisher(world, { environment, through: wrap }).publish(event);
  try {
    return { wish, result: await attempt((store) => dying(through(store))) };
  } catch {
    const result = await attempt(through).catch(() => 'failed' as const);
    return { wish, result, left };
  }
}

const wishes = fc.array(
  fc.record(
    {
      environment: fc.constantFrom(...environments),
      n: fc.integer({ min: 1, max: 4 }),
      expectedVersion: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
      diesAfter: fc.option(fc.constantFrom('create' as const, 'start' as const), { nil: undefined, freq: 2 }),
    },
    { requiredKeys: ['environment', 'n'] },
  ),
  { minLength: 2, maxLength: 6 },
);

const happenings = fc.array(
  fc.tuple(fc.constantFrom(...environments), fc.constantFrom('step', 'finish', 'rollBack', 'revert')),
  { maxLength: 12 },
);

type Happening = readonly [string, string];

function happen(world: InMemoryAppConfig, [environment, what]: Happening): void {
  if (what === 'step') world.step(environment);
  else if (what === 'finish') world.finish(environment);
  else if (what === 'rollBack') world.rollBack(environment);
  else world.revert(environment, 'gameplay');
}

async function play(
  scheduler: fc.Scheduler,
  about: { wishes: readonly Wish[]; happenings: readonly Happening[] },
) {
  const world = appConfig();
  const starts: Start[] = [];
  const through = interleaved(world, scheduler, starts);
  const granting = about.wishes.map((wish) => grant(world, wish, through(wish.environment)));
  const happening = (async () => {
    for (const event of about.happenings) {
      await scheduler.schedule(Promise.resolve(), event.join(' '));
      happen(world, event);
    }
  })();
  const [granted] = await scheduler.waitFor(Promise.all([Promise.all(granting), happening]));
  return { world, starts, granted };
}

const accepted = ({ granted }: { granted: readonly Granted[] }) =>
  granted.flatMap(({ wish, result, left }) =>
    result !== 'failed' && result.outcome === 'accepted' ? [{ wish, result, left }] : [],
  );

describe('publishers that interleave call by call, die and come again', () => {
  const games = fc.record({ wishes, happenings });

  it('deploy only what was accepted, under the number and label they answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const played = await play(scheduler, game);
        for (const { wish, result } of accepted(played)) {
          const deployment = played.world.history(wish.environment)[result.deployment - 1];
          expect(deployment).toMatchObject({
            version: result.version,
            label: result.label,
            profile: 'gameplay',
          });
          const bytes = played.world.bytes('gameplay', result.version);
          expect(new TextDecoder().decode(bytes)).toBe(`{"n":${wish.n}}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('start each deployment for one request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const played = await play(scheduler, game);
        const died = game.wishes.filter((wish) => wish.diesAfter === 'start').length;
        const own = accepted(played).filter(({ result }) => !result.unchanged);
        const numbers = own.map(({ wish, result }) => `${wish.environment} ${result.deployment}`);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(played.starts.length - numbers.length).toBeGreaterThanOrEqual(0);
        expect(played.starts.length - numbers.length).toBeLessThanOrEqual(died);
      }),
      { numRuns: 300 },
    );
  });

  // AppConfig has no condition that a revert in the instant before the start would fail (`decidePublish`).
  it('never build on another version than the one they expect, as far as AppConfig can tell', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const played = await play(scheduler, game);
        for (const { wish, result } of accepted(played)) {
          if (result.unchanged || wish.expectedVersion === undefined) continue;
          const start = played.starts.find(
            (item) => item.environment === wish.environment && item.deployment === result.deployment,
          );
          if (start?.revertsUnseen === 0) expect(start.deployedVersion).toBe(wish.expectedVersion);
          else expect(start?.deployedVersion).toBeLessThan(wish.expectedVersion);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('overwrite nothing newer with a version that a dead attempt left', async () => {
    // Contents of their own, so that a version tells whose it is.
    const distinct = games.map((game) => ({
      ...game,
      wishes: game.wishes.map((wish, index) => ({ ...wish, n: index + 1, expectedVersion: undefined })),
    }));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), distinct, async (scheduler, game) => {
        const played = await play(scheduler, game);
        for (const { wish, result, left } of accepted(played)) {
          if (result.unchanged || left === undefined) continue;
          const start = played.starts.find(
            (item) => item.environment === wish.environment && item.deployment === result.deployment,
          );
          expect(start?.newestVersion).toBeLessThanOrEqual(result.version);
          if (result.version === left) expect(start?.newestVersion).toBeLessThan(left);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('give versions numbers without gaps, each with the label that says it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const { world } = await play(scheduler, game);
        const versions = world.versions.get('gameplay') ?? [];
        expect(versions.map((item) => item.label?.split('-')[0])).toEqual(
          versions.map((_, index) => `v${index + 1}`),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('many publishers at once', () => {
  it('to one environment: exactly one deploys, the others learn what runs', async () => {
    const world = appConfig();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publisher(world).publish(request(index))),
    );
    const outcomes = results.map((result) => result.outcome);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'deployment-in-progress')).toHaveLength(19);
    expect(world.history('staging')).toHaveLength(1);
  });

  it('of the same content: one deploys it, the others join', async () => {
    const world = appConfig();
    const results = await Promise.all(Array.from({ length: 20 }, () => publisher(world).publish(request(1))));
    expect(results.map((result) => result.outcome)).toEqual(Array(20).fill('accepted'));
    expect(results.filter((result) => result.outcome === 'accepted' && !result.unchanged)).toHaveLength(1);
    expect(world.versions.get('gameplay')).toHaveLength(1);
    expect(world.history('staging')).toHaveLength(1);
  });

  it('to two environments: one deploys in each', async () => {
    const world = appConfig();
    const results = await Promise.all(
      environments.flatMap((environment) =>
        Array.from({ length: 5 }, (_, index) => publisher(world, { environment }).publish(request(index))),
      ),
    );
    expect(results.filter((result) => result.outcome === 'accepted' && !result.unchanged)).toHaveLength(2);
    expect(world.history('staging')).toHaveLength(1);
    expect(world.history('production')).toHaveLength(1);
  });
});
