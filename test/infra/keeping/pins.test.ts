/** What holds data is where it has always been: under another logical id, CloudFormation would make it anew and empty. */

import { describe, expect, inject, it } from 'vitest';
import { applications } from '../../../config/applications.js';
import type { Stage } from '../../../core/stages.js';
import { addStages } from '../../../infra/app.js';
import { logicalIdOf } from '../../../infra/delivery/logical-ids.js';
import { stages } from '../../../infra/stages.js';
import { lostBetween } from '../../../scripts/stateful.js';
import { scratchApps } from '../assembly.js';
import { statefulOf } from './update-world.js';

const scratchApp = scratchApps();

const stateful = () => Object.values(statefulOf(inject('assembly'))).flatMap((held) => Object.entries(held));

describe('what holds data', () => {
  it('has these logical ids: one that changes, or a new one, is written down here on purpose', () => {
    const pinned = Object.entries(statefulOf(inject('assembly'))).flatMap(([stack, held]) =>
      Object.entries(held).map(([id, { Type }]) => `${stack.split('-').at(-1)} ${id} ${Type}`),
    );
    expect(pinned.toSorted()).toEqual([
      'Data AssignmentsTable AWS::DynamoDB::Table',
      'Data ChangesStream AWS::Kinesis::Stream',
      'Data CursorsTable AWS::DynamoDB::Table',
      'Data DeadLettersQueue AWS::SQS::Queue',
      'Data LoadStream AWS::Kinesis::Stream',
      'Data NodesTable AWS::DynamoDB::Table',
      'Data QueuesTable AWS::DynamoDB::Table',
      'Data RolloutsTable AWS::DynamoDB::Table',
      'Delivery treasurehuntApplication82280B7C AWS::AppConfig::Application',
      'Delivery treasurehuntEnvironmentproductionDE9534C1 AWS::AppConfig::Environment',
      'Delivery treasurehuntEnvironmentstaging4DB052B5 AWS::AppConfig::Environment',
      'Delivery treasurehuntProfilegameplay4757CCC8 AWS::AppConfig::ConfigurationProfile',
      'Delivery treasurehuntProfilelimits05E6AAE9 AWS::AppConfig::ConfigurationProfile',
    ]);
  });

  it('is kept when it leaves its template, is replaced, or its stack is deleted', () => {
    expect(stateful()).not.toEqual([]);
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of stateful()) {
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'RetainExceptOnCreate', 'Retain']);
    }
  });

  it('cannot be deleted by hand where AWS can refuse that', () => {
    const tables = stateful().filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(5);
    for (const [id, { Properties }] of tables)
      expect([id, Properties?.['DeletionProtectionEnabled']]).toEqual([id, true]);
  });
});

describe('the settings of a stage', () => {
  const [main] = stages;
  if (main === undefined) throw new Error('there is no stage');

  /** What another row for the same stage would take away from it. */
  function lostWith(change: Partial<Stage>): readonly string[] {
    const app = scratchApp();
    addStages(app, { applications, stages: [{ ...main, ...change } as Stage] });
    return lostBetween(statefulOf(inject('assembly')), statefulOf(app.synth().directory));
  }

  it('may change without a loss: another key, shorter logs, no guard, an alarm of the customers', () => {
    const monitor = { alarmArn: 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:checkout' };
    const staging = { strategy: 'canary-10', guarded: false, monitor } as const;
    expect(
      lostWith({
        key: 'customer-managed',
        retention: { logDays: 7, changesDays: 2, loadHours: 48 },
        environments: { ...main.environments, staging },
      }),
    ).toEqual([]);
  });

  it('give up what they hold only where they say so', () => {
    expect(lostWith({ removal: 'destroy' })).toHaveLength(13);
  });

  it('lose an environment that moves to another stage, which is why it is retained', () => {
    const { production: _production, ...environments } = main.environments;
    const elsewhere = applications.map((each) => ({ ...each, environments: ['staging'] as const }));
    const app = scratchApp();
    addStages(app, { applications: elsewhere, stages: [{ ...main, environments }] });
    expect(lostBetween(statefulOf(inject('assembly')), statefulOf(app.synth().directory))).toEqual([
      expect.stringMatching(/treasurehuntEnvironmentproductionDE9534C1 .* is gone/),
    ]);
  });
});

describe('a logical id in AppConfig', () => {
  it('follows from names alone', () => {
    expect(logicalIdOf('treasure-hunt', 'Profile-gameplay')).toBe('treasurehuntProfilegameplay4757CCC8');
  });

  it('tells apart names that differ in where their hyphens stand', () => {
    const ids = [
      logicalIdOf('a-b', 'Profile-c'),
      logicalIdOf('ab', 'Profile-c'),
      logicalIdOf('ab', 'Profile-c-d'),
      logicalIdOf('ab', 'Profile-cd'),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});
