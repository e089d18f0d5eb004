/** fan-out-change over AppConfig, cursors and a stream in memory. */

import * as z from 'zod';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import type { ChangeCursors, ChangeStream } from '../../../core/delivery/change-stream.js';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import type { RolloutRecords } from '../../../core/delivery/rollout-records.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { createHandler } from '../../../functions/fan-out-change/handler.js';
import { createPlaces } from '../../../functions/places.js';
import { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { inMemoryCursors, inMemoryRollouts } from '../../aws/dynamodb/in-memory-tables.js';
import { observed } from '../observed.js';

const profile = (name: string) =>
  defineProfile({ name, description: name, schema: z.object({}), schemaVersion: 1 });

export const application = defineApplication({
  name: 'app',
  environments: ['staging', 'production'],
  profiles: [profile('gameplay'), profile('limits')],
});

export interface World {
  readonly appConfig: InMemoryAppConfig;
  readonly cursors: ChangeCursors;
  readonly rollouts: RolloutRecords;
  /** What stands on the stream, oldest first. */
  readonly events: ChangeEvent[];
  readonly stream: ChangeStream;
}

export function world(): World {
  const events: ChangeEvent[] = [];
  return {
    appConfig: new InMemoryAppConfig({ profiles: ['gameplay', 'limits'] }),
    cursors: inMemoryCursors(),
    rollouts: inMemoryRollouts(),
    events,
    stream: {
      put: async (event) => {
        events.push(event);
      },
    },
  };
}

/** Ids as AppConfig would give them: `app-id`, `staging-id`, … */
export const directory = {
  applications: async () =>
    new Map([
      ['app', 'app-id'],
      ['other', 'other-id'],
    ]),
  environments: async () =>
    new Map([
      ['staging', 'staging-id'],
      ['production', 'production-id'],
    ]),
  profiles: async () =>
    new Map([
      ['gameplay', 'gameplay-id'],
      ['limits', 'limits-id'],
    ]),
};

export interface Through {
  readonly store?: (store: EnvironmentStore) => EnvironmentStore;
  readonly cursors?: (cursors: ChangeCursors) => ChangeCursors;
  readonly stream?: (stream: ChangeStream) => ChangeStream;
  readonly rollouts?: (rollouts: RolloutRecords) => Pick<RolloutRecords, 'read'>;
}

/** One container of the function. */
export function teller(about: World, through: Through = {}) {
  const { store = same, cursors = same, stream = same, rollouts = same } = through;
  const told = observed();
  const tell = createHandler({
    places: createPlaces(directory, [application]),
    storeOf: (place) => store(about.appConfig.environment(place.environment)),
    cursors: cursors(about.cursors),
    stream: stream(about.stream),
    rollouts: rollouts(about.rollouts),
    clock: () => about.appConfig.now(),
    log: told.log,
    measures: told.measures,
    gauges: told.gauges,
  });
  return { ...told, tell };
}

const same = <T>(value: T): T => value;

/** AppConfig's notification of something in an environment. */
export const notification = (environment: string, applicationId = 'app-id') => ({
  InvocationId: 'vlns753',
  Parameters: {},
  Type: 'OnDeploymentStep',
  Application: { Id: applicationId },
  Environment: { Id: `${environment}-id`, Name: environment },
  ConfigurationProfile: { Id: 'gameplay-id', Name: 'gameplay' },
  DeploymentNumber: 1,
  ConfigurationVersion: '1',
});

export const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

/** Creates a version and starts its deployment, as publish-config does. */
export async function deploy(about: World, environment: string, profileName = 'gameplay'): Promise<void> {
  const store = about.appConfig.environment(environment);
  const after = about.appConfig.versions.get(profileName)?.length ?? 0;
  const label = `v${after + 1}-00000000`;
  const bytes = new TextEncoder().encode('{}');
  await store.createVersion({ profile: profileName, bytes, label, description: 'why (anna)', after });
  await store.startDeployment({
    profile: profileName,
    version: after + 1,
    strategy: 'linear-50',
    description: 'why (anna)',
    latestDeployment: about.appConfig.history(environment).length,
  });
}

/** What a consumer sees that drops the ids it has seen. */
export function seen(events: readonly ChangeEvent[]): ChangeEvent[] {
  const ids = new Set<string>();
  return events.filter(({ id }) => !ids.has(id) && ids.add(id));
}

/** What there is to see, by profile and environment: all log entries in the order in which they happened. */
export function logged(about: World, environment: string, profileName: string): string[] {
  return about.appConfig
    .history(environment)
    .filter((deployment) => deployment.profile === profileName)
    .flatMap(({ number, log }) => log.map((entry, ordinal) => ({ number, ordinal, at: entry.occurredAt })))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ number, ordinal }) => `app/${environment}/${profileName}#${number}.${ordinal}`);
}

export const of = (events: readonly ChangeEvent[], subject: string): string[] =>
  events.filter((event) => event.subject === subject).map((event) => event.id);
