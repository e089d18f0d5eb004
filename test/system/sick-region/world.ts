/** A fleet at work, a region that falls sick, and what is seen of both. */

import { inject } from 'vitest';
import { readTable } from '../../../control/fleet/assignment.js';
import { type Status, watchedStatus } from '../../../control/see/status/status.js';
import type { ChangeEvent } from '../../../core/delivery/change-events.js';
import type { Deployment } from '../../../core/delivery/deployments.js';
import { deadLettersQueue } from '../../../core/names.js';
import type { FaultRequest, MetricSample } from '../../../local/index.js';
import type { FleetNode } from '../manual/fleet-node.js';
import { type ManualWorld, minuteMs, startManualWorld } from '../manual-world.js';
import { staging } from '../safe-delivery/views.js';
import { alarmsIn, raisedIn } from './alarms.js';

export const secondMs = 1_000;
export const nodeCount = 6;
export const reportSeconds = 30;

export const servicesOf = {
  appconfig: ['appconfig', 'appconfigdata'],
  kinesis: ['kinesis'],
  dynamodb: ['dynamodb'],
} as const satisfies Record<string, FaultRequest['services']>;

export interface SickWorld {
  readonly world: ManualWorld;
  readonly nodes: readonly FleetNode[];
  /** Everything somebody sees who watches staging. */
  look(): Promise<Status>;
  /** Deployments of staging, the oldest first. */
  deployments(): Promise<readonly Deployment[]>;
  /** Change events as a consumer keeps them that drops by id, in the order in which they stand on the stream. */
  changes(): Promise<readonly ChangeEvent[]>;
  /** What the runbook says of dead letters whose cause is gone. */
  purgeLetters(): Promise<void>;
  /** Alarms that were raised from an instant until now. */
  raisedSince(fromMs: number): readonly string[];
}

/** Two profiles, nodes with work to do, and two quiet minutes. */
export async function startFleet(): Promise<SickWorld> {
  const assembly = inject('assembly');
  const world = await startManualWorld(assembly);
  await world.publish('gameplay');
  await world.advance(secondMs);
  await world.publish('limits');
  await world.advance(secondMs);
  const nodes = await world.nodes(nodeCount, {
    report: { intervalSeconds: reportSeconds },
    poll: { intervalSeconds: 60 },
  });
  for (const node of nodes) node.serve({ requestsPerSecond: 5, errorRate: () => 0.01 });
  await world.advance(2 * minuteMs);
  // Who owns nothing is missed by nobody: that all are silent at once is seen only of owners.
  await world.until(() => allOwn(world), 'every node to own partitions', minuteMs);
  const watched = watchedStatus(world.cloud);
  const letters = countLetters(world);
  const alarms = alarmsIn(assembly);
  return {
    world,
    nodes,
    look: () => world.drive(watched(staging)),
    deployments: () => deploymentsOf(world),
    changes: () => changesOf(world),
    purgeLetters: async () =>
      void (await world.aws.call('sqs', 'PurgeQueue', { QueueUrl: lettersUrl(world) })),
    raisedSince: (fromMs) =>
      raisedIn({ fromMs, toMs: world.clock.now() }, alarms, [...world.metrics, ...letters]),
  };
}

async function allOwn({ cloud }: ManualWorld): Promise<boolean> {
  const inForce = await readTable(cloud.assignment(staging));
  return new Set(inForce?.table.slots.flatMap(({ owners }) => owners)).size === nodeCount;
}

const lettersUrl = ({ aws }: ManualWorld): string =>
  `${aws.endpoint}/000000000000/${deadLettersQueue('main')}`;

/** What SQS itself would record of the dead letters, every minute from now on. */
function countLetters(world: ManualWorld): readonly MetricSample[] {
  const { aws, clock } = world;
  const samples: MetricSample[] = [];
  const name = deadLettersQueue('main');
  const ask = async (): Promise<void> => {
    const QueueUrl = lettersUrl(world);
    const AttributeNames = ['ApproximateNumberOfMessages'];
    const { Attributes } = await aws.call<{ Attributes: Record<string, string> }>(
      'sqs',
      'GetQueueAttributes',
      {
        QueueUrl,
        AttributeNames,
      },
    );
    samples.push({
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      unit: 'Count',
      dimensions: { QueueName: name },
      values: [Number(Attributes['ApproximateNumberOfMessages'])],
      atMs: clock.now(),
    });
  };
  const everyMinute = () => {
    void ask();
    clock.after(minuteMs, everyMinute);
  };
  everyMinute();
  return samples;
}

async function deploymentsOf(world: ManualWorld): Promise<readonly Deployment[]> {
  const { store } = await world.cloud.environment(staging);
  const found: Deployment[] = [];
  for await (const { number } of store.deployments()) found.push(await store.deployment(number));
  return found.reverse();
}

async function changesOf(world: ManualWorld): Promise<readonly ChangeEvent[]> {
  const events = new Map<string, ChangeEvent>();
  for await (const { event } of world.cloud.changes({ follow: false }))
    if (!events.has(event.id)) events.set(event.id, event);
  return [...events.values()];
}

/** What AppConfig logged of each profile, entry by entry, in the words of change events. */
export function logged(deployments: readonly Deployment[], profile: string): readonly string[] {
  return deployments
    .filter((deployment) => deployment.profile === profile)
    .flatMap(({ number, log }) => log.map((_, ordinal) => `${number}.${ordinal}`));
}

/** The same, as it was told. */
export function told(changes: readonly ChangeEvent[], profile: string): readonly string[] {
  return changes
    .filter(({ data }) => data.profile === profile)
    .map(({ data }) => `${data.deployment}.${data.ordinal}`);
}

/** Calls of nodes that were answered so far, by what they ask: polls of both profiles, and reports. */
async function answered({ aws }: ManualWorld): Promise<{ polls: number; reports: number }> {
  const text = await (await fetch(`${aws.endpoint}/metrics`)).text();
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  return {
    polls: sum(/^local_aws_requests_total\{service="appconfigdata",[^}]*\} (\d+)$/gm),
    reports: sum(/^local_aws_requests_total\{service="kinesis",operation="PutRecords",[^}]*\} (\d+)$/gm),
  };
}

export interface Crowd {
  /** In the busiest second. */
  readonly polls: number;
  readonly reports: number;
}

/** Lets time pass, and gives how many asked in the busiest second of it. */
export async function busiestSecond(world: ManualWorld, seconds: number): Promise<Crowd> {
  let before = await answered(world);
  let [polls, reports] = [0, 0];
  for (let second = 0; second < seconds; second++) {
    await world.advance(secondMs);
    const now = await answered(world);
    polls = Math.max(polls, now.polls - before.polls);
    reports = Math.max(reports, now.reports - before.reports);
    before = now;
  }
  return { polls, reports };
}
