import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all } from '../../aws/all.js';
import {
  deploy,
  logged,
  notification,
  of,
  schedule,
  seen,
  type Through,
  teller,
  type World,
  world,
} from './teller.js';

const environments = ['staging', 'production'] as const;
const profiles = ['gameplay', 'limits'] as const;

const happening = fc.oneof(
  fc.record({
    what: fc.constant('deploy' as const),
    environment: fc.constantFrom(...environments),
    profile: fc.constantFrom(...profiles),
  }),
  fc.record({
    what: fc.constantFrom('step' as const, 'finish' as const, 'rollBack' as const, 'revert' as const),
    environment: fc.constantFrom(...environments),
    profile: fc.constantFrom(...profiles),
  }),
  fc.record({ what: fc.constant('days' as const), days: fc.integer({ min: 1, max: 4 }) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

async function happen(about: World, event: Happening): Promise<void> {
  if (event.what === 'days') about.appConfig.nowMs += event.days * 24 * 60 * 60 * 1000;
  else if (event.what === 'deploy') {
    if (!about.appConfig.running(event.environment)) await deploy(about, event.environment, event.profile);
  } else if (event.what === 'revert') {
    if (isRevertible(about, event)) about.appConfig.revert(event.environment, event.profile);
  } else about.appConfig[event.what](event.environment);
}

/** AppConfig reverts for 72 hours. */
function isRevertible(
  about: World,
  { environment, profile }: { environment: string; profile: string },
): boolean {
  const newest = about.appConfig
    .history(environment)
    .findLast((item) => item.profile === profile && item.state === 'COMPLETE');
  return newest?.completedAtMs !== undefined && about.appConfig.nowMs < newest.completedAtMs + 72 * 3_600_000;
}

/** Every call waits for its turn, and may fail before or after it happened. */
function through(scheduler: fc.Scheduler, faults: Iterator<'none' | 'before' | 'after'>): Through {
  const call = async <T>(label: string, run: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), label);
    const fault = faults.next().value ?? 'none';
    if (fault === 'before') throw new Error('died before');
    const answer = await run();
    if (fault === 'after') throw new Error('died after');
    return answer;
  };
  return {
    store: (store) => ({
      ...store,
      async *deployments() {
        yield* await call('list', () => all(store.deployments()));
      },
      deployment: (number) => call('log', () => store.deployment(number)),
    }),
    cursors: (cursors) => ({
      read: (address) => call('read', () => cursors.read(address)),
      write: (cursor, over) => call('write', () => cursors.write(cursor, over)),
    }),
    stream: (stream) => ({ put: (event) => call('put', () => stream.put(event)) }),
  };
}

/** Hints come at any time, to one of three containers, about one environment or all. */
const hint = fc.record({
  container: fc.integer({ min: 0, max: 2 }),
  environment: fc.option(fc.constantFrom(...environments), { nil: undefined }),
});

const games = fc.record({
  happenings: fc.array(happening, { maxLength: 25 }),
  hints: fc.array(hint, { maxLength: 8 }),
  faults: fc.array(
    fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'before' as const, 'after' as const),
  ),
});

async function play(scheduler: fc.Scheduler, game: typeof games extends fc.Arbitrary<infer T> ? T : never) {
  const about = world();
  const faults = game.faults.values();
  const containers = [0, 1, 2].map(() => teller(about, through(scheduler, faults)));
  const told = game.hints.map(async ({ container, environment }) => {
    await scheduler.schedule(Promise.resolve(), 'hint');
    const event = environment === undefined ? schedule : notification(environment);
    await containers[container]?.tell(event).catch(() => undefined);
  });
  const happened = (async () => {
    for (const event of game.happenings) {
      await scheduler.schedule(Promise.resolve(), event.what);
      await happen(about, event);
    }
  })();
  await scheduler.waitFor(Promise.all([...told, happened]));
  return about;
}

describe('a consumer of changes that drops the ids it has seen', () => {
  it('has seen a beginning of every log, in order, at any time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const about = await play(scheduler, game);
        for (const environment of environments) {
          for (const profile of profiles) {
            const got = of(seen(about.events), `app/${environment}/${profile}`);
            expect(got).toEqual(logged(about, environment, profile).slice(0, got.length));
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('sees every log entry once, in order, when the schedule has come at last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), games, async (scheduler, game) => {
        const about = await play(scheduler, game);
        await teller(about).tell(schedule);
        for (const environment of environments) {
          for (const profile of profiles) {
            expect(of(seen(about.events), `app/${environment}/${profile}`)).toEqual(
              logged(about, environment, profile),
            );
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
