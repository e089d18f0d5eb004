/** The alarms of a stage: each says what it means for the service, and has a section of its own name in docs/operations.md. */

import { deadLettersQueue, guardFunction } from '../../core/names.js';
import { guardMetrics } from '../../functions/guard-rollout/settings.js';
import { publishMetrics } from '../../functions/publish-config/settings.js';

/** Raised when the metric reaches 1. */
export interface AlarmAbout {
  /** Unique; the anchor of its section. */
  readonly name: string;
  /** What it means for the service, in one or two sentences. */
  readonly impact: string;
  readonly metric: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: 'Sum' | 'Maximum';
  };
  /** So many bad minutes among those watched; absent for the first bad one. */
  readonly minutes?: { readonly watched: number; readonly bad: number };
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

export function alarms(stage: string): readonly AlarmAbout[] {
  return [
    {
      name: 'emergency-publish',
      impact:
        'Somebody published to all nodes at once, without a rollout: nothing watched the change arrive.',
      metric: counted('publish-config', publishMetrics.immediate),
    },
    {
      name: 'guard-rolled-back',
      impact:
        'The fleet did worse with a change, so the guard rolled it back: nodes return to the old values, and git still has the new ones.',
      metric: counted('guard-rollout', guardMetrics.rollbacks),
    },
    {
      name: 'guard-blind',
      impact: 'A rollout goes on unwatched: the guard cannot read what nodes report, or they report nothing.',
      metric: counted('guard-rollout', guardMetrics.blind),
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
    {
      name: 'guard-failed',
      impact: 'A rollout goes on unwatched: the guard met a defect of its own, and let it go on.',
      metric: counted('guard-rollout', guardMetrics.failed),
    },
    ...guardItself(stage),
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
  const lambda = { namespace: 'AWS/Lambda', dimensions: { FunctionName: guardFunction(stage) } };
  return [
    {
      name: 'guard-crashed',
      impact:
        'The guard crashed or timed out, and AppConfig rolled the rollout back for it: the change itself may be good.',
      metric: { ...lambda, name: 'Errors', statistic: 'Sum' },
    },
    {
      name: 'guard-throttled',
      impact:
        'Lambda had no room for the guard, and AppConfig rolled the rollout back for it: the change itself may be good.',
      metric: { ...lambda, name: 'Throttles', statistic: 'Sum' },
    },
  ];
}
