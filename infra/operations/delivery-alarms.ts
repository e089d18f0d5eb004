/** Alarms about changes on their way to the nodes. */

import { type ClusterAddress, formatCluster } from '../../core/addresses.js';
import type { AlarmSettings } from '../../core/alarm-settings.js';
import { changesStream, guardFunction, publishFunction } from '../../core/names.js';
import { fanOutMetrics } from '../../functions/fan-out-change/settings.js';
import { guardMetrics } from '../../functions/guard-rollout/settings.js';
import { publishMetrics } from '../../functions/publish-config/settings.js';
import { type AlarmAbout, counted, kinesis, lambda } from './alarm-about.js';

export function publishing(): readonly AlarmAbout[] {
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
export const publishFunctionOf = (stage: string, environment: ClusterAddress): AlarmAbout => ({
  name: `publish-failed-${environment.application}-${environment.environment}`,
  section: 'publish-failed',
  cluster: environment,
  impact: `Publishing to ${formatCluster(environment)} failed, by hand or from the queue: what nodes hold stays as it is.`,
  metric: lambda(publishFunction(stage, environment), 'Errors', 'Sum'),
  minutes: { watched: 5, bad: 2 },
  lasts: true,
});

export function verdicts(): readonly AlarmAbout[] {
  return [
    {
      name: 'guard-rolled-back',
      impact:
        'The fleet did worse with a change, so the guard rolled it back: nodes return to the old values, and git still has the new ones.',
      metric: counted('guard-rollout', guardMetrics.rollbacks),
    },
    {
      name: 'monitor-rolled-back',
      impact:
        'The alarm that an environment is monitored by was raised during a rollout, so AppConfig rolled it back: the change may be what customers felt.',
      metric: counted('fan-out-change', fanOutMetrics.monitorRollbacks),
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

/** AppConfig rolls back when the guard does not answer, whatever the change was. */
export function guardItself(stage: string): readonly AlarmAbout[] {
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

/** Whoever follows the stream of changes. */
export function changes(stage: string, { changesLateSeconds }: AlarmSettings): readonly AlarmAbout[] {
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
      name: 'changes-late',
      impact:
        'A consumer of the stream of changes is behind: what it does on a change, it does late, and what is older than the stream keeps it will miss.',
      metric: kinesis(changesStream(stage), 'GetRecords.IteratorAgeMilliseconds', 'Maximum'),
      threshold: 1000 * changesLateSeconds,
      minutes: { watched: 5, bad: 2 },
      lasts: true,
    },
  ];
}
