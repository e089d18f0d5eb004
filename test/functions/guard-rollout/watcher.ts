/** guard-rollout over AppConfig, node records and its own memory, all in memory and on a clock that tests move. */

import * as z from 'zod';
import type { RolloutRecords } from '../../../core/delivery/rollout-records.js';
import type { NodeRecord, NodeRecords } from '../../../core/fleet/node-records.js';
import type { Counters } from '../../../core/fleet/node-reports.js';
import type { GuardOptions } from '../../../core/guard/settings.js';
import { defineApplication, defineProfile } from '../../../core/profiles.js';
import { type EpochSeconds, epochMs } from '../../../core/time.js';
import { createHandler } from '../../../functions/guard-rollout/handler.js';
import type { Outside } from '../../../functions/guard-rollout/inputs.js';
import type { TickAnswer } from '../../../functions/guard-rollout/tick.js';
import { createPlaces } from '../../../functions/places.js';
import { InMemoryAppConfig } from '../../aws/appconfig/in-memory-appconfig.js';
import { inMemoryRecords, inMemoryRollouts } from '../../aws/dynamodb/in-memory-tables.js';
import { type VirtualClock, virtualClock } from '../../client/virtual-clock.js';
import { directory } from '../fan-out-change/teller.js';
import { observed } from '../observed.js';

export const cluster = 'app/staging';
export const [oldLabel, newLabel] = ['v1-00000000', 'v2-00000000'];
export const minuteMs = 60_000;

export interface World {
  readonly appConfig: InMemoryAppConfig;
  readonly clock: VirtualClock;
  readonly records: NodeRecords;
  readonly rollouts: RolloutRecords;
  /** Sets what nodes say of themselves, as their reports arrive now. */
  report(nodes: Readonly<Record<string, Said>>): Promise<void>;
}

export interface Said {
  /** Undefined while it holds nothing. */
  readonly label?: string | undefined;
  readonly counters?: Readonly<Record<string, Counters>>;
  readonly refused?: { readonly label: string; readonly reason: string };
  readonly changes?: Partial<NodeRecord>;
}

/** Version 1 of `gameplay` is deployed in staging, and version 2 is on its way as deployment 2. */
export async function world(description = 'why (anna)'): Promise<World> {
  const clock = virtualClock(Date.UTC(2026, 0, 1, 1));
  const appConfig = new InMemoryAppConfig({ profiles: ['gameplay', 'limits'] });
  await deploy(appConfig, 1);
  appConfig.finish('staging');
  appConfig.nowMs = clock.now();
  await deploy(appConfig, 2, description);
  const records = inMemoryRecords(() => clock.now());
  let sequence = 0;
  const report: World['report'] = async (nodes) => {
    sequence += 1;
    for (const [node, said] of Object.entries(nodes)) {
      const stored = await records.read(cluster, [node]);
      await records.write(recordOf(node, said, { clock, sequence }), stored.get(node)?.revision ?? 0);
    }
  };
  return { appConfig, clock, records, rollouts: inMemoryRollouts(), report };
}

async function deploy(
  appConfig: InMemoryAppConfig,
  version: number,
  description = 'why (anna)',
): Promise<void> {
  const store = appConfig.environment('staging');
  const bytes = new TextEncoder().encode('{}');
  const label = `v${version}-00000000`;
  await store.createVersion({ profile: 'gameplay', bytes, label, description, after: version - 1 });
  const latestDeployment = version - 1;
  await store.startDeployment({
    profile: 'gameplay',
    version,
    strategy: 'linear-20',
    description,
    latestDeployment,
  });
}

interface Reporting {
  readonly clock: VirtualClock;
  readonly sequence: number;
}

function recordOf(node: string, said: Said, { clock, sequence }: Reporting): NodeRecord {
  const { label = undefined, counters = {}, refused, changes } = said;
  const now = clock.now();
  return {
    cluster,
    node,
    incarnation: 'life-1',
    sequence,
    labels: {},
    capacity: 100,
    load: 0.5,
    queueDepth: 0,
    inFlight: 0,
    health: 'ready',
    profiles: {
      gameplay: {
        ...(label !== undefined && { label }),
        ...(refused && { refused }),
        source: 'cloud',
        schemaVersion: 1,
        counters,
      },
    },
    droppedReports: 0,
    arrivedAtMs: now,
    since: epochMs(Date.UTC(2026, 0, 1)),
    expiresAtSeconds: (Math.ceil(now / 1000) + 3600) as EpochSeconds,
    retired: [],
    ...changes,
  };
}

export interface Through {
  readonly guard?: GuardOptions;
  readonly outside?: (outside: Outside, signal: AbortSignal) => Outside;
  readonly directory?: typeof directory;
  /** How long the process has run at each question; long by default. */
  readonly upMs?: number;
}

/** One container of the function. */
export function watcher(about: World, through: Through = {}) {
  const told = observed();
  const { guard = {}, outside = (same) => same } = through;
  const applications = [applicationOf(guard)];
  const handle = createHandler({
    applications,
    places: createPlaces(through.directory ?? directory, applications),
    outside: (signal) =>
      outside(
        {
          records: about.records,
          rollouts: about.rollouts,
          storeOf: (_application, environmentId) =>
            about.appConfig.environment(environmentId.replace('-id', '')),
        },
        signal,
      ),
    deadline: (afterMs) => deadline(about.clock, afterMs),
    clock: () => about.clock.now(),
    upMs: () => through.upMs ?? minuteMs,
    log: told.log,
    measures: told.measures,
  });
  return { ...told, tick: (change: object = {}) => handle({ ...tickEvent, ...change }), handle };
}

function applicationOf(guard: GuardOptions) {
  const profile = (name: string) =>
    defineProfile({ name, description: name, schema: z.object({}), schemaVersion: 1, guard });
  return defineApplication({
    name: 'app',
    environments: ['staging', 'production'],
    profiles: [profile('gameplay'), profile('limits')],
  });
}

function deadline(clock: VirtualClock, afterMs: number): AbortSignal {
  const controller = new AbortController();
  clock.setTimer(() => controller.abort(), afterMs);
  return controller.signal;
}

/** As AppConfig asks during deployment 2; names of application and environment may be missing. */
export const tickEvent = {
  InvocationId: 'vlns753',
  Parameters: {},
  Type: 'AtDeploymentTick',
  Application: { Id: 'app-id', Name: 'app' },
  Environment: { Id: 'staging-id', Name: 'staging' },
  ConfigurationProfile: { Id: 'gameplay-id', Name: 'gameplay' },
  DeploymentNumber: 2,
  Description: 'why (anna)',
  ConfigurationVersion: '2',
  DeploymentState: 'DEPLOYING',
  PercentageComplete: '20.0',
};

/** Counters under the version that is replaced, and under the one that is judged. */
export const worked = (old: readonly number[], fresh?: readonly number[]): Record<string, Counters> => ({
  [oldLabel]: tally(old),
  ...(fresh && { [newLabel]: tally(fresh) }),
});

const tally = ([requests = 0, errors = 0, slow = 0]: readonly number[]): Counters => ({
  requests,
  errors,
  slow,
});

/** Runs looks a minute apart, reporting before each; the answers. */
export async function looks(
  about: World,
  tick: (change?: object) => Promise<TickAnswer>,
  reports: readonly Readonly<Record<string, Said>>[],
): Promise<TickAnswer[]> {
  const answers: TickAnswer[] = [];
  for (const nodes of reports) {
    await about.report(nodes);
    answers.push(await tick());
    await about.clock.advance(minuteMs);
  }
  return answers;
}

/** A fleet of four whose nodes `a` and `b` took the version at look 1 and fail so often per 1,000 requests from then on. */
export const rollout = (errors: number, count = 4): Readonly<Record<string, Said>>[] =>
  Array.from({ length: count }, (_, look) => {
    const [total, bad] = [1_000 * look, errors * look];
    const taken = look === 0 ? { label: oldLabel, counters: worked([5_000, 5]) } : undefined;
    const fresh = taken ?? { label: newLabel, counters: worked([5_000, 5], [total, bad]) };
    const old = { label: oldLabel, counters: worked([5_000 + total, 5 + look]) };
    return { a: fresh, b: fresh, c: old, d: old };
  });

export const goesOn: TickAnswer = { Directive: 'CONTINUE' };
