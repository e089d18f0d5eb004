/** What players meet: hunts and their clues, cool-downs, rewards and switches. Game designers own these values. */

import * as z from 'zod';
import { defineProfile } from '../../core/profiles.js';
import { firstRepeated, withRule } from './rules.js';

/** The length of a page of hunts in the app; above it, the list needs pages. */
const huntsMax = 60;
/** A cool-down longer than an hour is a ban, and bans are not configuration. */
const coolDownMaxMs = 60 * 60 * 1000;

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower case words joined by "-"')
  .max(48);
const text = z.string().min(1).max(400);
const points = z.int().min(1).max(1_000);
const coolDownMs = z.int().min(0).max(coolDownMaxMs);
const instant = z.iso.datetime({ error: 'expected an instant in UTC such as 2026-06-01T09:00:00Z' });

const hint = z.object({
  text,
  /** Taken from what the clue is worth when the player opens this hint. */
  penaltyPoints: z.int().min(0).max(1_000),
});

const everyClue = {
  /** Unique in its hunt; kept when the text changes, because players' progress refers to it. */
  id: slug,
  text,
  points,
  /** Opened one after the other. */
  hints: z.array(hint).max(3).default([]),
  /** Clues of this hunt to be solved before this one may be tried. */
  requires: z.array(slug).default([]),
};

const clueKinds = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('location'),
    ...everyClue,
    /** Solved by standing within the radius. */
    location: z.object({
      latitudeDegrees: z.number().min(-90).max(90),
      longitudeDegrees: z.number().min(-180).max(180),
      radiusMeters: z.number().min(5).max(500),
    }),
  }),
  z.object({
    kind: z.literal('riddle'),
    ...everyClue,
    /** Solved by any of these; compared without case and without white space around. */
    answers: z.array(z.string().min(1).max(60)).min(1).max(8),
  }),
]);

const clue = withRule(
  withRule(clueKinds, ['hints'], ({ hints, points: worth }) => {
    const costPoints = hints.reduce((sum, { penaltyPoints }) => sum + penaltyPoints, 0);
    return costPoints > worth
      ? `cost ${costPoints} penaltyPoints together, must be at most the clue's points (${worth})`
      : undefined;
  }),
  ['id'],
  (item) => {
    const words = item.id.split('-');
    const given =
      item.kind === 'riddle' && item.answers.find((answer) => words.includes(answer.toLowerCase()));
    return given ? `is ${item.id}, which gives the answer "${given}" away: players see it` : undefined;
  },
);

/** In the order the app shows them. */
const clues = withRule(
  withRule(z.array(clue).min(1).max(20), [], (all) => {
    const id = firstRepeated(all.map((item) => item.id));
    return id === undefined ? undefined : `name the clue "${id}" twice`;
  }),
  [],
  (all) => {
    const ids = all.map(({ id }) => id);
    const lost = all
      .flatMap(({ id, requires }, index) => requires.map((required) => ({ id, index, required })))
      .find(({ index, required }) => !ids.slice(0, index).includes(required));
    return lost && `let "${lost.id}" require "${lost.required}", which is no clue before it`;
  },
);

const hunt = withRule(
  z.object({
    /** Part of links that players share: never reused. */
    id: slug,
    title: z.string().min(1).max(80),
    opensAt: instant,
    closesAt: instant,
    difficulty: z.enum(['easy', 'medium', 'hard', 'legendary']),
    /** Where the app offers it; "everywhere" is for hunts that are played at home. */
    regions: z.array(z.enum(['everywhere', 'iberia', 'nordics', 'alps', 'isles'])).min(1),
    /** In place of the general cool-down. */
    coolDownMs: coolDownMs.exactOptional(),
    clues,
  }),
  ['closesAt'],
  ({ opensAt, closesAt }) =>
    Date.parse(closesAt) <= Date.parse(opensAt)
      ? `is ${closesAt}, must be after opensAt (${opensAt})`
      : undefined,
);

const rewardTiers = withRule(
  z.array(z.object({ name: slug, fromPoints: z.int().min(0), badge: z.string().min(1).max(40) })).min(1),
  [],
  (all) =>
    isRising([-1, ...all.map(({ fromPoints }) => fromPoints)]) && all[0]?.fromPoints === 0
      ? undefined
      : 'must begin at fromPoints 0 and rise',
);

const streakBonuses = withRule(
  z.array(z.object({ days: z.int().min(2).max(365), bonusPercent: z.int().min(1).max(200) })).max(10),
  [],
  (all) =>
    isRising(all.map(({ days }) => days)) && isRising(all.map(({ bonusPercent }) => bonusPercent))
      ? undefined
      : 'must rise in days and in bonusPercent',
);

const schema = z.object({
  /** How long a player waits between two attempts at the same hunt. */
  coolDownMs,
  features: z.object({
    /** Players may open hints. */
    hints: z.boolean(),
    /** Days played in a row raise the points. */
    streakBonuses: z.boolean(),
    /** The first to solve a clue gets `rewards.firstFinderPoints` on top. */
    firstFinder: z.boolean(),
    /** Hunts are listed before they open. */
    teasers: z.boolean(),
    /** Hunts of difficulty "legendary" are offered. */
    legendaryHunts: z.boolean(),
  }),
  rewards: z.object({
    /** What one player can gain in a day, bonuses included. */
    dailyPointsMax: z.int().min(1).max(100_000),
    firstFinderPoints: z.int().min(0).max(1_000),
    tiers: rewardTiers,
    streakBonuses,
  }),
  hunts: withRule(z.array(hunt).min(1).max(huntsMax), [], (all) => {
    const id = firstRepeated(all.map((item) => item.id));
    return id === undefined ? undefined : `name the hunt "${id}" twice`;
  }),
});

export const gameplay = defineProfile({
  name: 'gameplay',
  description: 'Hunts and their clues, cool-downs, rewards and feature switches',
  schemaVersion: 1,
  schema,
});

export type Gameplay = z.output<typeof schema>;
export type Hunt = Gameplay['hunts'][number];
export type Clue = Hunt['clues'][number];

/** Each number above the one before. */
function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > Number(numbers[index - 1]));
}
