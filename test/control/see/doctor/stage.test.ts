/** What the stage runs on, broken. */

import { describe, expect, it } from 'vitest';
import { findsOne, inHealthyWorld, inShort } from './examining.js';

const world = inHealthyWorld();

describe('of what the stage runs on is found', () => {
  findsOne(world, [
    [
      'a function that is not there',
      () => world().cloud.functions.set('veltrix-main-guard-rollout', undefined),
      {
        short: 'bad functions function veltrix-main-guard-rollout',
        what: /^is not there$/,
        why: /AppConfig rolls every guarded rollout back/,
        next: /cdk deploy/,
      },
    ],
    [
      'a function whose last update failed',
      () =>
        world().cloud.functions.set('veltrix-main-publish-quest-staging', {
          variables: {},
          failure: 'The role is gone.',
        }),
      {
        short: 'bad functions function veltrix-main-publish-quest-staging',
        what: /does not work as it was deployed last/,
        why: /^The role is gone\. Without it, nobody can publish to quest\/staging\.$/,
        next: /aws lambda get-function-configuration --function-name veltrix-main-publish-quest-staging/,
      },
    ],
    [
      'an event source that is switched off',
      () => Object.assign(world().cloud, { sources: [{ stream: 'veltrix-main-load', isEnabled: false }] }),
      {
        short: 'bad reports reports of nodes',
        what: /switched off/,
        why: /every node looks silent/,
        next: /list-event-source-mappings --function-name veltrix-main-record-load/,
      },
    ],
    [
      'an event source that fails',
      () =>
        Object.assign(world().cloud, {
          sources: [{ stream: 'x', isEnabled: true, lastResult: 'PROBLEM: Function call failed' }],
        }),
      {
        short: 'bad reports reports of nodes',
        what: /are not recorded: PROBLEM: Function call failed/,
        why: /nodes look silent/,
        next: /aws logs tail \/aws\/lambda\/veltrix-main-record-load/,
      },
    ],
    [
      'no event source',
      () => Object.assign(world().cloud, { sources: [] }),
      {
        short: 'bad reports reports of nodes',
        what: /are not handed to veltrix-main-record-load/,
        why: /silent/,
        next: /cdk deploy/,
      },
    ],
    [
      'no stream',
      () => Object.assign(world().cloud, { shards: undefined }),
      {
        short: 'bad reports stream veltrix-main-load',
        what: /is not there/,
        why: /Nodes cannot report/,
        next: /cdk deploy/,
      },
    ],
    [
      'dead letters',
      () => Object.assign(world().cloud, { letters: 3 }),
      {
        short: 'warn reports dead letters',
        what: /^hold 3 messages$/,
        why: /set aside/,
        next: /aws sqs receive-message .*--queue-name veltrix-main-dead-letters/,
      },
    ],
    [
      'no queue of dead letters',
      () => Object.assign(world().cloud, { letters: undefined }),
      { short: 'bad reports dead letters', what: /no queue/, why: /lost/, next: /cdk deploy/ },
    ],
    [
      'nobody who asks',
      () => Object.assign(world().cloud, { arn: undefined }),
      {
        short: 'unknown access identity',
        what: /is not known/,
        why: /credentials/,
        next: /^aws sts get-caller-identity$/,
      },
    ],
  ]);

  it('nothing of an event source whose function is not there: that is told', async () => {
    world().cloud.functions.set('veltrix-main-record-load', undefined);
    Object.assign(world().cloud, { sources: [] });
    expect((await world().examine()).findings.map(inShort)).toEqual([
      'bad functions function veltrix-main-record-load',
    ]);
  });

  it('that nothing is deployed at all', async () => {
    Object.assign(world().cloud, { applications: async () => [] });
    const { findings, clusters } = await world().examine({});
    expect(clusters).toEqual([]);
    expect(findings).toMatchObject([{ level: 'bad', check: 'functions', what: 'has no application' }]);
  });
});
