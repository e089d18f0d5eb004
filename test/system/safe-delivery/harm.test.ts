/** The guard as it is deployed, over twenty nodes that serve: what hurts is taken back, what does not is let be. */

import { beforeAll, describe, expect, it } from 'vitest';
import { publish } from '../../../control/act/publish.js';
import type { Deployment } from '../../../core/delivery/deployments.js';
import type { FleetNode, Traffic } from '../manual/fleet-node.js';
import { inManualWorld, minuteMs } from '../manual-world.js';
import {
  causeOf,
  changesOf,
  ended,
  gameplay,
  held,
  historyOf,
  rarely,
  recordedLabels,
  reportOf,
  statusOf,
} from './views.js';

const world = inManualWorld();
const secondMs = 1_000;
const usualRate = 0.01;
const badRate = 10 * usualRate;
/** Of a comparison that convicts, in the words of the report. */
const words =
  /^new [\d,]+ errors in [\d,]+ requests, old [\d,]+ in [\d,]+: [\d.]+× worse; evidence .* \(needs 100\)$/;

const serveAll = (errorRate: NonNullable<Traffic['errorRate']>) => {
  for (const node of nodes) node.serve({ requestsPerSecond: 20, errorRate });
};
const inForce = () => nodes.map((node) => node.label('gameplay') ?? '');

let nodes: FleetNode[];
let good: string;
beforeAll(async () => {
  nodes = await world().nodes(20, rarely);
  serveAll(() => usualRate);
  await world().advance(minuteMs);
});

describe('a version with ten times the errors on the nodes that hold it', () => {
  const harmful = { coolDownMs: 66_000 };
  let bad: { readonly label: string; readonly deployment: number; readonly version: number };
  let why: string;

  it('is rolled back in its first steps, and the event log says by what numbers', async () => {
    good = inForce()[0] ?? '';
    serveAll(({ gameplay: label }) => (label === good ? usualRate : badRate));
    const options = { strategy: 'linear-20', reason: 'longer cool-down' } as const;
    bad = await world().publish('gameplay', harmful, options);
    const end = await ended(world(), bad.deployment, 6 * minuteMs);
    expect(end.state).toBe('ROLLED_BACK');
    expect(offeredTo(end)).toBeLessThanOrEqual(60);
    expect(inForce().filter((label) => label === good).length).toBeGreaterThanOrEqual(5);
    why = causeOf(end) ?? '';
    expect(why).toMatch(
      /^Rollback requested by extension veltrix-main-guard: Veltrix guard: unhealthy: new [\d,]+ errors in /,
    );
  });

  it('leaves the old content on every node, in use and by the records', async () => {
    await held(world(), nodes, good);
    expect(nodes.map((node) => node.node.config.gameplay.get().coolDownMs)).toEqual(Array(20).fill(2_000));
    await world().advance(20 * secondMs);
    const recorded = Object.values(await recordedLabels(world(), 'gameplay'));
    expect(recorded).toEqual(Array(20).fill(good));
  });

  it('is told of in order, with the verdict and the counts of both arms', async () => {
    const changes = await changesOf(world(), bad.deployment);
    const types = changes.map(({ type }) => type.replace('dev.veltrix.deployment.', ''));
    expect(types.filter((type) => type !== 'progressed')).toEqual(['started', 'rolling-back', 'rolled-back']);
    expect(types[1]).toBe('progressed');
    expect(changes.map(({ data }) => data.ordinal)).toEqual(changes.map((_, index) => index));
    const ends = changes.slice(-2).map(({ data }) => data.guard);
    for (const guard of ends) {
      expect(guard).toMatchObject({ verdict: 'unhealthy', summary: expect.stringMatching(words) });
      const { tested, previous } = guard?.figures.find(({ signal }) => signal === 'errors') ?? {};
      expect(shareOf(tested)).toBeCloseTo(badRate, 1);
      expect(shareOf(previous)).toBeCloseTo(usualRate, 2);
    }
  });

  it('is shown with the reason by status and history', async () => {
    const undoing = { label: bad.label, author: 'anna', reason: 'longer cool-down', why };
    const seen = await statusOf(world(), 'gameplay');
    expect(seen).toMatchObject({
      state: 'rolled-back',
      deployed: { label: good },
      undone: { ...undoing, by: 'guard' },
      guard: { verdict: 'unhealthy', action: 'rollback', summary: expect.stringMatching(words) },
      nodes: { keeping: [] },
    });
    expect(seen.nodes.holding).toHaveLength(20);
    expect(await historyOf(world(), bad.deployment)).toMatchObject({
      ...undoing,
      undoneBy: 'guard',
      guard: { verdict: 'unhealthy', summary: seen.guard?.summary },
    });
  });

  it('is refused when the same content is published again, until somebody says why', async () => {
    await expect(world().publish('gameplay', harmful)).rejects.toMatchObject({
      code: 'VELTRIX_ROLLED_BACK_LATELY',
      version: bad.version,
      deployment: bad.deployment,
    });
    serveAll(() => usualRate);
    const forced = await publish(world().cloud, world().loaded, {
      address: gameplay,
      author: 'anna',
      reason: 'the load balancer was it',
      force: 'the load balancer was it',
      strategy: 'immediate',
      change: (value) => ({ ...(value as object), ...harmful }),
    });
    // What was refused started nothing.
    expect(forced.deployment).toBe(bad.deployment + 1);
    expect((await ended(world(), forced.deployment)).state).toBe('COMPLETE');
    await held(world(), nodes, forced.label);
  });
});

/** The share of the fleet that it got to, in percent. */
const offeredTo = ({ log }: Deployment): number =>
  20 * log.filter(({ type }) => type === 'PERCENTAGE_UPDATED').length;

const shareOf = ({ requests, bad }: { requests: number; bad: number } = { requests: 0, bad: 0 }): number =>
  bad / requests;

describe('a harmless version while the whole fleet has ten times the errors', () => {
  it('completes, and is called healthy', async () => {
    const { deployment, label } = await world().publish(
      'gameplay',
      { coolDownMs: 3_000 },
      { strategy: 'linear-50' },
    );
    await world().advance(30 * secondMs);
    serveAll(() => badRate);
    // From before the first step to after the second: both versions are served meanwhile.
    await world().advance(70 * secondMs);
    serveAll(() => usualRate);
    expect((await ended(world(), deployment)).state).toBe('COMPLETE');
    const { verdict, signals } = await reportOf(world(), deployment);
    expect(verdict).toBe('healthy');
    const { tested } =
      signals.find(({ signal, test }) => signal === 'errors' && test === 'peers')?.figures ?? {};
    expect(shareOf(tested)).toBeGreaterThan(5 * usualRate);
    expect(new Set(inForce())).toEqual(new Set([label]));
  });
});

describe('while nodes restart in the middle, and come back in the other arm', () => {
  /** A rolling restart, each with a session of its own; gives how many changed from the new version to the old one. */
  async function restartAll(label: string, intervalSeconds: number): Promise<number> {
    let returned = 0;
    for (const node of nodes) {
      const hadNew = node.label('gameplay') === label;
      await node.stop();
      // AppConfig is asked for another interval, which takes another session: it may land in another bucket.
      await node.restart({ ...rarely, poll: { intervalSeconds } });
      await world().advance(secondMs);
      if (hadNew && node.label('gameplay') !== label) returned += 1;
    }
    return returned;
  }

  it('a harmless version completes', async () => {
    const { deployment, label } = await world().publish(
      'gameplay',
      { coolDownMs: 4_000 },
      { strategy: 'linear-50' },
    );
    await world().advance(56 * secondMs);
    expect(await restartAll(label, 15)).toBeGreaterThan(0);
    const end = await ended(world(), deployment);
    expect(end.state).toBe('COMPLETE');
    await held(world(), nodes, label);
  });

  it('a harmful version is caught all the same', async () => {
    const [before] = inForce();
    serveAll(({ gameplay: label }) => (label === before ? usualRate : badRate));
    const { deployment, label } = await world().publish(
      'gameplay',
      { coolDownMs: 5_000 },
      { strategy: 'linear-20' },
    );
    await world().advance(220 * secondMs);
    expect(await restartAll(label, 14)).toBeGreaterThan(0);
    const end = await ended(world(), deployment, 6 * minuteMs);
    expect(end.state).toBe('ROLLED_BACK');
    expect(causeOf(end)).toMatch(/ errors in /);
    await held(world(), nodes, before ?? '');
  });
});
