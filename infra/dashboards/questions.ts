/** The questions about one environment. */

import { type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import { guardFunction, publishFunction } from '../../core/names.js';
import { fleetGauges } from '../../functions/assign-partitions/settings.js';
import { changeGauges } from '../../functions/fan-out-change/settings.js';
import { guardMetrics } from '../../functions/guard-rollout/settings.js';
import { reportGauges } from '../../functions/record-load/settings.js';
import { counted, gauged } from '../operations/alarm-about.js';
import { graph, type Line, newest } from './widgets.js';

export interface DashboardAbout {
  readonly stage: string;
  readonly cluster: ClusterAddress;
  readonly isRouted: boolean;
}

/** Who published what, and when it began, arrived, or was undone. */
export function deployedWidgets({ stage, cluster }: DashboardAbout): IWidget[] {
  const change = (name: string, label: string): Line => ({
    metric: gauged(formatCluster(cluster), name, 'Sum'),
    label,
  });
  return [
    newest({
      title: 'Published',
      functionName: publishFunction(stage, cluster),
      fields: ['deployment', 'label', 'strategy', 'caller'],
      filter: 'message = "answered" and outcome = "accepted"',
      width: 12,
    }),
    graph({
      title: 'Deployments',
      lines: [
        change(changeGauges.started, 'began'),
        change(changeGauges.completed, 'completed'),
        change(changeGauges.undone, 'rolled back or reverted'),
      ],
      width: 12,
    }),
  ];
}

/** What the guard saw of each rollout, and what nodes say of themselves. */
export function runningWidgets({ stage, cluster, isRouted }: DashboardAbout): IWidget[] {
  const fleet = (name: string, label: string): Line => ({
    metric: gauged(formatCluster(cluster), name, 'Maximum'),
    label,
  });
  const nodes = [fleet(fleetGauges.nodes, 'there'), fleet(fleetGauges.silent, 'silent')];
  return [
    newest({
      title: 'Nodes with the version, and without, at each look of the guard',
      functionName: guardFunction(stage),
      fields: ['profile', 'deployment', 'report.nodes.tested', 'report.nodes.previous', 'report.summary'],
      filter: `message = "looked" and profile like "${formatCluster(cluster)}/"`,
      width: 12,
    }),
    ...(isRouted ? [graph({ title: 'Nodes', lines: nodes, width: 6 })] : []),
    graph({
      title: 'Reports of nodes that refuse a version',
      lines: [
        { metric: gauged(formatCluster(cluster), reportGauges.refusing, 'Sum'), label: 'reports a minute' },
      ],
      width: isRouted ? 6 : 12,
    }),
  ];
}

/** The guard's verdicts are counted for the whole stage; the log above says whose they are. */
export function hurtingWidgets({ cluster, isRouted }: DashboardAbout): IWidget[] {
  const fleet = (name: string, label: string): Line => ({
    metric: gauged(formatCluster(cluster), name, 'Maximum'),
    label,
  });
  const verdict = (name: string, label: string): Line => ({ metric: counted('guard-rollout', name), label });
  return [
    graph({
      title: 'The guard, in all environments of the stage',
      lines: [
        verdict(guardMetrics.rollbacks, 'rolled back'),
        verdict(guardMetrics.warnings, 'warned'),
        verdict(guardMetrics.blind, 'blind'),
      ],
      width: 8,
    }),
    ...(isRouted
      ? [
          graph({
            title: 'Load',
            lines: [fleet(fleetGauges.load, 'fleet'), fleet(fleetGauges.maxLoad, 'busiest node')],
            width: 8,
            limit: { value: 1, label: 'at capacity' },
          }),
        ]
      : []),
  ];
}

export function undoText(cluster: ClusterAddress): IWidget {
  const address = formatCluster(cluster);
  return new TextWidget({
    width: 24,
    height: 5,
    markdown: [
      '```',
      `veltrix history ${address} --since 2h                  what changed, by whom, what became of it`,
      `veltrix status ${address}/PROFILE                      who runs it, is it hurting, is it undone`,
      `veltrix rollback ${address}/PROFILE -m "why"           undo it, in every state; waits for the nodes`,
      `veltrix nodes ${address} --behind                      who is left behind, why, what to type next`,
      '```',
      'By symptom: docs/operations.md. By alarm: docs/runbook.md. Without Veltrix: docs/operations.md#without-veltrix.',
    ].join('\n'),
  });
}
