/** Alarms about room: what AWS turned away because a quota, or what is reserved, was used up. */

import {
  assignFunction,
  assignmentsTable,
  fanOutFunction,
  nodesTable,
  recordLoadFunction,
} from '../../core/names.js';
import { type AlarmAbout, dynamodb, lambda } from './alarm-about.js';

/** The guard has an alarm of its own: a tick that is throttled rolls its rollout back. */
export function throttles(stage: string, isRouted: boolean): readonly AlarmAbout[] {
  return [
    throttled('fan-out-change', fanOutFunction(stage), 'Consumers hear of changes late.'),
    throttled('record-load', recordLoadFunction(stage), 'What nodes report is recorded late.'),
    tableThrottled('nodes', dynamodb(nodesTable(stage), 'WriteThrottleEvents'), 'Reports are recorded late.'),
    ...(isRouted
      ? [
          throttled(
            'assign-partitions',
            assignFunction(stage),
            'The work of dead nodes waits for its next owner.',
          ),
          tableThrottled(
            'assignments',
            dynamodb(assignmentsTable(stage), 'ReadThrottleEvents'),
            'Nodes that cannot read who owns what let go of their partitions.',
          ),
        ]
      : []),
  ];
}

const throttled = (kind: string, functionName: string, impact: string): AlarmAbout => ({
  name: `function-throttled-${kind}`,
  section: 'function-throttled',
  impact: `Lambda has no room for ${kind}, and tries it again. ${impact}`,
  metric: lambda(functionName, 'Throttles', 'Sum'),
  minutes: { watched: 5, bad: 3 },
  lasts: true,
});

const tableThrottled = (kind: string, metric: AlarmAbout['metric'], impact: string): AlarmAbout => ({
  name: `table-throttled-${kind}`,
  section: 'table-throttled',
  impact: `DynamoDB turns away requests to the table ${kind}. ${impact}`,
  metric,
  minutes: { watched: 5, bad: 3 },
  lasts: true,
});
