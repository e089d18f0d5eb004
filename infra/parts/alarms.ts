/** The alarms of a stage: each says what it means for the service, and has a section in docs/operations.md. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import {
  assignFunction,
  deadLettersQueue,
  guardFunction,
  publishFunction,
  recordLoadFunction,
} from '../../core/names.js';
import { assignMetrics } from '../../functions/assign-partitions/settings.js';
import { fanOutMetrics } from '../../functions/fan-out-change/settings.js';
import { guardMetrics } from '../../functions/guard-rollout/settings.js';
import { publishMetrics } from '../../functions/publish-config/settings.js';

export interface AlarmAbout {
  /** Unique. */
  readonly name: string;
  /** The anchor of its section; its name when absent. */
  readonly section?: string;
  /** What it means for the service, in one or two sentences. */
  readonly impact: string;
  readonly metric: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: 'Sum' | 'Maximum';
  };
  /** Raised when the metric reaches it; absent for the first one. */
  readonly threshold?: number;
  /** So many bad minutes among those watched; absent for the first bad one. */
  readonly minutes?: { readonly watched: number; readonly bad: number };
  /** True where the sign is that nothing is counted: a minute without is a bad one, and there is no threshold. */
  readonly absence?: boolean;
  /** True for a state that is worth hearing the end of; what happened once has none. */
  readonly lasts?: boolean;
}

/** Where functions count, by the kind of function (functions/measures.ts). */
const counted = (service: string, name: string) => ({
  namespace: 'Veltrix',
  name,
  dimensions: { service },
  statistic: 'Sum' as const,
});

/** What Lambda itself counts of a function. */
const lambda = (FunctionName: string, name: string, statistic: 'Sum' | 'Maximum') => ({
  namespace: 'AWS/Lambda',
  name,
  dimensions: { FunctionName },
  statistic,
});

/** From here on no record is fresh enough for the guard (core/fleet/liveness.ts). */
const reportsLateMs = 60_000;

export interface Watched {
  readonly environments: readonly ClusterAddress[];
  /** True when an application has its work shared out. */
  readonly isRouted: boolean;
}

/** Alarms of a stage. */
export function alarms(stage: string, { environments, isRouted }: Watched): readonly AlarmAbout[] {
  return [
    ...publishing(),
    ...environments.map((environment) => publishFunctionOf(stage, environment)),
    ...verdicts(),
    ...guardItself(stage),
    ...telling(stage),
    ...(isRouted ? assignment(stage) : []),
  ];
}

function publishing(): readonly AlarmAbout[] {
  return [
    {
      name: 'emergency-publish',
      impact:
        'Somebody published to all nodes at once, without a rollout: nothing watched the change arrive.',
      metric: counted('publish-config', publishMetrics.immediate),
    },
    {
      name: 'publish-held',
      impact:
        'The turn of a queued change came and something speaks against it: it waits until a person lets it go on or takes it out.',
      metric: counted('publish-config', publishMetrics.held),
    },
    {
      name: 'publish-unrecorded',
      impact:
        'A change was deployed, and who published it is kept in the description of its deployment only, which may be cut short.',
      metric: counted('publish-config', publishMetrics.unrecorded),
    },
  ];
}

/** Every environment has a function of its own, and an alarm cannot search for them. */
const publishFunctionOf = (stage: string, environment: ClusterAddress): AlarmAbout => ({
  name: `publish-failed-${environment.application}-${environment.environment}`,
  section: 'publish-failed',
  impact: `Publishing to ${formatCluster(environment)} failed, by hand or from the queue: what nodes hold stays as it is.`,
  metric: lambda(publishFunction(stage, environment), 'Errors', 'Sum'),
  minutes: { watched: 5, bad: 2 },
  lasts: true,
});

function verdicts(): readonly AlarmAbout[] {
  return [
    {
      name: 'guard-rolled-back',
      impact:
        'The fleet did worse with a change, so the guard rolled it back: nodes return to the old values, and git still has the new ones.',
      metric: counted('guard-rollout', guardMetrics.rollbacks),
    },
    {
      name: 'guard-blind',
      impact:
        'The guard cannot see what a rollout does: records cannot be read, or no report arrives. It goes on unwatched, unless its owner wants it rolled back then.',
      metric: counted('guard-rollout', guardMetrics.blind),
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    {
      name: 'guard-failed',
      impact: 'A rollout goes on unwatched: the guard met a defect of its own, and let it go on.',
      metric: counted('guard-rollout', guardMetrics.failed),
    },
    {
      name: 'guard-unkept',
      impact:
        'What the guard saw of a rollout was not kept: its next look has less to judge by, and history may lack its verdict.',
      metric: counted('guard-rollout', guardMetrics.unkept),
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
  ];
}

/** What is told of the fleet, and of changes. */
function telling(stage: string): readonly AlarmAbout[] {
  return [
    {
      name: 'fan-out-failed',
      impact:
        'Changes are deployed, and whoever follows the stream of changes is not told of them: events wait, none is lost.',
      metric: counted('fan-out-change', fanOutMetrics.failed),
      minutes: { watched: 10, bad: 2 },
      lasts: true,
    },
    {
      name: 'reports-late',
      impact:
        'What nodes report is recorded more than a minute late: status shows the past, and the guard is blind.',
      metric: lambda(recordLoadFunction(stage), 'IteratorAge', 'Maximum'),
      threshold: reportsLateMs,
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    {
      name: 'dead-letters',
      impact:
        'Something could not be handled and was set aside: reports of nodes, hints of changes, or turns of a queue.',
      metric: {
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: deadLettersQueue(stage) },
        statistic: 'Maximum',
      },
      lasts: true,
    },
  ];
}

/** AppConfig rolls back when the guard does not answer, whatever the change was. */
function guardItself(stage: string): readonly AlarmAbout[] {
  const name = guardFunction(stage);
  return [
    {
      name: 'guard-unanswered',
      impact:
        'AppConfig got no answer from the guard in time and rolled the rollout back for it: the change itself may be good.',
      metric: counted('fan-out-change', fanOutMetrics.unanswered),
    },
    {
      name: 'guard-crashed',
      impact:
        'The guard crashed or timed out, and AppConfig rolled the rollout back for it: the change itself may be good.',
      metric: lambda(name, 'Errors', 'Sum'),
    },
    {
      name: 'guard-throttled',
      impact:
        'Lambda had no room for the guard, and AppConfig rolled the rollout back for it: the change itself may be good.',
      metric: lambda(name, 'Throttles', 'Sum'),
    },
  ];
}

/** Who has which work. While it fails, what is in force stays: the dead are not replaced. */
function assignment(stage: string): readonly AlarmAbout[] {
  return [
    {
      name: 'assignment-failed',
      impact:
        'The work of a cluster cannot be shared out anew: what is in force stays, and what dead nodes had goes to stand-ins, or waits.',
      metric: lambda(assignFunction(stage), 'Errors', 'Sum'),
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    {
      name: 'assignment-stalled',
      impact:
        'For five minutes nobody has looked at who has which work: what dead nodes had goes to stand-ins, or waits.',
      metric: counted('assign-partitions', assignMetrics.evaluated),
      minutes: { watched: 5, bad: 5 },
      absence: true,
      lasts: true,
    },
    {
      name: 'assignment-panic',
      impact:
        'More than half of the nodes that have work look unhealthy. They may be dead, or it may be what carries their reports: nothing is moved.',
      metric: counted('assign-partitions', assignMetrics.panic),
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    {
      name: 'fleet-over-capacity',
      impact:
        'A fleet is offered more work than it can do: requests wait, and are shed where nodes bound their queues.',
      metric: counted('assign-partitions', assignMetrics.overfull),
      minutes: { watched: 5, bad: 3 },
      lasts: true,
    },
  ];
}
