/** Alarms about nodes: what they report, hold and have to do. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import type { AlarmSettings } from '../../core/alarm-settings.js';
import { assignFunction, deadLettersQueue, loadStream, recordLoadFunction } from '../../core/names.js';
import { assignMetrics, fleetGauges } from '../../functions/assign-partitions/settings.js';
import { recordLoadMetrics, reportGauges } from '../../functions/record-load/settings.js';
import { type AlarmAbout, counted, gauged, kinesis, lambda } from './alarm-about.js';

/** What nodes report, and what becomes of it. */
export function reporting(stage: string, settings: AlarmSettings): readonly AlarmAbout[] {
  return [
    {
      name: 'reports-late',
      impact: 'What nodes report is recorded late: status shows the past, and the guard is blind.',
      metric: lambda(recordLoadFunction(stage), 'IteratorAge', 'Maximum'),
      threshold: 1000 * settings.reportsLateSeconds,
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    ...missing(settings),
    {
      name: 'reports-throttled',
      impact:
        'The stream of reports is full, and refuses some of what nodes send: they look silent, and the guard has less to judge by.',
      metric: kinesis(loadStream(stage), 'WriteProvisionedThroughputExceeded', 'Sum'),
      minutes: { watched: 5, bad: 3 },
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
      threshold: settings.deadLetters,
      lasts: true,
    },
  ];
}

/** What is late is counted late; of what nobody reads, the function and its iterator say nothing at all. */
const missing = ({ reportsMissingMinutes: minutes }: AlarmSettings): readonly AlarmAbout[] =>
  minutes === undefined
    ? []
    : [
        {
          name: 'reports-missing',
          impact:
            'No report of any node is recorded any more: every node looks silent, the guard is blind, and nothing moves work away from the dead.',
          metric: counted('record-load', recordLoadMetrics.received),
          minutes: { watched: minutes, bad: minutes },
          absence: true,
          lasts: true,
        },
      ];

const named = (name: string, cluster: ClusterAddress) => ({
  name: `${name}-${cluster.application}-${cluster.environment}`,
  section: name,
  cluster,
});

/** What nodes of one environment say of the version they were offered. */
export const refusing = (cluster: ClusterAddress): AlarmAbout => ({
  ...named('nodes-refusing', cluster),
  impact: `Nodes of ${formatCluster(cluster)} refuse the version they were offered, and keep the one before.`,
  metric: gauged(formatCluster(cluster), reportGauges.refusing, 'Sum'),
  minutes: { watched: 5, bad: 2 },
  lasts: true,
});

/** Where work is shared out, somebody looks for nodes that say nothing. */
export const silent = (cluster: ClusterAddress, { silentNodes }: AlarmSettings): AlarmAbout => ({
  ...named('nodes-silent', cluster),
  impact: `Nodes of ${formatCluster(cluster)} have stopped reporting without a goodbye: they are gone, or cut off and still serving what they hold.`,
  metric: gauged(formatCluster(cluster), fleetGauges.silent, 'Maximum'),
  threshold: silentNodes,
  minutes: { watched: 5, bad: 2 },
  lasts: true,
});

/** Who has which work. While it fails, what is in force stays: the dead are not replaced. */
export function assignment(stage: string, { overCapacityMinutes }: AlarmSettings): readonly AlarmAbout[] {
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
      minutes: { watched: overCapacityMinutes + 2, bad: overCapacityMinutes },
      lasts: true,
    },
  ];
}
