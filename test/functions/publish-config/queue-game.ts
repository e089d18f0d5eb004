/** Publishers, turns of the queue and people that interleave call by call, die and come again; all that happens is kept. */

import fc from 'fast-check';
import {
  type DeploymentSummary,
  type EnvironmentStore,
  isRunning,
} from '../../../core/delivery/deployments.js';
import {
  isSameEntry,
  type PublishQueue,
  type PublishQueues,
  type QueueEntry,
  waitingIn,
} from '../../../core/delivery/publish-queue.js';
import type { PublishResult } from '../../../core/delivery/publishing.js';
import { personsTurnMs } from '../../../core/delivery/queue-turns.js';
import { all } from '../../aws/all.js';
import type { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { appConfig, publisher, request, tablesOf } from './publisher.js';

type Profile = 'gameplay' | 'limits';

export type Move =
  | {
      readonly kind: 'publish';
      readonly profile: Profile;
      readonly n: number;
      readonly queue: boolean;
      readonly diesAfter?: Call | undefined;
    }
  | { readonly kind: 'advance'; readonly diesAfter?: Call | undefined }
  | { readonly kind: 'act'; readonly profile: Profile; readonly queueAction: 'release' | 'drop' }
  | { readonly kind: 'happen'; readonly what: 'step' | 'finish' | 'rollBack' | 'revert' };

type Call = 'createVersion' | 'startDeployment' | 'write';

const profile = fc.constantFrom<Profile>('gameplay', 'limits');
const diesAfter = fc.option(fc.constantFrom<Call>('createVersion', 'startDeployment', 'write'), {
  nil: undefined,
  freq: 4,
});
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      profile,
      n: fc.integer({ min: 1, max: 5 }),
      queue: fc.boolean(),
      diesAfter,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance' as const), diesAfter }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      profile,
      queueAction: fc.constantFrom('release' as const, 'drop' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('happen' as const),
      what: fc.constantFrom(
        'step' as const,
        'finish' as const,
        'finish' as const,
        'rollBack' as const,
        'revert' as const,
      ),
    }),
  },
);
export const games = fc.array(move, { minLength: 4, maxLength: 16 });

/** A deployment that was started, and what its starter had seen. */
export interface Start {
  readonly move: Move;
  readonly deployment: DeploymentSummary;
  /** Entries that waited for their turn when its starter looked at the deployments, and still do. */
  readonly overtaken: readonly QueueEntry[];
  /** The queue as its starter saw it last, and as it was. */
  readonly seen: PublishQueue;
  readonly now: PublishQueue;
  /** True when a deployment was reverted since the starter looked: nobody can know that. */
  readonly blind: boolean;
}

/** An entry that left the queue or was replaced, by whom, and the deployments of that instant. */
export interface Departure {
  readonly move: Move;
  readonly entry: QueueEntry;
  readonly successor: QueueEntry | undefined;
  readonly deployments: readonly DeploymentSummary[];
}

export interface Played {
  readonly world: InMemoryAppConfig;
  readonly starts: readonly Start[];
  readonly departures: readonly Departure[];
  readonly answers: readonly { readonly move: Move; readonly result: PublishResult }[];
  /** The queue at the end, after everybody who could go has gone. */
  readonly left: PublishQueue;
}

const reverts = (world: InMemoryAppConfig): number =>
  world.history('staging').filter(({ state }) => state === 'REVERTED').length;
const newestFirst = (world: InMemoryAppConfig): DeploymentSummary[] => world.history('staging').toReversed();
export const isInForce = (item: DeploymentSummary): boolean =>
  item.state === 'COMPLETE' || (isRunning(item) && item.state !== 'ROLLING_BACK');

class Game {
  readonly world = appConfig();
  readonly starts: Start[] = [];
  readonly departures: Departure[] = [];
  readonly answers: { readonly move: Move; readonly result: PublishResult }[] = [];
  private readonly scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.scheduler = scheduler;
  }

  async play(moves: readonly Move[]): Promise<Played> {
    await this.scheduler.waitFor(Promise.all(moves.map((item) => this.make(item))));
    await this.scheduler.waitFor(this.drain());
    return { ...this, left: await this.queue() };
  }

  /** Gives the queue its turns until nobody can go any more. */
  private async drain(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      this.world.finish('staging');
      // Nobody takes anything back any more.
      this.world.nowMs += personsTurnMs;
      await this.attempt({ kind: 'advance' });
    }
  }

  private async make(item: Move): Promise<void> {
    await this.turn(item.kind);
    if (item.kind !== 'happen') return this.attempt(item);
    if (item.what === 'revert') this.world.revert('staging', 'gameplay');
    else this.world[item.what]('staging');
  }

  /** One that died comes again, and does not die again. */
  private async attempt(item: Move): Promise<void> {
    const event = eventOf(item);
    for (const dies of [true, false]) {
      const { publish } = publisher(this.world, this.between(item, dies));
      const result = await publish(event).catch(() => undefined);
      if (result === undefined) continue;
      this.answers.push({ move: item, result });
      return;
    }
  }

  private between(item: Move, dies: boolean) {
    const { world } = this;
    const dying = dies && 'diesAfter' in item ? item.diesAfter : undefined;
    const answer = <T>(call: Call, value: T): T => {
      if (dying === call) throw new Error('died');
      return value;
    };
    let revertsSeen = 0;
    let waited: readonly QueueEntry[] = [];
    let seen: PublishQueue = { cluster: 'app/staging', entries: [] };
    const { queues } = tablesOf(world);
    const watched: PublishQueues = {
      read: async (cluster) => {
        await this.turn('read queue');
        const stored = await queues.read(cluster);
        seen = stored.queue;
        return stored;
      },
      write: async (queue, over) => {
        await this.turn('write queue');
        const before = await this.queue();
        const written = await queues.write(queue, over);
        if (written === 'saved') this.noteDepartures(item, before, queue);
        return answer('write', written);
      },
    };
    const through = (store: EnvironmentStore): EnvironmentStore => ({
      ...store,
      deployments: () =>
        this.listing(async () => {
          revertsSeen = reverts(world);
          waited = waitingIn(await this.queue());
          return all(store.deployments());
        }),
      versions: (name) => this.listing(() => all(store.versions(name))),
      createVersion: async (version) => {
        await this.turn('create');
        return answer('createVersion', await store.createVersion(version));
      },
      startDeployment: async (start) => {
        await this.turn('start');
        const now = await this.queue();
        const overtaken = waitingIn(now).filter((entry) => waited.some((other) => isSameEntry(entry, other)));
        const blind = reverts(world) !== revertsSeen;
        const started = await store.startDeployment(start);
        const [deployment] = newestFirst(world);
        if (started !== 'outdated' && deployment) {
          this.starts.push({ move: item, deployment, overtaken, seen, now, blind });
        }
        return answer('startDeployment', started);
      },
    });
    return { through, queues: watched };
  }

  private async *listing<T>(list: () => Promise<T[]>): AsyncIterable<T> {
    await this.turn('list');
    yield* await list();
  }

  private noteDepartures(item: Move, before: PublishQueue, after: PublishQueue): void {
    for (const entry of before.entries) {
      const successor = after.entries.find((other) => other.profile === entry.profile);
      if (successor && isSameEntry(successor, entry)) continue;
      this.departures.push({ move: item, entry, successor, deployments: newestFirst(this.world) });
    }
  }

  private async queue(): Promise<PublishQueue> {
    return (await tablesOf(this.world).queues.read('app/staging')).queue;
  }

  private turn(label: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), label);
  }
}

function eventOf(item: Move): unknown {
  if (item.kind === 'publish') {
    return request(item.n, { profile: item.profile, ...(item.queue && { queue: true }) });
  }
  if (item.kind === 'act') {
    return { queueAction: item.queueAction, profile: item.profile, description: 'I looked', author: 'bo' };
  }
  return { advance: true };
}

export const play = (scheduler: fc.Scheduler, moves: readonly Move[]): Promise<Played> =>
  new Game(scheduler).play(moves);
