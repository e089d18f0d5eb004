import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestNode } from '../../client/testing.js';
import { treasureHunt } from '../../config/treasure-hunt/application.js';
import type { Attempt } from '../../sample/game/attempts.js';
import { seededRandom } from '../../sample/random.js';
import type { Outcome, Service } from '../../sample/service.js';
import { arrivals, startPlayers } from '../../sample/simulated-players.js';
import { gameplayInput, limitsInput, noonMs } from './game/gameplay.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A service that notes what it is asked and always answers the same. */
function createScene(kind: 'wrong' | 'solved') {
  const node = createTestNode(treasureHunt, { values: { gameplay: gameplayInput, limits: limitsInput } });
  const attempts: (Attempt & { hunt: string })[] = [];
  const outcomes: Record<'wrong' | 'solved', Outcome> = {
    wrong: { kind: 'wrong', coolDownMs: 0 },
    solved: { kind: 'solved', points: 1, totalPoints: 1, rewardTier: 'driftwood' },
  };
  const service: Service = {
    node,
    hunts: () => [],
    hunt: () => undefined,
    attempt: async (hunt, attempt) => {
      attempts.push({ hunt, ...attempt });
      return outcomes[kind];
    },
  };
  const start = (seed: number, perSecond = 10) =>
    startPlayers({ service, perSecond, random: seededRandom(seed), now: () => noonMs });
  return { attempts, start };
}

describe('simulated players', () => {
  it('make as many attempts as asked for, over a whole wave', async () => {
    const { attempts, start } = createScene('wrong');
    start(1);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(attempts.length).toBeGreaterThanOrEqual(1198);
    expect(attempts.length).toBeLessThanOrEqual(1200);
  });

  it('come and go in waves', () => {
    expect(arrivals(10, 0)).toBeCloseTo(2);
    expect(arrivals(10, 30_000)).toBeCloseTo(3.2);
    expect(arrivals(10, 90_000)).toBeCloseTo(0.8);
  });

  it('do the same again from the same seed, and something else from another', async () => {
    const play = async (seed: number) => {
      const { attempts, start } = createScene('wrong');
      const stop = start(seed);
      await vi.advanceTimersByTimeAsync(20_000);
      stop();
      return attempts;
    };
    expect(await play(7)).toEqual(await play(7));
    expect(await play(8)).not.toEqual(await play(7));
  });

  it('try open clues only, in an order that the hunt admits', async () => {
    const { attempts, start } = createScene('solved');
    start(3, 2);
    await vi.advanceTimersByTimeAsync(60_000);
    const of = (player: string) => attempts.filter((item) => item.player === player).map(({ clue }) => clue);
    expect(new Set(attempts.map(({ hunt }) => hunt))).toEqual(new Set(['walk', 'legend']));
    for (const player of new Set(attempts.map((item) => item.player))) {
      const clues = of(player);
      expect(new Set(clues).size).toBe(clues.length);
      if (clues.includes('wet')) expect(clues.indexOf('door')).toBeLessThan(clues.indexOf('wet'));
    }
  });

  it('make room for others when they have solved everything', async () => {
    const { attempts, start } = createScene('solved');
    start(3, 0.1);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(new Set(attempts.map(({ player }) => player)).size).toBeGreaterThan(1);
  });

  it('stop when they are sent home', async () => {
    const { attempts, start } = createScene('wrong');
    start(1)();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(attempts).toEqual([]);
  });
});
