/** A small game for tests: every rule of the sample has something to bite on. */

import type { treasureHunt } from '../../../config/treasure-hunt/application.js';
import { type Gameplay, gameplay } from '../../../config/treasure-hunt/gameplay.js';
import type { ProfileValue } from '../../../core/profiles.js';

export type Limits = ProfileValue<typeof treasureHunt, 'limits'>;

/** 2026-06-01, noon UTC. */
export const noonMs = 1_780_315_200_000;
export const dayMs = 86_400_000;

export const gameplayInput = {
  coolDownMs: 30_000,
  features: { hints: true, streakBonuses: true, firstFinder: true, teasers: true, legendaryHunts: true },
  rewards: {
    dailyPointsMax: 100,
    firstFinderPoints: 5,
    tiers: [
      { name: 'driftwood', fromPoints: 0, badge: 'Driftwood' },
      { name: 'copper', fromPoints: 40, badge: 'Copper' },
    ],
    streakBonuses: [
      { days: 2, bonusPercent: 10 },
      { days: 3, bonusPercent: 50 },
    ],
  },
  hunts: [
    {
      id: 'walk',
      title: 'Walk',
      opensAt: '2026-01-01T00:00:00Z',
      closesAt: '2027-01-01T00:00:00Z',
      difficulty: 'easy' as const,
      regions: ['isles' as const],
      clues: [
        {
          id: 'door',
          kind: 'location' as const,
          text: 'The door',
          points: 20,
          location: { latitudeDegrees: 51.5, longitudeDegrees: 0, radiusMeters: 100 },
          hints: [
            { text: 'It is red', penaltyPoints: 5 },
            { text: 'Number 9', penaltyPoints: 10 },
          ],
        },
        {
          id: 'wet',
          kind: 'riddle' as const,
          text: 'Wetter the more it dries?',
          points: 35,
          answers: ['towel', 'A Towel'],
          requires: ['door'],
        },
      ],
    },
    {
      id: 'legend',
      title: 'Legend',
      opensAt: '2026-01-01T00:00:00Z',
      closesAt: '2027-01-01T00:00:00Z',
      difficulty: 'legendary' as const,
      regions: ['everywhere' as const],
      coolDownMs: 0,
      clues: [{ id: 'yours', kind: 'riddle' as const, text: 'Yours?', points: 90, answers: ['name'] }],
    },
    {
      id: 'winter',
      title: 'Winter',
      opensAt: '2026-12-01T00:00:00Z',
      closesAt: '2027-01-01T00:00:00Z',
      difficulty: 'easy' as const,
      regions: ['everywhere' as const],
      clues: [{ id: 'flakes', kind: 'riddle' as const, text: 'White?', points: 10, answers: ['snow'] }],
    },
    {
      id: 'spring',
      title: 'Spring',
      opensAt: '2026-03-01T00:00:00Z',
      closesAt: '2026-06-01T12:00:00Z',
      difficulty: 'easy' as const,
      regions: ['everywhere' as const],
      clues: [{ id: 'green', kind: 'riddle' as const, text: 'Green?', points: 10, answers: ['grass'] }],
    },
  ],
};

/** The game, with other switches or other members at its top. */
export function gameplayWith({
  features,
  ...members
}: Partial<Omit<Gameplay, 'features'>> & {
  readonly features?: Partial<Gameplay['features']>;
} = {}): Gameplay {
  const value = gameplay.schema.parse(gameplayInput);
  return { ...value, ...members, features: { ...value.features, ...features } };
}

export const limitsInput: Limits = {
  queueSize: 3,
  requestMaxBytes: 1024,
  tiers: {
    free: { queueSize: 1, ratePerSecond: 1, burst: 2, timeoutMs: 500, retries: 0 },
    explorer: { queueSize: 2, ratePerSecond: 10, burst: 10, timeoutMs: 500, retries: 1 },
    captain: { queueSize: 3, ratePerSecond: 10, burst: 10, timeoutMs: 500, retries: 1 },
  },
};
