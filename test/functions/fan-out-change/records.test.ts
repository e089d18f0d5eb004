import { describe, expect, it } from 'vitest';
import { changeEventSchema } from '../../../core/delivery/change-events.js';
import { summaryOf } from '../../../core/guard/report.js';
import { publication, report } from '../../aws/dynamodb/rollout-records-contract.js';
import { deploy, schedule, teller, world } from './teller.js';

const cluster = 'app/staging';
const where = { cluster, deployment: 1 };
const typeOf = ({ type }: { readonly type: string }) => type.split('.').at(-1);

describe('who, why and the verdict', () => {
  it('are told in full where they were kept', async () => {
    const about = world();
    await deploy(about, 'staging');
    await about.rollouts.savePublication(cluster, 1, publication);
    await teller(about).tell(schedule);
    expect(about.events[0]?.data).toEqual({
      application: 'app',
      environment: 'staging',
      profile: 'gameplay',
      version: 1,
      label: 'v1-00000000',
      deployment: 1,
      ordinal: 0,
      triggeredBy: 'USER',
      description: 'Deployment started',
      author: 'anna',
      reason: 'größere Clues — für die Kinder',
      caller: 'arn:aws:sts::000000000000:assumed-role/deployer/anna',
      commit: '0123456789abcdef0123456789abcdef01234567',
      strategy: 'linear-20',
    });
  });

  it('leave out what the publisher did not prove or say', async () => {
    const about = world();
    await deploy(about, 'staging');
    const { caller: _caller, commit: _commit, ...rest } = publication;
    await about.rollouts.savePublication(cluster, 1, rest);
    await teller(about).tell(schedule);
    expect(about.events[0]?.data).not.toHaveProperty('caller');
    expect(about.events[0]?.data).not.toHaveProperty('commit');
  });

  it.each([
    ['a completion and its revert', ['completed', 'reverted']],
    ['a rollback', ['rolling-back', 'rolled-back']],
  ])('have the guard’s last word on %s, and on no step before', async (_, expected) => {
    const about = world();
    await deploy(about, 'staging');
    await about.rollouts.writeGuard(where, { report: report('evidence 40') }, 0);
    if (expected.includes('reverted')) {
      about.appConfig.finish('staging');
      about.appConfig.revert('staging', 'gameplay');
    } else {
      about.appConfig.step('staging');
      about.appConfig.rollBack('staging');
    }
    await teller(about).tell(schedule);
    const judged = about.events.filter(({ data }) => data.guard !== undefined);
    expect(judged.map(typeOf)).toEqual(expected);
    for (const { data } of judged) expect(data.guard).toEqual(summaryOf(report('evidence 40')));
    expect(about.events.length).toBeGreaterThan(judged.length);
    for (const event of about.events) expect(changeEventSchema.parse(event)).toEqual(event);
  });

  it('are each deployment’s own', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await deploy(about, 'staging', 'limits');
    await about.rollouts.savePublication(cluster, 2, { ...publication, author: 'ben' });
    await teller(about).tell(schedule);
    const authors = about.events.map(({ data }) => `${data.deployment} ${data.author}`);
    expect([...new Set(authors)].toSorted()).toEqual(['1 anna', '2 ben']);
    expect(about.events[0]?.data.reason).toBe('why');
  });

  it('are read once for all that is told, and not at all when nothing is', async () => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.finish('staging');
    await deploy(about, 'staging', 'limits');
    const reads: unknown[] = [];
    const { tell } = teller(about, {
      rollouts: (rollouts) => ({
        read: (...what) => {
          reads.push(what);
          return rollouts.read(...what);
        },
      }),
    });
    await tell(schedule);
    await tell(schedule);
    expect(reads).toEqual([[cluster, [1, 2]]]);
  });

  it('hold nothing up when they cannot be read: the same events, by the same ids', async () => {
    const [about, reference] = [world(), world()];
    for (const one of [about, reference]) {
      await deploy(one, 'staging');
      one.appConfig.finish('staging');
      await one.rollouts.savePublication(cluster, 1, publication);
      await one.rollouts.writeGuard(where, { report: report('x') }, 0);
    }
    const { tell, counts, lines } = teller(about, {
      rollouts: () => ({ read: () => Promise.reject(new Error('no table')) }),
    });
    await tell(schedule);
    await teller(reference).tell(schedule);
    expect(about.events.map(({ id }) => id)).toEqual(reference.events.map(({ id }) => id));
    expect(about.events[0]?.data).toMatchObject({ author: 'anna', reason: 'why' });
    expect(about.events.some(({ data }) => 'guard' in data || 'strategy' in data)).toBe(false);
    expect(counts()).toEqual({ ChangesPut: 4, FanOutsUnrecorded: 1 });
    expect(lines()).toContain('error could not read records of rollouts Error: no table');
  });

  it('are not asked of older events: those without them still parse', () => {
    const old = {
      specversion: '1.0',
      id: 'app/staging/gameplay#1.0',
      source: '/veltrix/app/staging',
      type: 'dev.veltrix.deployment.completed',
      subject: 'app/staging/gameplay',
      time: '2026-01-01T00:00:02.000Z',
      datacontenttype: 'application/json',
      partitionkey: 'app/staging/gameplay',
      data: {
        application: 'app',
        environment: 'staging',
        profile: 'gameplay',
        version: 1,
        deployment: 1,
        ordinal: 3,
        triggeredBy: 'APPCONFIG',
        description: 'Deployment completed',
        author: 'anna',
        reason: 'why',
      },
    };
    expect(changeEventSchema.parse(old)).toEqual(old);
  });
});

describe('a guard that did not answer', () => {
  it.each([
    [
      'Error invoking extension veltrix-main-guard: Task timed out after 3.00 seconds',
      { GuardUnanswered: 1 },
    ],
    ['Veltrix guard: unhealthy: 2 of 2 nodes that took it fell silent (a, b)', {}],
  ])('is counted once, when AppConfig says "%s"', async (why, counted) => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.step('staging');
    about.appConfig.rollBack('staging', 'APPCONFIG', why);
    const { tell, counts } = teller(about);
    await tell(schedule);
    await tell(schedule);
    const { ChangesPut: _, ...rest } = counts();
    expect(rest).toEqual(counted);
  });
});

describe('what is counted of changes', () => {
  it('is each deployment that began, arrived or was undone, once and for its environment', async () => {
    const about = world();
    await deploy(about, 'staging');
    const { tell, told } = teller(about);
    await tell(schedule);
    expect(told).toEqual([['app/staging', { DeploymentsStarted: 1 }]]);
    about.appConfig.finish('staging');
    await tell(schedule);
    await tell(schedule);
    await deploy(about, 'production', 'limits');
    about.appConfig.rollBack('production', 'USER', 'no');
    await tell(schedule);
    expect(told.slice(1)).toEqual([
      ['app/staging', { DeploymentsCompleted: 1 }],
      ['app/production', { DeploymentsStarted: 1, DeploymentsUndone: 1 }],
    ]);
  });

  it.each([
    ['CLOUDWATCH_ALARM', { MonitorRollbacks: 1 }],
    ['USER', {}],
  ] as const)('is a rollback for the alarm of the environment: %s', async (by, counted) => {
    const about = world();
    await deploy(about, 'staging');
    about.appConfig.rollBack('staging', by, 'checkout-errors is in ALARM');
    const { tell, counts } = teller(about);
    await tell(schedule);
    const { ChangesPut: _, ...rest } = counts();
    expect(rest).toEqual(counted);
  });
});
