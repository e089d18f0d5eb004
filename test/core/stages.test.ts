import { describe, expect, it } from 'vitest';
import {
  environmentOf,
  parseStages,
  type Stage,
  type StageRow,
  stageNamed,
  stageOf,
} from '../../core/stages.js';

const row = (name: string, environments: readonly string[], about: object = {}): StageRow => ({
  name,
  environments: Object.fromEntries(environments.map((each) => [each, { strategy: 'linear-20' }])),
  ...about,
});

const main = (about: object = {}) => row('main', ['staging', 'production'], about);

function only(about: object = {}): Stage {
  const [stage] = parseStages([main(about)]);
  if (!stage) throw new Error('there is no stage');
  return stage;
}

const [ireland, frankfurt] = [
  { account: '111122223333', region: 'eu-west-1' },
  { account: '444455556666', region: 'eu-central-1' },
];
const two = parseStages([row('main', ['staging'], ireland), row('live', ['production'], frankfurt)]);

/** What is said of stages that are refused. */
function refusal(rows: readonly unknown[]): string {
  try {
    parseStages(rows as readonly StageRow[]);
  } catch (error) {
    expect(error).toMatchObject({
      name: 'UsageError',
      hint: 'Correct infra/stages.ts; docs/stages.md says what a stage may have.',
    });
    return (error as Error).message.replace('The stages are not as they should be: ', '');
  }
  return 'accepted';
}

describe('a stage', () => {
  it('has a default for everything but its name and its environments', () => {
    expect(only()).toEqual({
      name: 'main',
      environments: {
        staging: { strategy: 'linear-20', guarded: true },
        production: { strategy: 'linear-20', guarded: true },
      },
      retention: { logDays: 30, changesDays: 7, loadHours: 24 },
      removal: 'retain',
      key: 'aws-managed',
      alarms: expect.anything(),
    });
  });

  it('may say everything', () => {
    const whole: StageRow = {
      name: 'live',
      account: '111122223333',
      region: 'us-gov-west-1',
      environments: {
        production: {
          strategy: 'canary-10',
          guarded: false,
          alarmTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:111122223333:on-call',
          monitor: {
            alarmArn: 'arn:aws-us-gov:cloudwatch:us-gov-west-1:111122223333:alarm:Checkout fails',
            roleArn: 'arn:aws-us-gov:iam::111122223333:role/team/watches-alarms',
          },
        },
      },
      alarmTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:111122223333:everyone',
      guardReservedConcurrency: 0,
      retention: { logDays: 365, changesDays: 1, loadHours: 8760 },
      removal: 'destroy',
      key: {
        kmsKeyArn: 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
      },
      pipeline: {
        connectionArn: 'arn:aws-us-gov:codeconnections:us-gov-west-1:111122223333:connection/1f2e3d4c-0000',
        repository: 'acme/configuration',
        branch: 'main',
      },
      github: { repository: 'acme/configuration', branch: 'live', provider: 'existing' },
    };
    expect(parseStages([whole])).toEqual([{ ...whole, alarms: expect.anything() }]);
  });

  it('is the same when it is read a second time', () => {
    expect(parseStages(two)).toEqual(two);
  });

  it.each([
    [{ name: 'Main' }, 'name is "Main", expected lower case words joined by "-", starting with a letter'],
    [{ name: 'a-long-stage-name' }, 'name is "a-long-stage-name", expected at most 12 characters'],
    [{ account: '1234' }, 'account is "1234", expected twelve digits'],
    [{ region: 'Frankfurt' }, 'region is "Frankfurt", expected a region, as eu-central-1'],
    [{ colour: 'red' }, 'colour is unknown: the schema has no such key'],
    [
      { environments: { staging: { strategy: 'fast' } } },
      'environments.staging.strategy is "fast", expected one of "immediate", "linear-50", "linear-20", "canary-10"',
    ],
    [
      { environments: { Staging: { strategy: 'linear-50' } } },
      'environments.Staging is no name: expected lower case words joined by "-", starting with a letter, of at most 32 characters',
    ],
    [{ alarmTopicArn: 'on-call' }, 'alarmTopicArn is "on-call", expected the ARN of a topic'],
    [
      { alarmTopicArn: 'arn:aws:sqs:eu-central-1:111122223333:on-call' },
      'alarmTopicArn is "arn:aws:sqs:eu-central-1:111122223333:on-call", expected the ARN of a topic',
    ],
    [{ guardReservedConcurrency: -1 }, 'guardReservedConcurrency is -1, expected at least 0'],
    [{ guardReservedConcurrency: 2.5 }, 'guardReservedConcurrency is 2.5, expected a whole number'],
    [{ retention: { changesDays: 366 } }, 'retention.changesDays is 366, expected at most 365'],
    [{ retention: { loadHours: 23 } }, 'retention.loadHours is 23, expected at least 24'],
    [{ removal: 'maybe' }, 'removal is "maybe", expected one of "retain", "destroy"'],
    [
      { key: 'mine' },
      'key is "mine", expected "aws-owned", "aws-managed", "customer-managed" or { kmsKeyArn: the ARN of a key }',
    ],
    [
      { github: { repository: 'acme' } },
      'github.repository is "acme", expected owner/name, or owner@id/name@id',
    ],
  ])('refuses %j, and says where and what is expected', (about, message) => {
    expect(refusal([main(about)])).toBe(`stages[0].${message}`);
  });

  it('uses topics, alarms and keys of its own region', () => {
    const away = (service: string, resource: string) =>
      `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
    const about = {
      region: 'eu-central-1',
      alarmTopicArn: away('sns', 'on-call'),
      key: { kmsKeyArn: away('kms', 'key/1234abcd') },
      environments: {
        staging: {
          strategy: 'linear-50',
          alarmTopicArn: away('sns', 'staging'),
          monitor: { alarmArn: away('cloudwatch', 'alarm:checkout') },
        },
      },
    };
    const places = [
      'alarmTopicArn',
      'environments.staging.alarmTopicArn',
      'environments.staging.monitor.alarmArn',
      'key.kmsKeyArn',
    ];
    expect(refusal([main(about)])).toBe(
      places
        .map(
          (place) => `stages[0].${place} is in eu-west-1, expected one in eu-central-1, where the stage is`,
        )
        .join('; '),
    );
    expect(refusal([main({ ...about, region: 'eu-west-1' })])).toBe('accepted');
    expect(refusal([main({ ...about, region: undefined })])).toBe('accepted');
  });

  it('keeps logs for as many days as CloudWatch knows', () => {
    expect(refusal([main({ retention: { logDays: 31 } })])).toMatch(
      /^stages\[0\]\.retention\.logDays is 31, expected one of 1, 3, 5, 7, 14, 30, 60, /,
    );
  });

  it('names every mistake', () => {
    expect(refusal([main({ removal: 'maybe', account: '1' })])).toBe(
      'stages[0].account is "1", expected twelve digits; stages[0].removal is "maybe", expected one of "retain", "destroy"',
    );
  });
});

describe('stages', () => {
  it('are at least one', () => {
    expect(refusal([])).toBe('stages is an empty list, expected at least 1 item');
  });

  it.each([
    [{}, {}],
    [{}, ireland],
    [ireland, { account: '111122223333' }],
    [ireland, { region: 'eu-west-1' }],
    [ireland, ireland],
  ])('have an account and region of their own: %j and %j may meet', (one, other) => {
    expect(refusal([row('main', ['staging'], one), row('live', ['production'], other)])).toBe(
      '"main" and "live" may be in one account and region: write account and region of both, two that differ',
    );
  });

  it.each([
    [ireland, { ...ireland, region: 'eu-central-1' }],
    [ireland, { ...ireland, account: '444455556666' }],
    [{ region: 'eu-west-1' }, { region: 'eu-central-1' }],
  ])('may be in %j and %j', (one, other) => {
    expect(refusal([row('main', ['staging'], one), row('live', ['production'], other)])).toBe('accepted');
  });

  it('have names of their own', () => {
    expect(refusal([row('main', ['staging'], ireland), row('main', ['production'], frankfurt)])).toBe(
      'two are named "main"',
    );
  });

  it('share no environment: where would it be published to?', () => {
    const rows = [row('main', ['staging', 'production'], ireland), row('live', ['production'], frankfurt)];
    expect(refusal(rows)).toBe('"main" and "live" both hold environment "production": one of them may');
  });

  it('are found by their name, and by an environment', () => {
    expect(stageNamed(two, 'live').region).toBe('eu-central-1');
    expect(stageOf(two, 'staging')?.name).toBe('main');
    expect(stageOf(two, 'constructor')).toBeUndefined();
    expect(() => stageNamed(two, 'prod')).toThrow(
      expect.objectContaining({
        message: 'There is no stage "prod"',
        hint: 'The stages of infra/stages.ts are main, live.',
      }),
    );
  });

  it('say how an environment is run, and which they hold', () => {
    expect(environmentOf(only(), 'staging').strategy).toBe('linear-20');
    expect(() => environmentOf(only(), 'toString')).toThrow(
      expect.objectContaining({
        message: 'Stage "main" does not hold environment "toString"',
        hint: 'It holds staging, production (infra/stages.ts).',
      }),
    );
  });
});
