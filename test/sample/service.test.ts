import { describe, expect, it } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import type { Attempt } from '../../sample/game/attempts.js';
import type { LookUp } from '../../sample/judging.js';
import { createService } from '../../sample/service.js';
import { gameplayInput, limitsInput, noonMs } from './game/gameplay.js';

interface Scene {
  readonly lookUp?: LookUp;
  readonly capacity?: number;
}

/** The service over a test node, with a clock that is set by hand. */
function createScene({ lookUp = async () => {}, capacity = 1 }: Scene = {}) {
  const node = createTestNode(treasureHunt, { values: { gameplay: gameplayInput, limits: limitsInput } });
  const clock = { nowMs: noonMs };
  const service = createService(node, { capacity, lookUp, now: () => clock.nowMs });
  return { node, clock, service };
}

/** Look-ups that end when the test says so. */
function createHeldLookUp() {
  const releases: (() => void)[] = [];
  const lookUp: LookUp = () => new Promise((resolve) => releases.push(resolve));
  return { lookUp, releaseAll: () => releases.splice(0).forEach((release) => void release()), releases };
}

const attempt = (members: Partial<Attempt> = {}): Attempt => ({
  player: 'anna',
  tier: 'captain',
  clue: 'door',
  hintsOpened: 0,
  proof: { kind: 'position', latitudeDegrees: 51.5, longitudeDegrees: 0 },
  ...members,
});
const wrong = { kind: 'answer', text: 'no idea' } as const;

describe('an attempt at the service', () => {
  it('that is right brings points, and the next clue', async () => {
    const { service, clock } = createScene();
    expect(await service.attempt('walk', attempt())).toEqual({
      kind: 'solved',
      points: 25,
      totalPoints: 25,
      rewardTier: 'driftwood',
    });
    clock.nowMs += 30_000;
    const towel = attempt({ clue: 'wet', proof: { kind: 'answer', text: 'towel' } });
    expect(await service.attempt('walk', towel)).toEqual({
      kind: 'solved',
      points: 40,
      totalPoints: 65,
      rewardTier: 'copper',
    });
  });

  it('that is wrong begins the cool-down', async () => {
    const { service } = createScene();
    expect(await service.attempt('walk', attempt({ proof: wrong }))).toEqual({
      kind: 'wrong',
      coolDownMs: 30_000,
    });
    expect(await service.attempt('walk', attempt())).toEqual({ kind: 'cooling-down', retryAfterMs: 30_000 });
  });

  it('follows a cool-down that is published meanwhile', async () => {
    const { service, node, clock } = createScene();
    await service.attempt('walk', attempt({ proof: wrong }));
    clock.nowMs += 1_000;
    node.set('gameplay', { ...gameplayInput, coolDownMs: 1_000 });
    expect(await service.attempt('walk', attempt())).toMatchObject({ kind: 'solved' });
  });

  it('gives the first finder a bonus, and nobody after', async () => {
    const { service } = createScene();
    const points = [];
    for (const player of ['anna', 'ben']) points.push(await service.attempt('walk', attempt({ player })));
    expect(points).toMatchObject([{ points: 25 }, { points: 20 }]);
  });

  it('is admitted as often as the tier may ask', async () => {
    const { service } = createScene();
    const ask = () => service.attempt('walk', attempt({ tier: 'free', proof: wrong }));
    await ask();
    await ask();
    expect(await ask()).toEqual({ kind: 'too-fast', retryAfterMs: 1_000 });
  });

  it('follows a rate that is published meanwhile', async () => {
    const { service, node } = createScene();
    const ask = () => service.attempt('walk', attempt({ tier: 'explorer', proof: wrong }));
    const { explorer } = limitsInput.tiers;
    const free = { ...limitsInput.tiers.free, burst: 1 };
    node.set('limits', {
      ...limitsInput,
      tiers: { ...limitsInput.tiers, free, explorer: { ...explorer, ratePerSecond: 1, burst: 1 } },
    });
    await ask();
    expect(await ask()).toMatchObject({ kind: 'too-fast' });
  });

  it('is turned away when the queue is full, and costs no cool-down', async () => {
    const { lookUp, releaseAll } = createHeldLookUp();
    const { service, node } = createScene({ lookUp });
    const judged = ['a', 'b', 'c', 'd'].map((player) => service.attempt('walk', attempt({ player })));
    expect(await service.attempt('walk', attempt({ player: 'e' }))).toEqual({ kind: 'busy' });
    expect(node.status()).toMatchObject({ inFlight: 1, queueDepth: 3 });
    const end = setInterval(releaseAll, 1);
    await Promise.all(judged);
    clearInterval(end);
    expect(node.status()).toMatchObject({ inFlight: 0, queueDepth: 0 });
    const again = service.attempt('walk', attempt({ player: 'e' }));
    await expect.poll(() => node.status().inFlight).toBe(1);
    releaseAll();
    expect(await again).toMatchObject({ kind: 'solved' });
  });

  it('that cannot be judged costs no cool-down', async () => {
    let broken = true;
    const lookUp = async () => {
      if (broken) throw new Error('the map service failed');
    };
    const { service } = createScene({ lookUp });
    expect(await service.attempt('walk', attempt())).toEqual({ kind: 'not-judged' });
    broken = false;
    expect(await service.attempt('walk', attempt())).toMatchObject({ kind: 'solved' });
  });

  it('is rewarded once, also when two of a player are judged side by side', async () => {
    const { lookUp, releaseAll } = createHeldLookUp();
    const { service, node } = createScene({ lookUp, capacity: 2 });
    node.set('gameplay', { ...gameplayInput, coolDownMs: 0 });
    const both = [service.attempt('walk', attempt()), service.attempt('walk', attempt())];
    await expect.poll(() => node.status().inFlight).toBe(2);
    releaseAll();
    expect(await Promise.all(both)).toMatchObject([{ kind: 'solved' }, { kind: 'already-solved' }]);
  });
});

describe('what the service shows', () => {
  it('follows the switches', () => {
    const { service, node } = createScene();
    expect(service.hunts().map(({ id }) => id)).toEqual(['walk', 'legend', 'winter']);
    const features = { ...gameplayInput.features, legendaryHunts: false, teasers: false };
    node.set('gameplay', { ...gameplayInput, features });
    expect(service.hunts().map(({ id }) => id)).toEqual(['walk']);
    expect(service.hunt('legend')).toBeUndefined();
  });
});
