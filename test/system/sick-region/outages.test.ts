/**
 * A quarter of an hour and more without one service, in the middle of a rollout: services notice nothing, nothing is rolled back for want of
 * data, who looks is told what is blind and since when, the right alarms are raised, and the return is no second outage.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ConfigurationMissing } from '../../../core/errors.js';
import { minuteMs } from '../manual-world.js';
import { ended } from '../safe-delivery/views.js';
import {
  busiestSecond,
  logged,
  nodeCount,
  reportSeconds,
  type SickWorld,
  secondMs,
  servicesOf,
  startFleet,
  told,
} from './world.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Forty where nothing arrives that would have to be computed; the others until the rollout that was on its way is over. */
const sickMinutesOf = { appconfig: 25, kinesis: 40, dynamodb: 25 } as const;
/** AppConfig and the nodes' own interval, at most, and what lies between two looks. */
const backWithinMs = 2.5 * minuteMs;

describe.each(['appconfig', 'kinesis', 'dynamodb'] as const)('%s', (service) => {
  const sickMinutes = sickMinutesOf[service];
  let fleet: SickWorld;
  let fromMs: number;
  let rollout: { readonly deployment: number; readonly label: string };
  const held = (profile: 'gameplay' | 'limits') => fleet.nodes.map((node) => node.label(profile));
  const of = <T>(by: Record<typeof service, T>): T => by[service];

  beforeAll(async () => {
    fleet = await startFleet();
    const { world } = fleet;
    rollout = await world.publish('gameplay', { coolDownMs: 1_234 }, { strategy: 'canary-10' });
    await world.advance(4 * minuteMs);
    await fleet.look();
    world.aws.faults.begin({ services: servicesOf[service], kind: 'fail', forMs: sickMinutes * minuteMs });
    fromMs = world.clock.now();
  });
  afterAll(() => fleet?.world.close());

  it('leaves every node at work, minute by minute', async () => {
    const { world, nodes } = fleet;
    const before = nodes.map((node) => node.node.config.gameplay.get());
    for (let minute = 0; minute < 10; minute++) {
      await world.advance(minuteMs);
      for (const node of nodes) {
        expect(node.node.config.gameplay.get().coolDownMs).toBeGreaterThan(0);
        expect(node.node.config.limits.get().requestMaxBytes).toBeGreaterThan(0);
      }
    }
    // Without AppConfig nothing changes at all; without the others a rollout reaches nodes as ever.
    if (service === 'appconfig') {
      expect(nodes.map((node) => node.node.config.gameplay.get())).toEqual(before);
      expect(nodes.map(({ node }) => node.status().health)).toEqual(nodes.map(() => 'degraded'));
    } else expect(new Set(nodes.map(({ node }) => node.status().health))).toEqual(new Set(['ready']));
  });

  it('lets a new life of a node start from its disk, and says what a stranger lacks', async () => {
    const { world, nodes } = fleet;
    // A version that a process dies of soon after it took it is left by its next life: not what is looked at here.
    const old = nodes.find((node) => node.label('gameplay') !== rollout.label);
    if (!old) throw new Error('every node has the new version already');
    const before = old.label('gameplay');
    const beganMs = world.clock.now();
    await old.restart();
    expect(world.clock.now() - beganMs).toBeLessThan(2 * secondMs);
    if (service !== 'appconfig') return;
    expect(old.node.config.gameplay.state()).toMatchObject({ source: 'disk', label: before });
    const refusal = await world.node('stranger').catch((error: ConfigurationMissing) => error);
    expect(refusal).toMatchObject({
      code: 'VELTRIX_CONFIGURATION_MISSING',
      retryable: true,
      hint: expect.stringContaining("onMissing: 'defaults'"),
    });
  });

  it('is told to whoever looks: which part is blind, and since when', async () => {
    // Whoever did not get to begin has left by now.
    await fleet.world.advance(10 * secondMs);
    const { blind, profiles } = await fleet.look();
    const seen = of({
      appconfig: /^what is deployed and on its way, in AppConfig, cannot be read since (.{19}) UTC: /,
      kinesis: /^no report of treasure-hunt\/staging has arrived since (.{19}) UTC: /,
      dynamodb: /^the records of nodes cannot be read since (.{19}) UTC: /,
    });
    const sinceMs = blind.flatMap((note) => {
      const [, instant] = seen.exec(note) ?? [];
      return instant === undefined ? [] : [Date.parse(`${instant.replace(' ', 'T')}Z`)];
    });
    expect([blind, sinceMs]).toEqual([blind, [expect.any(Number)]]);
    // The last look before, or the last report: the second in which it arrived.
    expect(fromMs - (sinceMs[0] ?? 0)).toBeGreaterThanOrEqual(0);
    expect(fromMs - (sinceMs[0] ?? 0)).toBeLessThanOrEqual(reportSeconds * secondMs);
    const [gameplay] = profiles;
    if (service === 'appconfig') {
      expect(gameplay).toMatchObject({ address: 'treasure-hunt/staging/gameplay', state: 'unreadable' });
      expect(gameplay?.nodes.held.reduce((sum, { count }) => sum + count, 0)).toBe(nodeCount);
    } else expect(gameplay).toMatchObject({ rollout: { deployment: rollout.deployment } });
  });

  it('is over in time, and nobody comes back in a crowd', async () => {
    const { world } = fleet;
    await world.advance(fromMs + sickMinutes * minuteMs - world.clock.now());
    expect(world.aws.faults.list()).toEqual([]);
    const crowd = await busiestSecond(world, 60);
    // Two pollers a node, and one reporter: a herd would be all of them in one second.
    expect(crowd.polls).toBeLessThanOrEqual(nodeCount);
    expect(crowd.reports).toBeLessThan(nodeCount);
  });

  it('ends with a fleet that is current, and says so itself', async () => {
    const { world, nodes } = fleet;
    await world.until(
      () => held('gameplay').every((label) => label === rollout.label),
      'the new version everywhere',
      backWithinMs,
    );
    await world.advance(2 * reportSeconds * secondMs);
    expect(nodes.map(({ node }) => node.status().health)).toEqual(nodes.map(() => 'ready'));
    const { blind, profiles } = await fleet.look();
    expect(blind).toEqual([]);
    const [gameplay] = profiles;
    expect(gameplay).toMatchObject({ state: 'deployed', deployed: { label: rollout.label } });
    expect(gameplay?.nodes.holding).toHaveLength(nodeCount);
    expect(gameplay?.nodes.silent).toEqual([]);
  });

  it('rolled nothing back', async () => {
    const deployments = await fleet.deployments();
    expect(deployments.map(({ state }) => state)).toEqual(deployments.map(() => 'COMPLETE'));
    expect((await ended(fleet.world, rollout.deployment)).state).toBe('COMPLETE');
  });

  it('lost no change event, and told none twice or out of order', async () => {
    const [deployments, changes] = [await fleet.deployments(), await fleet.changes()];
    for (const profile of ['gameplay', 'limits'])
      expect(told(changes, profile)).toEqual(logged(deployments, profile));
    expect(told(changes, 'gameplay').length).toBeGreaterThan(8);
  });

  it('raised the alarms that it should, and no other', async () => {
    expect(fleet.raisedSince(fromMs)).toEqual(
      of({
        // Its nodes say that they are degraded, and nothing is moved for it. Hints that were given up are set aside.
        appconfig: ['dead-letters', 'fan-out-failed'],
        // All nodes are silent at once, which nobody takes for their death.
        kinesis: [
          'assignment-panic',
          'dead-letters',
          'fan-out-failed',
          'guard-blind',
          'nodes-silent-treasure-hunt-staging',
        ],
        dynamodb: [
          'assignment-failed',
          'assignment-stalled',
          'dead-letters',
          'fan-out-failed',
          'guard-blind',
          'guard-unkept',
          'publish-failed-treasure-hunt-production',
          'publish-failed-treasure-hunt-staging',
        ],
      }),
    );
    await fleet.purgeLetters();
    // The longest watch of an alarm is ten minutes.
    const quietFromMs = fleet.world.clock.now() + 11 * minuteMs;
    await fleet.world.advance(13 * minuteMs);
    expect(fleet.raisedSince(quietFromMs)).toEqual([]);
  });

  it('may return in the middle of a rollout, moments before the guard looks, and twice: it goes on', async () => {
    const { world, nodes } = fleet;
    const { deployment, label } = await world.publish(
      'gameplay',
      { coolDownMs: 4_321 },
      { strategy: 'linear-20' },
    );
    const beganMs = world.clock.now();
    const at = (seconds: number) => world.advance(beganMs + seconds * secondMs - world.clock.now());
    // The guard looks once a minute; ten seconds after the return a third of the nodes has reported.
    for (const [from, until] of [
      [150, 470],
      [570, 770],
    ] as const) {
      await at(from);
      const forMs = (until - from) * secondMs;
      world.aws.faults.begin({ services: servicesOf[service], kind: 'fail', forMs });
      await at(until);
    }
    const { log } = await ended(world, deployment);
    const takenBack = log.filter(({ type }) => type === 'ROLLBACK_STARTED');
    expect(takenBack.map(({ description }) => description)).toEqual([]);
    await world.until(
      () => nodes.every((node) => node.label('gameplay') === label),
      'the version everywhere',
      backWithinMs,
    );
  });
});
