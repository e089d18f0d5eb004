import { Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { ChangeSubscription, type ChangeSubscriptionProps } from '../../infra/change-subscription.js';
import { type Resource, scratchApps, text } from './assembly.js';

const scratchApp = scratchApps();

type About = Omit<ChangeSubscriptionProps, 'handler'>;

/** A stack with one subscription. */
function subscribed(about: (stack: Stack) => About = () => ({})): Record<string, Resource> {
  const app = scratchApp();
  const stack = new Stack(app, 'Mine');
  const handler = new LambdaFunction(stack, 'Handler', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {};'),
  });
  new ChangeSubscription(stack, 'Mine', { handler, ...about(stack) });
  return app.synth().getStackByName('Mine').template.Resources;
}

function mappingOf(resources: Record<string, Resource>): Resource {
  const found = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  if (found.length !== 1 || !found[0]) throw new Error(`there are ${found.length} mappings`);
  return found[0];
}

/** What a record must match; undefined when every record does. */
function patternOf(about: About): unknown {
  const criteria = mappingOf(subscribed(() => about)).Properties['FilterCriteria'];
  if (criteria === undefined) return undefined;
  const { Filters } = criteria as { Filters: { Pattern: string }[] };
  expect(Filters).toHaveLength(1);
  return JSON.parse(Filters[0]?.Pattern ?? '');
}

const destinationOf = (mapping: Resource): string => {
  const { OnFailure } = mapping.Properties['DestinationConfig'] as { OnFailure: { Destination: unknown } };
  return text(OnFailure.Destination);
};

describe('a subscription', () => {
  it('reads the stage’s changes from now on, keeps their order, and isolates what fails', () => {
    const mapping = mappingOf(subscribed());
    expect(mapping.Properties).toMatchObject({
      StartingPosition: 'LATEST',
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
    });
    // Without it Lambda tries as long as the stream keeps a record.
    expect(mapping.Properties).not.toHaveProperty('MaximumRecordAgeInSeconds');
    expect(mapping.Properties).not.toHaveProperty('ParallelizationFactor');
    expect(text(mapping.Properties['EventSourceArn'])).toBe(
      'arn:<AWS::Partition>:kinesis:<AWS::Region>:<AWS::AccountId>:stream/veltrix-main-changes',
    );
    expect(destinationOf(mapping)).toMatch(/:veltrix-main-dead-letters$/);
  });

  it('is to another stage, from another place, with other patience, as its owner says', () => {
    const mapping = mappingOf(
      subscribed((stack) => ({
        stage: 'trial',
        startingPosition: StartingPosition.TRIM_HORIZON,
        retriesMax: 3,
        deadLetters: new Queue(stack, 'Mine-DeadLetters'),
      })),
    );
    expect(mapping.Properties).toMatchObject({ StartingPosition: 'TRIM_HORIZON', MaximumRetryAttempts: 3 });
    expect(text(mapping.Properties['EventSourceArn'])).toMatch(/:stream\/veltrix-trial-changes$/);
    expect(destinationOf(mapping)).toMatch(/^<MineDeadLetters\w+\.Arn>$/);
  });

  it('lets the function read the stream and send what it gives up, and nothing else', () => {
    const policies = Object.values(subscribed()).filter(({ Type }) => Type === 'AWS::IAM::Policy');
    const statements = policies.flatMap(
      ({ Properties }) =>
        (Properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement,
    );
    const allowed = statements.map(({ Action, Resource, Effect }) => [Effect, Action, text(Resource)]);
    expect(allowed).toEqual([
      [
        'Allow',
        [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
        ],
        'arn:<AWS::Partition>:kinesis:<AWS::Region>:<AWS::AccountId>:stream/veltrix-main-changes',
      ],
      [
        'Allow',
        ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
        'arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:veltrix-main-dead-letters',
      ],
    ]);
  });

  it('begins when the function may read', () => {
    expect(mappingOf(subscribed()).DependsOn).toEqual([
      expect.stringMatching(/^HandlerServiceRoleDefaultPolicy/),
    ]);
  });
});

describe('what a subscription gets', () => {
  it('is everything, unless it says less', () => {
    expect(patternOf({})).toBeUndefined();
  });

  it('is of the types it names', () => {
    expect(patternOf({ types: ['dev.veltrix.deployment.completed'] })).toEqual({
      data: { type: ['dev.veltrix.deployment.completed'] },
    });
  });

  it('is what an application or environment holds, not what only begins like it', () => {
    expect(patternOf({ subjects: ['shop', 'treasure-hunt/staging'] })).toEqual({
      data: { subject: [{ prefix: 'shop/' }, { prefix: 'treasure-hunt/staging/' }] },
    });
  });

  it('is of exactly the profiles it names', () => {
    expect(
      patternOf({
        types: ['dev.veltrix.deployment.started', 'dev.veltrix.deployment.reverted'],
        subjects: ['treasure-hunt/staging/gameplay'],
      }),
    ).toEqual({
      data: {
        type: ['dev.veltrix.deployment.started', 'dev.veltrix.deployment.reverted'],
        subject: ['treasure-hunt/staging/gameplay'],
      },
    });
  });

  it.each([
    { about: { types: [] }, why: /gets nothing: leave the list out/ },
    { about: { subjects: [] }, why: /gets nothing: leave the list out/ },
    { about: { subjects: ['treasure-hunt/'] }, why: /"treasure-hunt\/" is not an address: a part is empty/ },
    {
      about: { subjects: ['shop/staging/tax@3'] },
      why: /shop\/staging\/tax@3: a subscription is to every version/,
    },
    {
      about: { subjects: Array.from({ length: 200 }, (_, index) => `application-${index}`) },
      why: /do not fit 4096 characters/,
    },
  ] satisfies { about: About; why: RegExp }[])('is something: $why', ({ about, why }) => {
    expect(() => patternOf(about)).toThrow(why);
  });
});
