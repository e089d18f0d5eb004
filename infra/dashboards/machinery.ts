/** What carries changes and reports: functions, streams, tables, dead letters. It is the stage's, for all of its environments. */

import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import {
  assignFunction,
  assignmentsTable,
  changesStream,
  deadLettersQueue,
  fanOutFunction,
  guardFunction,
  loadStream,
  nodesTable,
  publishFunction,
  recordLoadFunction,
} from '../../core/names.js';
import { assignMetrics } from '../../functions/assign-partitions/settings.js';
import { recordLoadMetrics } from '../../functions/record-load/settings.js';
import { counted, dynamodb, kinesis, lambda } from '../operations/alarm-about.js';
import type { DashboardAbout } from './questions.js';
import { graph, type Line } from './widgets.js';

/** AppConfig takes no answer within this for "roll back". */
const guardAnswersWithinMs = 3_000;

/** What changes go through. */
export function guardWidgets({ stage, cluster }: DashboardAbout): IWidget[] {
  const [publish, guard, fanOut] = [
    publishFunction(stage, cluster),
    guardFunction(stage),
    fanOutFunction(stage),
  ];
  const errors = (functionName: string, label: string): Line => ({
    metric: lambda(functionName, 'Errors', 'Sum'),
    label,
  });
  return [
    graph({
      title: 'Failed: publish, guard, fan-out',
      lines: [errors(publish, 'publish'), errors(guard, 'guard'), errors(fanOut, 'fan-out')],
      width: 8,
    }),
    graph({
      title: 'The guard answers within (ms)',
      lines: [{ metric: lambda(guard, 'Duration', 'Maximum'), label: 'slowest' }],
      width: 8,
      limit: { value: guardAnswersWithinMs, label: 'AppConfig rolls back' },
    }),
    graph({
      title: 'Behind (ms)',
      lines: [
        { metric: lambda(recordLoadFunction(stage), 'IteratorAge', 'Maximum'), label: 'reports' },
        {
          metric: kinesis(changesStream(stage), 'GetRecords.IteratorAgeMilliseconds', 'Maximum'),
          label: 'consumers of changes',
        },
      ],
      width: 8,
    }),
  ];
}

/** What reports go through, and whether there is room. */
export function machineryWidgets({ stage, isRouted }: DashboardAbout): IWidget[] {
  const recorded = (name: string, label: string): Line => ({ metric: counted('record-load', name), label });
  const assigned = (name: string, label: string): Line => ({
    metric: counted('assign-partitions', name),
    label,
  });
  return [
    graph({
      title: 'Reports a minute',
      lines: [
        recorded(recordLoadMetrics.received, 'received'),
        recorded(recordLoadMetrics.refused, 'not understood'),
        recorded(recordLoadMetrics.failed, 'left for another attempt'),
      ],
      width: 8,
    }),
    graph({ title: 'Turned away, and set aside', lines: [...throttled(stage), setAside(stage)], width: 8 }),
    ...(isRouted
      ? [
          graph({
            title: 'Assignment, a minute',
            lines: [
              assigned(assignMetrics.evaluated, 'looks'),
              assigned(assignMetrics.failed, 'failed'),
              assigned(assignMetrics.moves, 'partitions moved'),
              assigned(assignMetrics.panic, 'too many silent to believe'),
            ],
            width: 8,
          }),
        ]
      : []),
  ];
}

const throttled = (stage: string): Line[] => [
  { metric: lambda(guardFunction(stage), 'Throttles', 'Sum'), label: 'guard' },
  { metric: lambda(recordLoadFunction(stage), 'Throttles', 'Sum'), label: 'record-load' },
  { metric: lambda(assignFunction(stage), 'Throttles', 'Sum'), label: 'assign-partitions' },
  {
    metric: kinesis(loadStream(stage), 'WriteProvisionedThroughputExceeded', 'Sum'),
    label: 'stream of reports',
  },
  { metric: dynamodb(nodesTable(stage), 'WriteThrottleEvents'), label: 'table of nodes' },
  { metric: dynamodb(assignmentsTable(stage), 'ReadThrottleEvents'), label: 'table of assignments' },
];

const setAside = (stage: string): Line => ({
  metric: {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: deadLettersQueue(stage) },
    statistic: 'Maximum',
  },
  label: 'dead letters',
});
