/** Undoing against AppConfig over the wire, on a manual clock: what it says, and what a client gets. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createEnvironmentStore } from '../../../aws/appconfig/environment-store.js';
import { planRollback } from '../../../control/act/rollback/plan.js';
import { type RollbackDone, type RollbackOrder, rollback } from '../../../control/act/rollback/rollback.js';
import type { Cloud } from '../../../control/cloud.js';
import { refusalMark } from '../../../core/content/content-problems.js';
import type { EnvironmentStore } from '../../../core/delivery/deployments.js';
import { epochMs } from '../../../core/time.js';
import { all } from '../../aws/all.js';
import { deployAppConfig } from '../../aws/appconfig/deployed-appconfig.js';

const address = { application: 'app', environment: 'staging', profile: 'gameplay' };
const minuteMs = 60_000;

let deployed: Awaited<ReturnType<typeof deployAppConfig>>;
let store: EnvironmentStore;
let cloud: Cloud;
beforeEach(async () => {
  deployed = await deployAppConfig();
  store = createEnvironmentStore(deployed.world.control, deployed.staging);
  cloud = cloudOf(store);
});

/** As much of a stage as undoing needs; time passes only while somebody waits. */
function cloudOf(open: EnvironmentStore): Cloud {
  const unused = () => Promise.reject(new Error('undoing does not need this'));
  const { clock } = deployed.world;
  return {
    stage: 'main',
    target: 'local',
    applications: unused,
    environments: unused,
    environment: async () => ({
      store: open,
      profiles: ['gameplay', 'limits'],
      resource: 'application/a/environment/e',
      hasProfile: () => true,
    }),
    records: { list: async () => [] },
    assignment: () => ({ head: unused, table: unused, roster: unused }),
    drains: { read: unused, write: unused },
    caller: unused,
    secrets: { standing: unused },
    rollouts: { read: unused, saveUndone: async () => undefined, saveRetired: unused },
    retirement: unused,
    queue: unused,
    publish: unused,
    upkeep: {
      region: unused,
      deployedFunction: unused,
      eventSources: unused,
      openShards: unused,
      messages: unused,
      extended: unused,
    },
    changes: () => expect.unreachable(),
    clock: () => epochMs(clock.now()),
    wait: (durationMs) => clock.advance(durationMs),
  };
}

let content = 0;
async function start(profile: string, strategy: string): Promise<number> {
  const versions = await all(store.versions(profile));
  const after = versions[0]?.version ?? 0;
  const bytes = new TextEncoder().encode(`{"n":${++content}}`);
  const label = `v${after + 1}-${String(content).padStart(8, '0')}`;
  await store.createVersion({ profile, bytes, label, description: 'why (anna)', after });
  const latestDeployment = (await all(store.deployments()))[0]?.number ?? 0;
  const request = { profile, version: after + 1, strategy, description: 'why (anna)', latestDeployment };
  const started = await store.startDeployment(request);
  if (started === 'outdated') throw new Error('the environment is busy');
  return started.number;
}

async function complete(profile = 'gameplay'): Promise<void> {
  await start(profile, 'immediate');
  await deployed.world.clock.advance(minuteMs);
}

const states = async () =>
  (await all(store.deployments()))
    .toReversed()
    .map(
      ({ profile, version, state }) => `${profile === 'gameplay' ? '' : `${profile} `}v${version} ${state}`,
    );

async function undo(order: Partial<RollbackOrder> = {}, to?: number): Promise<RollbackDone> {
  const { goal } = await planRollback(cloud, { address, to });
  return rollback(cloud, {
    address,
    goal,
    author: 'anna',
    reason: 'errors',
    mayStop: () => false,
    timeoutMs: 10 * minuteMs,
    ...order,
  });
}

/** What a node that starts now is given; its label. */
async function served(): Promise<string | undefined> {
  const { data } = deployed.world;
  const { InitialConfigurationToken } = await data.startConfigurationSession({
    ApplicationIdentifier: 'app',
    EnvironmentIdentifier: 'staging',
    ConfigurationProfileIdentifier: 'gameplay',
  });
  const answer = await data
    .getLatestConfiguration({ ConfigurationToken: InitialConfigurationToken })
    .catch(() => undefined);
  return answer?.VersionLabel?.split('-')[0];
}

describe('undoing in AppConfig', () => {
  it.each([
    ['on its way', 'linear-50', 0, 'ROLLED_BACK', 'stopped'],
    ['half out', 'linear-50', 1.5, 'ROLLED_BACK', 'stopped'],
    ['that bakes', 'linear-50', 2.5, 'ROLLED_BACK', 'stopped'],
    ['that completed', 'immediate', 1, 'REVERTED', 'reverted'],
    ['that completed 71 hours ago', 'immediate', 71 * 60, 'REVERTED', 'reverted'],
  ])('takes back one %s', async (_, strategy, minutes, state, how) => {
    await complete();
    await start('gameplay', strategy);
    await deployed.world.clock.advance(minutes * minuteMs);
    expect(await undo()).toMatchObject({ how, inForce: { number: 1, version: 1 } });
    expect(await states()).toEqual(['v1 COMPLETE', `v2 ${state}`]);
    expect(await served()).toBe('v1');
  });

  it('deploys the version before where 72 hours are over', async () => {
    await complete();
    await complete();
    await deployed.world.clock.advance(72 * 60 * minuteMs);
    expect(await undo()).toMatchObject({ how: 'redeployed', inForce: { number: 3, version: 1 } });
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'v1 COMPLETE']);
    expect((await store.deployment(3)).description).toBe('rollback of deployment 2: errors (anna)');
    expect(await served()).toBe('v1');
  });

  it('goes to the version that is named, in one step where a revert leads there', async () => {
    for (let times = 0; times < 4; times++) await complete();
    expect(await undo({}, 3)).toMatchObject({ how: 'reverted' });
    expect(await undo({}, 1)).toMatchObject({ how: 'redeployed' });
    expect(await states()).toEqual([
      'v1 COMPLETE',
      'v2 COMPLETE',
      'v3 COMPLETE',
      'v4 REVERTED',
      'v1 COMPLETE',
    ]);
    expect(await served()).toBe('v1');
  });

  it('never goes back to what was undone by going back', async () => {
    for (let times = 0; times < 3; times++) await complete();
    await undo({}, 1);
    await complete();
    await deployed.world.clock.advance(72 * 60 * minuteMs);
    await undo();
    expect((await states()).slice(-2)).toEqual(['v4 COMPLETE', 'v1 COMPLETE']);
    expect(await served()).toBe('v1');
  });

  it('stops the first one, and nothing is served', async () => {
    await start('gameplay', 'linear-50');
    expect(await undo()).toMatchObject({ how: 'stopped' });
    expect(await served()).toBeUndefined();
  });

  it('stops the rollout of another profile only where that is allowed', async () => {
    await complete();
    await complete();
    await start('limits', 'linear-20');
    await expect(undo()).rejects.toMatchObject({
      code: 'VELTRIX_DEPLOYMENT_IN_PROGRESS',
      running: { profile: 'limits', deployment: 3 },
    });
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'limits v1 DEPLOYING']);
    expect(await undo({ mayStop: ({ profile }) => profile === 'limits' })).toMatchObject({
      how: 'reverted',
      stoppedOther: { profile: 'limits', deployment: 3, version: 1 },
    });
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 REVERTED', 'limits v1 ROLLED_BACK']);
  });

  it('stops another profile and then deploys, past 72 hours', async () => {
    await complete();
    await complete();
    await deployed.world.clock.advance(72 * 60 * minuteMs);
    await start('limits', 'linear-20');
    await undo({ mayStop: () => true });
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'limits v1 ROLLED_BACK', 'v1 COMPLETE']);
  });

  it('is done once by two who do it at the same time', async () => {
    for (let times = 0; times < 3; times++) await complete();
    const both = await Promise.all([undo(), undo()]);
    expect(both.map(({ inForce }) => inForce?.version)).toEqual([2, 2]);
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE', 'v3 REVERTED']);
  });

  it('is refused by the validator where the version before is no longer valid', async () => {
    const bytes = new TextEncoder().encode('{"bad":false}');
    await store.createVersion({ profile: 'gameplay', bytes, label: 'v1-a', description: 'x', after: 0 });
    await store.startDeployment({
      profile: 'gameplay',
      version: 1,
      strategy: 'immediate',
      description: 'x',
      latestDeployment: 0,
    });
    await deployed.world.clock.advance(minuteMs);
    await complete();
    await deployed.world.clock.advance(72 * 60 * minuteMs);
    deployed.world.lambda.define('validate', () => {
      throw new Error(`${refusalMark}the schema has moved on`);
    });
    await expect(undo()).rejects.toMatchObject({
      code: 'VELTRIX_CONTENT_REFUSED',
      message: expect.stringContaining('the schema has moved on'),
    });
    expect(await states()).toEqual(['v1 COMPLETE', 'v2 COMPLETE']);
  });
});
