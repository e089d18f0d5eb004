/** Who is told of which alarm, and from when on. */

import { describe, expect, it } from 'vitest';
import { stageOf } from '../stages/synthesized.js';
import { operated } from './operated.js';

const { assembled, alarmsOf } = operated();
const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
const pager = 'arn:aws:sns:eu-central-1:111122223333:pager';

describe('the alarms of a stage', () => {
  it('tells nobody when the stage has no topic, and synthesis says so', () => {
    for (const alarm of alarmsOf().values()) expect(alarm).not.toHaveProperty('AlarmActions');
    const warnings = (about: object) =>
      assembled(stageOf(about)).messages.map(({ level, entry }) => [level, entry.data]);
    expect(warnings({})).toEqual([
      [
        'warning',
        'The alarms of stage main tell nobody: name a topic in infra/stages.ts (alarmTopicArn). [ack: veltrix:alarms-tell-nobody]',
      ],
    ]);
    expect(warnings({ alarmTopicArn: topic })).toEqual([]);
  });

  it('tells the stage’s topic of every alarm, and of the end of those that last', () => {
    const told = [...alarmsOf({ alarmTopicArn: topic }).values()];
    for (const alarm of told) expect(alarm['AlarmActions']).toEqual([topic]);
    const ends = new Set(told.filter((alarm) => 'OKActions' in alarm).map(({ AlarmName }) => AlarmName));
    // What happened once has no end.
    const once = told.filter(({ AlarmName }) => !ends.has(AlarmName)).map(({ AlarmName }) => AlarmName);
    expect(once).toEqual([
      'veltrix-main-emergency-publish',
      'veltrix-main-publish-held',
      'veltrix-main-publish-unrecorded',
      'veltrix-main-guard-rolled-back',
      'veltrix-main-monitor-rolled-back',
      'veltrix-main-guard-failed',
      'veltrix-main-guard-unanswered',
      'veltrix-main-guard-crashed',
      'veltrix-main-guard-throttled',
    ]);
  });

  it('tells an environment’s own topic of what is its own, and nobody else', () => {
    const environments = {
      staging: { strategy: 'linear-50' },
      production: { strategy: 'canary-10', alarmTopicArn: pager },
    } as const;
    const told = (about: object, whom: unknown) =>
      [...alarmsOf({ environments, ...about }).values()]
        .filter(({ AlarmActions }) => String(AlarmActions) === String(whom))
        .map(({ AlarmName }) => AlarmName);
    const own = [
      'veltrix-main-publish-failed-app-production',
      'veltrix-main-nodes-refusing-app-production',
      'veltrix-main-nodes-silent-app-production',
    ];
    expect(told({ alarmTopicArn: topic }, pager)).toEqual(own);
    expect(told({ alarmTopicArn: topic }, topic)).toHaveLength(28);
    expect(told({}, pager)).toEqual(own);
    expect(told({}, undefined)).toHaveLength(28);
    const { messages } = assembled(stageOf({ environments }));
    expect(messages.map(({ entry }) => entry.data)).toEqual([
      'Alarms that are no environment’s own of stage main tell nobody: name a topic in infra/stages.ts (alarmTopicArn). [ack: veltrix:alarms-tell-nobody]',
    ]);
  });

  it('raises alarms from when the stage says', () => {
    const alarms = alarmsOf({
      alarms: {
        reportsLateSeconds: 90,
        changesLateSeconds: 600,
        silentNodes: 4,
        overCapacityMinutes: 10,
        deadLetters: 50,
      },
    });
    const of = (name: string) => {
      const alarm = alarms.get(`veltrix-main-${name}`);
      return [alarm?.['Threshold'], alarm?.['DatapointsToAlarm'], alarm?.['EvaluationPeriods']];
    };
    expect(of('reports-late')).toEqual([90_000, 2, 5]);
    expect(of('changes-late')).toEqual([600_000, 2, 5]);
    expect(of('nodes-silent-app-staging')).toEqual([4, 2, 5]);
    expect(of('fleet-over-capacity')).toEqual([1, 10, 12]);
    expect(of('dead-letters')).toEqual([50, 1, 1]);
  });
});
