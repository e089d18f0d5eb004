/** The publish function of one environment over AppConfig in memory. */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { PublishQueues } from '../../../core/delivery/publish-queue.js';
import type { PublishRequest, PublishResult } from '../../../core/delivery/publishing.js';
import type { Publication } from '../../../core/delivery/rollout-records.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import type { AdvanceResult } from '../../../functions/publish-config/advance.js';
import type { PublishDeps } from '../../../functions/publish-config/deps.js';
import { createHandler } from '../../../functions/publish-config/handler.js';
import type { Door } from '../../../functions/publish-config/settings.js';
import { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { inMemoryQueues } from '../../aws/dynamodb/in-memory-tables.js';
import { type Observed, observed } from '../observed.js';

export const application = defineApplication({
  name: 'app',
  environments: ['staging', 'production'],
  profiles: [
    defineProfile({
      name: 'gameplay',
      description: 'What players meet',
      schema: z.object({ n: z.int().max(1000), secret: z.string().optional() }),
      schemaVersion: 1,
    }),
    defineProfile({
      name: 'limits',
      description: 'How much',
      schema: z.object({ n: z.int() }),
      schemaVersion: 1,
    }),
  ],
});

export interface Publisher extends Observed {
  readonly publish: (event: unknown) => Promise<PublishResult>;
  /** Comes by this door. */
  readonly through: (door: Door, event: unknown) => Promise<unknown>;
  /** Gives the queue its turn. */
  readonly advance: () => Promise<AdvanceResult>;
  /** Pauses taken, by attempt. */
  readonly pauses: readonly number[];
  /** Who published, by `app/staging 1`. */
  readonly publications: ReadonlyMap<string, Publication>;
}

export interface PublisherOptions {
  readonly environment?: string;
  /** Stands between the function and AppConfig. */
  readonly through?: (store: EnvironmentStore) => EnvironmentStore;
  /** Stands between the function and the queue. */
  readonly queues?: PublishQueues;
  readonly pause?: (attempt: number) => Promise<void>;
  /** Whether `counts` tells of requests without a proof of identity. */
  readonly countsUnproven?: boolean;
  readonly changes?: Partial<PublishDeps>;
}

/** What stands beside AppConfig: the queues, and who published. One for each world. */
interface Tables {
  readonly queues: PublishQueues;
  /** By `app/staging 1`. */
  readonly publications: Map<string, Publication>;
}

const tables = new WeakMap<InMemoryAppConfig, Tables>();

export function tablesOf(world: InMemoryAppConfig): Tables {
  const found = tables.get(world) ?? { queues: inMemoryQueues(), publications: new Map() };
  tables.set(world, found);
  return found;
}

export function appConfig(validate?: (bytes: Uint8Array) => void): InMemoryAppConfig {
  return new InMemoryAppConfig({ profiles: ['gameplay', 'limits'], ...(validate && { validate }) });
}

export function publisher(world: InMemoryAppConfig, options: PublisherOptions = {}): Publisher {
  const { environment = 'staging', through = (store) => store, pause = async () => undefined } = options;
  const told = observed();
  const pauses: number[] = [];
  const { queues, publications } = tablesOf(world);
  const handle = createHandler({
    application,
    environment,
    defaultStrategy: 'linear-20',
    store: through(world.environment(environment)),
    queues: options.queues ?? queues,
    records: {
      savePublication: async (cluster, deployment, publication) => {
        if (publications.has(`${cluster} ${deployment}`)) return 'kept';
        publications.set(`${cluster} ${deployment}`, publication);
        return 'saved';
      },
    },
    caller: { arnOf: async (proof) => `arn:aws:sts::123456789012:assumed-role/${proof}` },
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    clock: () => world.now(),
    pause: (attempt) => {
      pauses.push(attempt);
      return pause(attempt);
    },
    log: told.log,
    measures: told.measures,
    ...options.changes,
  });
  const publish = async (event: unknown) => (await handle(event)) as PublishResult;
  const by = (door: Door, event: unknown) => handle(event, door);
  const advance = async () => (await handle({ advance: true })) as AdvanceResult;
  /** Hardly any request here proves who asks: the tests of that look for themselves. */
  const counts = () => {
    const { PublishUnproven: unproven = 0, ...rest } = told.counts();
    return unproven > 0 && options.countsUnproven ? { ...rest, PublishUnproven: unproven } : rest;
  };
  return { ...told, counts, publish, through: by, advance, pauses, publications };
}

/** A request to publish `{ n }` to `gameplay`. */
export const request = (n: number, changes: Partial<PublishRequest> = {}): PublishRequest => ({
  profile: 'gameplay',
  content: { n },
  description: `make it ${n}`,
  author: 'anna',
  ...changes,
});

/** AppConfig after these were published to staging, one after the other. */
export async function deployed(...numbers: number[]) {
  const world = appConfig();
  for (const n of numbers) {
    await publisher(world).publish(request(n));
    world.finish('staging');
  }
  return world;
}
