import { describe, expect, it } from 'vitest';
import { applications } from '../../config/applications.js';
import { bundleFunctions } from '../../infra/bundle.js';
import { DeliveryStack } from '../../infra/stacks/delivery-stack.js';
import { defaultStrategy, guardConcurrency, type Stage, stages, stagesSchema } from '../../infra/stages.js';
import { scratchApps } from './assembly.js';

const scratchApp = scratchApps();

const of = (name: string, about: object = {}) => ({ name, strategies: {}, otherwise: 'linear-20', ...about });

const messageOf = (stage: object) => stagesSchema.safeParse([stage]).error?.issues[0]?.message;

const only = (about: object): Stage => {
  const [stage] = stagesSchema.parse([of('main', about)]);
  if (!stage) throw new Error('there is no stage');
  return stage;
};

describe('a stage', () => {
  it('has an account and region of its own', () => {
    const [ireland, frankfurt] = [{ region: 'eu-west-1' }, { region: 'eu-central-1' }];
    expect(stagesSchema.safeParse([of('one', ireland), of('two', frankfurt)]).success).toBe(true);
    expect(stagesSchema.safeParse([of('one'), of('two')]).error?.issues[0]?.message).toBe(
      'must each have an account and region of its own',
    );
  });

  it('has a default strategy for environments that it does not name', () => {
    const [stage] = stages;
    if (!stage) throw new Error('there is no stage');
    expect(defaultStrategy(stage, 'staging')).toBe('linear-50');
    expect(defaultStrategy(stage, 'elsewhere')).toBe('linear-20');
  });

  it('takes the ARN of a topic for alarms, and nothing like it', () => {
    expect(only({ alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call' }).alarmTopicArn).toBe(
      'arn:aws:sns:eu-central-1:111122223333:on-call',
    );
    for (const wrong of ['on-call', 'arn:aws:sqs:eu-central-1:111122223333:on-call'])
      expect(messageOf(of('main', { alarmTopicArn: wrong }))).toBe('must be the ARN of a topic');
  });
});

describe('the guard of a stage', () => {
  /** What is associated with extensions in a stage. */
  const associated = (about: object): string[] => {
    const app = scratchApp();
    const stack = new DeliveryStack(app, 'Delivery', { stage: only(about), applications });
    const { Resources } = app.synth().getStackByName(stack.stackName).template;
    return Object.keys(Resources).filter((id) => /^(Changes|Guard)Association/.test(id));
  };

  it('is there unless the stage says otherwise, and changes are told all the same', () => {
    bundleFunctions();
    expect(associated({})).toHaveLength(2);
    expect(associated({ guarded: false })).toEqual([expect.stringMatching(/^Changes/)]);
  });
});

describe('the places that are kept free for the guard', () => {
  it.each([
    { environments: 1, places: 5 },
    { environments: 5, places: 5 },
    { environments: 7, places: 7 },
  ])('are $places for $environments environments, when nobody says', ({ environments, places }) => {
    expect(guardConcurrency(only({}), environments)).toBe(places);
  });

  it('are as many as the stage says, none for 0', () => {
    expect(guardConcurrency(only({ guardReservedConcurrency: 20 }), 7)).toBe(20);
    expect(guardConcurrency(only({ guardReservedConcurrency: 7 }), 7)).toBe(7);
    expect(guardConcurrency(only({ guardReservedConcurrency: 0 }), 7)).toBeUndefined();
  });

  it('are not fewer than environments that may roll out at once', () => {
    expect(() => guardConcurrency(only({ guardReservedConcurrency: 6 }), 7)).toThrow(
      /^guardReservedConcurrency is 6 for 7 environments: .* write at least 7, or 0 to reserve none$/,
    );
  });

  it('are a whole number', () => {
    for (const wrong of [-1, 2.5])
      expect(stagesSchema.safeParse([of('main', { guardReservedConcurrency: wrong })]).success).toBe(false);
  });
});
