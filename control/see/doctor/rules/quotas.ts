/** How far everything is from what AWS, or Veltrix itself, admits. */

import { formatProfile } from '../../../../core/addresses.js';
import { contentMaxBytes } from '../../../../core/content/content.js';
import { headroomOf, type LimitName } from '../../../../core/cost/limits.js';
import { fleetPlanSchema } from '../../../../core/cost/plan.js';
import { ratesOf } from '../../../../core/cost/rates.js';
import { queueEntriesMax } from '../../../../core/delivery/publish-queue.js';
import { liveNodes } from '../../../../core/fleet/liveness.js';
import type { NodeRecord } from '../../../../core/fleet/node-records.js';
import type { Examined, StageFacts } from '../facts.js';
import { counted, type Found } from '../finding.js';

/** From this share of a limit on it is told. */
const nearShare = 0.8;
/** AppConfig, of an account and region (ServiceQuotaExceededException of its API reference). */
const applicationsMax = 100;
/** And of one application. */
const [environmentsMax, profilesMax] = [20, 100];

interface Used {
  readonly where: string;
  readonly of: string;
  readonly used: number;
  readonly max: number;
  readonly why: string;
  readonly next: string;
}

function near({ where, of, used, max, why, next }: Used): readonly Found[] {
  if (used < nearShare * max) return [];
  const [told, most] = [used, max].map((number) =>
    number.toLocaleString('en', { maximumSignificantDigits: 3 }),
  );
  return [{ level: used > max ? 'bad' : 'warn', where, what: `uses ${told} of ${most} ${of}`, why, next }];
}

/** What AppConfig holds of everything. */
export function countsFound(counts: {
  readonly applications: number;
  readonly of: readonly {
    readonly application: string;
    readonly environments: number;
    readonly profiles: number;
  }[];
}): readonly Found[] {
  const ask = 'ask AWS for more (Service Quotas, AppConfig), or retire what nobody uses';
  const why = 'The next one cannot be deployed.';
  const shared = { why, next: ask };
  return [
    ...near({
      where: 'the account',
      of: 'applications',
      used: counts.applications,
      max: applicationsMax,
      ...shared,
    }),
    ...counts.of.flatMap(({ application: where, environments, profiles }) => [
      ...near({ where, of: 'environments', used: environments, max: environmentsMax, ...shared }),
      ...near({ where, of: 'profiles', used: profiles, max: profilesMax, ...shared }),
    ]),
  ];
}

/** Of one environment: its files, its queue, its fleet. */
export function roomFound(facts: Examined): readonly Found[] {
  const { cluster, project, queue, address } = facts;
  const files = (project?.files ?? []).flatMap(({ file, profile, content }) =>
    near({
      where: formatProfile({ ...cluster, profile }),
      of: 'bytes of content',
      used: content?.bytes ?? 0,
      max: contentMaxBytes,
      why: `AppConfig takes no more; ${file} grows.`,
      next: 'split the profile, or keep what is large elsewhere',
    }),
  );
  const waiting = near({
    where: address,
    of: 'places in its queue',
    used: queue?.entries.length ?? 0,
    max: queueEntriesMax,
    why: 'A publish that finds no place is refused.',
    next: `veltrix queue ${address}`,
  });
  return [...files, ...waiting, ...fleetFound(facts)];
}

/** What a fleet of this size asks, beside what one table, one function and one partition key give. */
function fleetFound(facts: Examined): readonly Found[] {
  const { records = [], now, address } = facts;
  const plan = planOf(liveNodes(records, now), facts);
  if (plan === undefined) return [];
  return headroomOf(plan).flatMap(({ name, used, limit }) => {
    const told = limits[name];
    return told ? near({ where: address, used, max: limit, ...told }) : [];
  });
}

function planOf(live: readonly NodeRecord[], { profiles, assignment }: Examined) {
  if (live.length === 0) return undefined;
  const partitions = assignment?.table?.slots.length;
  return fleetPlanSchema.parse({
    nodes: live.length,
    profiles: Math.max(1, profiles.length),
    reportIntervalMs: intervalOf(live),
    ...(partitions !== undefined && { routing: { partitions: Math.max(partitionsLeast, partitions) } }),
  });
}

/** As few as an application may declare. */
const partitionsLeast = 16;
const usualIntervalMs = 5_000;
const intervalOf = (live: readonly NodeRecord[]): number =>
  live.reduce((sum, { reportIntervalMs = usualIntervalMs }) => sum + reportIntervalMs, 0) / live.length;

const growth = 'docs/scale.md, Where each step breaks';

/** Shards are the stage's: told below. Fetches of whole tables come at a fleet's start alone, and end by themselves. */
const limits: Readonly<Partial<Record<LimitName, Pick<Used, 'of' | 'why' | 'next'>>>> = {
  'record-partitions': {
    of: 'write units a second of a partition key of records',
    why: 'Beyond, records are written late, and nodes look behind.',
    next: growth,
  },
  'head-reads': {
    of: 'read units a second of the head of its table',
    why: 'Beyond, reads are throttled, and leases lapse.',
    next: growth,
  },
  'run-in-turn': {
    of: 'seconds of a turn of assign-partitions',
    why: 'Beyond, work follows the fleet more slowly.',
    next: growth,
  },
  'run-at-all': {
    of: 'seconds of a run of assign-partitions',
    why: 'Beyond, work is not shared out any more.',
    next: growth,
  },
};

/** Reports of all fleets of the stage go through one stream. */
export function shardsFound({ loadShards }: StageFacts, clusters: readonly Examined[]): readonly Found[] {
  const live = clusters.flatMap(({ records = [], now }) => liveNodes(records, now));
  if (typeof loadShards !== 'number' || live.length === 0) return [];
  const plan = fleetPlanSchema.parse({ nodes: live.length, reportIntervalMs: intervalOf(live) });
  const { shards, records } = ratesOf(plan);
  if (shards <= loadShards) return [];
  return [
    {
      level: 'bad',
      where: 'stream of reports',
      what: `has ${counted(loadShards, 'shard')}, and ${counted(live.length, 'node')} need ${shards}`,
      why: `They send ${Math.round(records)} records a second; a shard takes 1,000, of which a quarter is kept free.`,
      next: 'raise shardCount in infra/stacks/data-stack.ts, then npx cdk deploy',
    },
  ];
}
