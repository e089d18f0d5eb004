/** Nobody looks on: an environment without its guard, alarms that tell nobody; and what another stage holds. */

import { describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../../core/errors.js';
import { findsOne, inHealthyWorld, inShort } from './examining.js';

const world = inHealthyWorld();

/** Two stages, of which `main` is looked at. */
function lists({ main = '', staging = '' }: { readonly main?: string; readonly staging?: string }): void {
  world().project.write(
    'infra/stages.ts',
    `export const stages = [
      { name: 'live', account: '444455556666', environments: { production: { strategy: 'canary-10' } } },
      { name: 'main', account: '111122223333', ${main}
        environments: { staging: { strategy: 'linear-50', ${staging} } } },
    ];`,
  );
}
const topic = `alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call',`;
const takeGuard = () => Object.assign(world().cloud, { guarded: ['production'] });

describe('of who looks on is found', () => {
  findsOne(world, [
    [
      'an environment whose guard the files take away',
      () => lists({ main: topic, staging: 'guarded: false' }),
      {
        short: 'warn rollouts quest/staging',
        what: /^is not guarded: infra\/stages\.ts says `guarded: false`$/,
        why: /one that hurts reaches all/,
        next: /^take the line out .* and deploy$/,
      },
    ],
    [
      'an environment whose guard somebody took away',
      () => {
        lists({ main: topic });
        takeGuard();
      },
      {
        short: 'bad rollouts quest/staging',
        what: /^is not guarded, and infra\/stages\.ts means it to be: the guard’s extension is not attached to it$/,
        why: /one that hurts reaches all/,
        next: /with `guarded: false` in infra\/stages\.ts, then once more without/,
      },
    ],
    [
      'one without a guard where no stages are listed',
      takeGuard,
      {
        short: 'warn rollouts quest/staging',
        what: /^is not guarded: the guard’s extension is not attached to it$/,
        why: /one that hurts reaches all/,
        next: /guarded: false/,
      },
    ],
    [
      'a stage of an account whose alarms tell nobody',
      () => lists({}),
      {
        short: 'warn functions alarms of stage main',
        what: /^tell nobody: it names no topic$/,
        why: /console alone/,
        next: /alarmTopicArn/,
      },
    ],
  ]);

  it('nothing, where AppConfig does not say what the guard is attached to, but that', async () => {
    const cause = Object.assign(new Error('Access denied'), { name: 'AccessDeniedException' });
    const denied = new ServiceUnavailable('no', { hint: '', cause });
    Object.assign(world().cloud.upkeep, { extended: () => Promise.reject(denied) });
    expect((await world().examine()).findings).toMatchObject([
      {
        level: 'unknown',
        what: 'lack appconfig:ListExtensionAssociations: what the guard is attached to cannot be read',
      },
    ]);
  });
});

describe('what another stage holds', () => {
  it('is not missing in this one', async () => {
    lists({ main: topic });
    const { findings, clusters } = await world().examine({});
    expect(clusters).toEqual(['quest/staging']);
    expect(findings).toEqual([]);
  });

  it('is not missing either where AppConfig does not say what there is', async () => {
    lists({ main: topic });
    const sick = new ServiceUnavailable('could not look', { hint: 'Try again.', retryable: true });
    Object.assign(world().cloud, { applications: () => Promise.reject(sick) });
    const { findings, clusters } = await world().examine({});
    expect(clusters).toEqual(['quest/staging']);
    expect(findings.map(inShort)).toEqual(['unknown access AWS']);
  });

  it('is no new name of what is left behind', async () => {
    lists({ main: topic });
    Object.assign(world().cloud, { environments: async () => ['staging', 'old'] });
    const { findings } = await world().examine({});
    expect(findings.filter(({ level }) => level === 'bad')).toEqual([]);
    expect(findings.map(inShort)).toContain('warn files quest/old');
  });
});
