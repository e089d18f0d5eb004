/** The publish function of one environment over AppConfig in memory. */

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { PublishRequest, PublishResult } from '../../../core/delivery/publishing.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { createHandler } from '../../../functions/publish-config/handler.js';
import { InMemoryAppConfig } from '../../aws/in-memory-appconfig.js';
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
  /** Pauses taken, by attempt. */
  readonly pauses: readonly number[];
}

export interface PublisherOptions {
  readonly environment?: string;
  /** Stands between the function and AppConfig. */
  readonly through?: (store: EnvironmentStore) => EnvironmentStore;
  readonly pause?: (attempt: number) => Promise<void>;
}

export function appConfig(validate?: (bytes: Uint8Array) => void): InMemoryAppConfig {
  return new InMemoryAppConfig({ profiles: ['gameplay', 'limits'], ...(validate && { validate }) });
}

export function publisher(world: InMemoryAppConfig, options: PublisherOptions = {}): Publisher {
  const { environment = 'staging', through = (store) => store, pause = async () => undefined } = options;
  const told = observed();
  const pauses: number[] = [];
  const publish = createHandler({
    application,
    environment,
    defaultStrategy: 'linear-20',
    store: through(world.environment(environment)),
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    pause: (attempt) => {
      pauses.push(attempt);
      return pause(attempt);
    },
    log: told.log,
    measures: told.measures,
  });
  return { ...told, publish, pauses };
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
