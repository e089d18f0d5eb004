/** What happens to a service: to the demand for it, and to its nodes. */

import type { World } from './world.js';

export interface Disturbance {
  readonly name: string;
  readonly durationMs: number;
  /** How often demand or fleet changes for good: so many actions are fair. Undefined where change is steady. */
  readonly changes: number | undefined;
  /** Demand, as a multiple of what the fleet is sized for, so long after the beginning (before it: a negative time). */
  readonly demand: (sinceMs: number) => number;
  /** Standard deviation of the demand, as a share of it. */
  readonly noise: number;
  readonly events?: readonly {
    readonly sinceMs: number;
    readonly happen: (world: World, nowMs: number) => void;
  }[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const usual = { durationMs: 3 * hourMs, noise: 0.03, demand: () => 1 };

const step = (factor: number) => (sinceMs: number) => (sinceMs < 0 ? 1 : factor);
const spike = (factor: number, durationMs: number) => (sinceMs: number) =>
  sinceMs >= 0 && sinceMs < durationMs ? factor : 1;
const ramp = (factor: number, durationMs: number) => (sinceMs: number) =>
  1 + (factor - 1) * Math.min(1, Math.max(0, sinceMs / durationMs));
/** From 1 down to a half and up to 1.5 of it, beginning on the way down. */
const wave = (sinceMs: number) => 1 - 0.5 * Math.sin((2 * Math.PI * sinceMs) / (24 * hourMs));

const slowFor = (durationMs: number) => [
  { sinceMs: 0, happen: (world: World) => world.slow(0.1, 4) },
  { sinceMs: durationMs, happen: (world: World) => world.slow(1, 1) },
];

export const disturbances: readonly Disturbance[] = [
  { ...usual, name: 'nothing but noise of 3 %', changes: 0 },
  { ...usual, name: 'noise of 15 %', changes: 0, noise: 0.15 },
  { ...usual, name: 'step, 1.3 times', changes: 1, demand: step(1.3) },
  { ...usual, name: 'step, twice', changes: 1, demand: step(2) },
  { ...usual, name: 'step, 4 times', changes: 1, demand: step(4) },
  { ...usual, name: 'step down, to half', changes: 1, demand: step(0.5) },
  { ...usual, name: 'spike, twice for 2 min', changes: 2, demand: spike(2, 2 * minuteMs) },
  { ...usual, name: 'spike, twice for 20 min', changes: 2, demand: spike(2, 20 * minuteMs) },
  {
    ...usual,
    name: 'crash of a tenth',
    changes: 0,
    events: [{ sinceMs: 0, happen: (world, nowMs) => world.crash(0.1, nowMs) }],
  },
  {
    ...usual,
    name: 'crash of a third',
    changes: 0,
    events: [{ sinceMs: 0, happen: (world, nowMs) => world.crash(1 / 3, nowMs) }],
  },
  { ...usual, name: 'a tenth at quarter speed, 20 min', changes: 0, events: slowFor(20 * minuteMs) },
  { ...usual, name: 'ramp, to twice in 30 min', changes: undefined, demand: ramp(2, 30 * minuteMs) },
  { ...usual, name: 'a day, ±50 %', changes: undefined, durationMs: 24 * hourMs, demand: wave },
];
