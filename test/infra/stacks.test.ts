import { describe, expect, it } from 'vitest';
import { applications } from '../../config/applications.js';
import { advanceRequestSchema } from '../../core/delivery/publishing.js';
import { strategies } from '../../core/delivery/strategies.js';
import * as names from '../../core/names.js';
import { assembly, type StackPart, stackParts, text } from './assembly.js';

const made = assembly();

const properties = (part: StackPart, type: string) =>
  Object.values(made().ofType(part, type)).map((resource) => resource.Properties);

const namesOf = (part: StackPart, type: string, key: string) =>
  properties(part, type)
    .map((each) => each[key])
    .toSorted();

function failuresGoTo(about: Record<string, unknown> = {}): string {
  const { OnFailure } = about['DestinationConfig'] as { OnFailure: { Destination: unknown } };
  return text(OnFailure.Destination);
}

const treasureHuntArn =
  'arn:<AWS::Partition>:appconfig:<AWS::Region>:<AWS::AccountId>:application/<treasurehuntApplication82280B7C>';

/** What an extension, by its logical id, is associated with. */
const associationsOf = (extension: string) =>
  properties('Delivery', 'AWS::AppConfig::ExtensionAssociation')
    .filter((each) => text(each['ExtensionIdentifier']) === `<${extension}.Id>`)
    .map((each) => text(each['ResourceIdentifier']));

/** How a function, by its logical id, is invoked asynchronously. */
const invokeConfigOf = (id: string) =>
  properties('Delivery', 'AWS::Lambda::EventInvokeConfig').find(
    (each) => text(each['FunctionName']) === `<${id}>`,
  );

describe('the stacks', () => {
  it('need what they find by name, and the data stack needs none', () => {
    const { artifacts } = made().manifest;
    const needed = stackParts.map((part) => {
      const dependencies = artifacts[`Veltrix-main-${part}`]?.dependencies ?? [];
      return [part, dependencies.filter((name) => !name.endsWith('.assets'))];
    });
    expect(Object.fromEntries(needed)).toEqual({
      Data: [],
      Delivery: ['Veltrix-main-Data'],
      Fleet: ['Veltrix-main-Data'],
      // Its policies name AppConfig's ids, which are looked up when it is deployed.
      Access: ['Veltrix-main-Delivery'],
      Operations: [],
    });
  });

  it('export nothing and import nothing, so none locks another', () => {
    for (const part of stackParts)
      expect(JSON.stringify(made().resources(part))).not.toContain('Fn::ImportValue');
  });

  it('use no resource type that the local AWS does not know', () => {
    const types = stackParts.flatMap((part) => Object.values(made().resources(part)).map(({ Type }) => Type));
    expect([...new Set(types)].toSorted()).toEqual([
      'AWS::AppConfig::Application',
      'AWS::AppConfig::ConfigurationProfile',
      'AWS::AppConfig::DeploymentStrategy',
      'AWS::AppConfig::Environment',
      'AWS::AppConfig::Extension',
      'AWS::AppConfig::ExtensionAssociation',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Kinesis::Stream',
      'AWS::Lambda::Alias',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::SSM::Parameter',
    ]);
  });
});

describe('names', () => {
  it('are those by which everyone else finds things', () => {
    const [app] = applications;
    const clusters = app.environments.map((environment) => ({ application: app.name, environment }));
    const profiles = app.profiles.map((profile) => ({ application: app.name, profile: profile.name }));
    expect(namesOf('Delivery', 'AWS::Lambda::Function', 'FunctionName')).toEqual(
      [
        ...clusters.map((cluster) => names.publishFunction('main', cluster)),
        ...profiles.map((profile) => names.validateFunction('main', profile)),
        names.fanOutFunction('main'),
        names.guardFunction('main'),
      ].toSorted(),
    );
    expect(namesOf('Fleet', 'AWS::Lambda::Function', 'FunctionName')).toEqual([
      names.assignFunction('main'),
      names.recordLoadFunction('main'),
    ]);
    expect(namesOf('Data', 'AWS::DynamoDB::Table', 'TableName')).toEqual([
      names.assignmentsTable('main'),
      names.cursorsTable('main'),
      names.nodesTable('main'),
      names.queuesTable('main'),
      names.rolloutsTable('main'),
    ]);
    expect(namesOf('Data', 'AWS::Kinesis::Stream', 'Name')).toEqual([
      names.changesStream('main'),
      names.loadStream('main'),
    ]);
    expect(namesOf('Delivery', 'AWS::AppConfig::Application', 'Name')).toEqual(['treasure-hunt']);
    expect(namesOf('Delivery', 'AWS::AppConfig::Environment', 'Name')).toEqual(['production', 'staging']);
    expect(namesOf('Delivery', 'AWS::AppConfig::Extension', 'Name')).toEqual([
      names.changesExtension('main'),
      names.guardExtension('main'),
    ]);
  });
});

describe('every function', () => {
  const functions = () => [
    ...properties('Delivery', 'AWS::Lambda::Function'),
    ...properties('Fleet', 'AWS::Lambda::Function'),
  ];

  it('runs the bundled handler on Node 22, on Arm, traced', () => {
    for (const each of functions()) {
      expect(each).toMatchObject({
        Handler: 'index.handler',
        Runtime: 'nodejs22.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
    }
  });

  it('maps stacks to sources, except where AppConfig waits for the answer', () => {
    const unmapped = functions().filter((each) => !JSON.stringify(each).includes('--enable-source-maps'));
    expect(unmapped.map((each) => each['FunctionName'])).toEqual(['veltrix-main-guard-rollout']);
  });

  it('logs to a group under its own name, for a month', () => {
    for (const part of ['Delivery', 'Fleet'] as const) {
      const groups = namesOf(part, 'AWS::Logs::LogGroup', 'LogGroupName');
      const functionNames = namesOf(part, 'AWS::Lambda::Function', 'FunctionName');
      expect(groups).toEqual(functionNames.map((name) => `/aws/lambda/${name}`));
      for (const group of properties(part, 'AWS::Logs::LogGroup')) expect(group['RetentionInDays']).toBe(30);
    }
  });

  it('has variables that fit Lambda’s 4 KB, with ids of seven characters', () => {
    for (const each of functions()) {
      const { Variables } = each['Environment'] as { Variables: Record<string, unknown> };
      const written = Object.entries(Variables).map(
        ([name, value]) => name + text(value).replace(/<\w+>/g, '1234567'),
      );
      expect(written.join('').length).toBeLessThan(4096 / 2);
    }
  });
});

describe('the delivery stack', () => {
  it('keeps applications, environments and profiles under the ids they always had, and when they are removed', () => {
    const kept = ['Application', 'Environment', 'ConfigurationProfile'].flatMap((type) =>
      Object.entries(made().ofType('Delivery', `AWS::AppConfig::${type}`)),
    );
    expect(kept.map(([id]) => id)).toEqual([
      'treasurehuntApplication82280B7C',
      'treasurehuntEnvironmentstaging4DB052B5',
      'treasurehuntEnvironmentproductionDE9534C1',
      'treasurehuntProfilegameplay4757CCC8',
      'treasurehuntProfilelimits05E6AAE9',
    ]);
    for (const [, resource] of kept) {
      expect(resource).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });

  it('has every strategy as the rules describe it', () => {
    const deployed = properties('Delivery', 'AWS::AppConfig::DeploymentStrategy');
    expect(deployed).toHaveLength(Object.keys(strategies).length);
    expect(deployed).toContainEqual({
      Name: 'veltrix-main-canary-10',
      Description: '10, 20, 40, 80, 100 percent over 20 minutes; bakes 10 minutes',
      DeploymentDurationInMinutes: 20,
      GrowthType: 'EXPONENTIAL',
      GrowthFactor: 10,
      FinalBakeTimeInMinutes: 10,
      ReplicateTo: 'NONE',
    });
  });

  it('makes each profile’s own function its validator, which may be asked before the profile is there', () => {
    const profiles = Object.values(made().ofType('Delivery', 'AWS::AppConfig::ConfigurationProfile'));
    const validators = profiles.map(({ Properties, DependsOn }) => {
      const [validator] = Properties['Validators'] as { Type: string; Content: unknown }[];
      const id = text(validator?.Content).replace(/^<(.*)\.Arn>$/, '$1');
      const variables = made().resources('Delivery')[id]?.Properties['Environment'];
      expect(DependsOn?.some((each) => each.startsWith(`${id.slice(0, -8)}AppConfig`))).toBe(true);
      return [Properties['Name'], Properties['LocationUri'], validator?.Type, variables];
    });
    const variables = (profile: string) => ({
      Variables: {
        NODE_OPTIONS: '--enable-source-maps',
        VELTRIX_APPLICATION: 'treasure-hunt',
        VELTRIX_PROFILE: profile,
        VELTRIX_SCHEMA_VERSION: '1',
      },
    });
    expect(validators).toEqual([
      ['gameplay', 'hosted', 'LAMBDA', variables('gameplay')],
      ['limits', 'hosted', 'LAMBDA', variables('limits')],
    ]);
  });

  it('gives each publish function its own environment, and the ids of the profiles and strategies', () => {
    const publish = made().named(
      'Delivery',
      'AWS::Lambda::Function',
      'veltrix-main-publish-treasure-hunt-production',
    );
    const { Variables } = publish.Properties['Environment'] as { Variables: Record<string, unknown> };
    const told = Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, text(value)]));
    expect(told).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      VELTRIX_APPLICATION: 'treasure-hunt',
      VELTRIX_ENVIRONMENT: 'production',
      VELTRIX_APPLICATION_ID: '<treasurehuntApplication82280B7C>',
      VELTRIX_ENVIRONMENT_ID: '<treasurehuntEnvironmentproductionDE9534C1>',
      VELTRIX_PROFILE_IDS:
        '{"gameplay":"<treasurehuntProfilegameplay4757CCC8>","limits":"<treasurehuntProfilelimits05E6AAE9>"}',
      VELTRIX_STRATEGY_IDS:
        '{"immediate":"<Strategyimmediate>","linear-50":"<Strategylinear50>","linear-20":"<Strategylinear20>","canary-10":"<Strategycanary10>"}',
      VELTRIX_DEFAULT_STRATEGY: 'canary-10',
      VELTRIX_QUEUES_TABLE: 'veltrix-main-queues',
      VELTRIX_ROLLOUTS_TABLE: 'veltrix-main-rollouts',
    });
  });

  it('tells fan-out of all five steps, for each application', () => {
    const extension = made().resources('Delivery')['ChangesExtension2E22BC8A']?.Properties;
    const actions = Object.entries(
      extension?.['Actions'] as Record<string, { Uri: unknown; RoleArn: unknown }[]>,
    );
    expect(actions.map(([point, [action]]) => [point, text(action?.Uri), text(action?.RoleArn)])).toEqual(
      ['START', 'STEP', 'BAKING', 'COMPLETE', 'ROLLED_BACK'].map((point) => [
        `ON_DEPLOYMENT_${point}`,
        '<ChangesFanOutFunction81A8E0DF.Arn>',
        '<ChangesExtensionRole6D3C9A09.Arn>',
      ]),
    );
    expect(associationsOf('ChangesExtension2E22BC8A')).toEqual([treasureHuntArn]);
  });

  it('wakes fan-out every minute, and keeps hints that failed', () => {
    const rule = made().resources('Delivery')['ChangesEveryMinute70CCC960'];
    expect(rule?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    const about = invokeConfigOf('ChangesFanOutFunction81A8E0DF');
    expect(about).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 900 });
    expect(failuresGoTo(about)).toMatch(/:veltrix-main-dead-letters$/);
  });
});

describe('the guard', () => {
  it('has one processor, ends when AppConfig no longer waits, and five places of its own', () => {
    const guard = made().named('Delivery', 'AWS::Lambda::Function', 'veltrix-main-guard-rollout');
    expect(guard.Properties).toMatchObject({
      MemorySize: 1769,
      Timeout: 3,
      ReservedConcurrentExecutions: 5,
      Environment: {
        Variables: {
          VELTRIX_NODES_TABLE: 'veltrix-main-nodes',
          VELTRIX_ROLLOUTS_TABLE: 'veltrix-main-rollouts',
        },
      },
    });
  });

  it('is the only function with places of its own', () => {
    const reserved = [
      ...properties('Delivery', 'AWS::Lambda::Function'),
      ...properties('Fleet', 'AWS::Lambda::Function'),
    ].filter((each) => 'ReservedConcurrentExecutions' in each);
    expect(reserved.map((each) => each['FunctionName'])).toEqual(['veltrix-main-guard-rollout']);
  });

  it('is asked at every tick in each environment, and the ends of deployments go to the event bus', () => {
    const extension = made().resources('Delivery')['GuardExtension0F4BAAD3']?.Properties;
    const actions = Object.entries(
      extension?.['Actions'] as Record<string, { Uri: unknown; RoleArn?: unknown }[]>,
    );
    const told = actions.map(([point, all]) => [
      point,
      ...all.flatMap(({ Uri, RoleArn }) => [text(Uri), RoleArn === undefined ? 'no role' : text(RoleArn)]),
    ]);
    const bus = 'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default';
    expect(told).toEqual([
      ['AT_DEPLOYMENT_TICK', '<GuardFunction945E30EE.Arn>', '<GuardExtensionRole74F39067.Arn>'],
      ['ON_DEPLOYMENT_COMPLETE', bus, 'no role'],
      ['ON_DEPLOYMENT_ROLLED_BACK', bus, 'no role'],
    ]);
    expect(associationsOf('GuardExtension0F4BAAD3')).toEqual([
      `${treasureHuntArn}/environment/<treasurehuntEnvironmentstaging4DB052B5>`,
      `${treasureHuntArn}/environment/<treasurehuntEnvironmentproductionDE9534C1>`,
    ]);
  });

  it('is asked from the moment on at which it may read', () => {
    const association = made().resources('Delivery')['GuardAssociationtreasurehuntstaging9C36B640'];
    expect(association?.DependsOn).toContain('GuardRoleDefaultPolicy29FB61F6');
    expect(association?.DependsOn).toContain('GuardFunction945E30EE');
  });
});

describe('the queue of an environment', () => {
  const rules = (environment: string) =>
    Object.entries(made().ofType('Delivery', 'AWS::Events::Rule'))
      .filter(([id]) => id.startsWith(`treasurehuntTurns${environment}`))
      .map(([, { Properties }]) => Properties);

  it.each([
    { environment: 'staging', id: 'treasurehuntEnvironmentstaging4DB052B5' },
    { environment: 'production', id: 'treasurehuntEnvironmentproductionDE9534C1' },
  ])('has its turn when a deployment of $environment ends, however it ends', ({ environment, id }) => {
    const [ended] = rules(environment);
    expect(ended?.['EventPattern']).toEqual({
      source: ['aws.appconfig'],
      'detail-type': ['On Deployment Complete', 'On Deployment Rolled Back'],
      detail: {
        Application: { Id: [{ Ref: 'treasurehuntApplication82280B7C' }] },
        Environment: { Id: [{ Ref: id }] },
      },
    });
  });

  it('has its turn every minute, too', () => {
    expect(rules('staging')[1]).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(rules('staging')).toHaveLength(2);
  });

  it.each([
    { environment: 'staging', id: 'treasurehuntPublishstagingFunctionA212F9A0' },
    { environment: 'production', id: 'treasurehuntPublishproductionFunction780BBC71' },
  ])('wakes the publish function of $environment, whatever the event says', ({ environment, id }) => {
    for (const rule of rules(environment)) {
      const [target, ...others] = rule['Targets'] as { Arn: unknown; Input: unknown }[];
      expect(text(target?.Arn)).toBe(`<${id}.Arn>`);
      expect(target?.Input).toBe('{"advance":true}');
      expect(advanceRequestSchema.safeParse(JSON.parse(String(target?.Input))).success).toBe(true);
      expect(others).toEqual([]);
    }
  });

  it('tries no turn twice, since the next is a minute away, and keeps those that failed', () => {
    const about = invokeConfigOf('treasurehuntPublishstagingFunctionA212F9A0');
    expect(about).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(failuresGoTo(about)).toMatch(/:veltrix-main-dead-letters$/);
  });
});

describe('the fleet stack', () => {
  it('hands batches of the stream to record-load, halves those that fail, and gives up in time', () => {
    const [mapping] = properties('Fleet', 'AWS::Lambda::EventSourceMapping');
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 1,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 300,
    });
    expect(text(mapping?.['EventSourceArn'])).toMatch(/:stream\/veltrix-main-load$/);
    expect(failuresGoTo(mapping)).toMatch(/:veltrix-main-dead-letters$/);
  });

  it('makes the mapping when the role may read the stream', () => {
    const [mapping] = Object.values(made().ofType('Fleet', 'AWS::Lambda::EventSourceMapping'));
    expect(mapping?.DependsOn).toEqual(['RecordLoadRoleDefaultPolicyA6D746A7']);
  });

  it('tells who shares out whose work that is', () => {
    const assign = made().named('Fleet', 'AWS::Lambda::Function', 'veltrix-main-assign-partitions');
    expect(assign.Properties['Environment']).toMatchObject({
      Variables: { VELTRIX_ROUTED_CLUSTERS: '["treasure-hunt/staging","treasure-hunt/production"]' },
    });
  });

  it('tells record-load whose work is shared out, and whom to ask', () => {
    const recordLoad = made().named('Fleet', 'AWS::Lambda::Function', 'veltrix-main-record-load');
    expect(recordLoad.Properties['Environment']).toMatchObject({
      Variables: {
        VELTRIX_ASSIGNMENTS_TABLE: 'veltrix-main-assignments',
        VELTRIX_ASSIGN_FUNCTION: 'veltrix-main-assign-partitions',
        VELTRIX_ROUTED_CLUSTERS: '["treasure-hunt/staging","treasure-hunt/production"]',
      },
    });
  });

  it('has every cluster looked at each minute', () => {
    const [rule] = properties('Fleet', 'AWS::Events::Rule');
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    const [target] = (rule?.['Targets'] ?? []) as { Arn: unknown; Input: string }[];
    expect([text(target?.Arn), target?.Input]).toEqual([
      '<AssignmentAssignPartitionsFunction03E7941D.Arn>',
      '{"every":"cluster"}',
    ]);
  });

  it('never runs an assignment again that failed: the next turn knows more', () => {
    const [config] = properties('Fleet', 'AWS::Lambda::EventInvokeConfig');
    expect(config).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(config).not.toHaveProperty('DestinationConfig');
    const assign = made().named('Fleet', 'AWS::Lambda::Function', 'veltrix-main-assign-partitions');
    expect(assign.Properties).toMatchObject({ MemorySize: 1769, Timeout: 30 });
    expect(assign.Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});
