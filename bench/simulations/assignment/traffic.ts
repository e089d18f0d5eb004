/** The requests of one simulated run: the same for every strategy under the same conditions and seed. */

import { createDraw, drawn } from '../../../core/routing/draw.js';
import { type Chance, chanceOf, seedOf } from '../guard/chance.js';
import type { Conditions } from './conditions.js';

export interface Traffic {
  readonly count: number;
  readonly arrivesAtMs: Float64Array;
  readonly key: Int32Array;
  readonly router: Uint8Array;
  /** Work units: 1 on average. */
  readonly demand: Float64Array;
}

/** Each kind of chance has its own seed, so that one more draw here changes nothing there. */
const [speedChance, trafficChance] = [1, 2];

/** Work units a second by node. */
export function speedsOf({ nodes, speeds, speedSigma, meanSpeed }: Conditions, seed: number): Float64Array {
  const chance = chanceOf(seedOf(speedChance, seed));
  const draws = {
    'log-normal': () => Math.exp(speedSigma * chance.normal() - speedSigma ** 2 / 2),
    'two-sizes': () => (chance.happens(0.25) ? 2.5 : 0.5),
    uniform: () => 0.2 + 1.6 * chance.uniform(),
  };
  return Float64Array.from({ length: nodes }, () => meanSpeed * draws[speeds]());
}

/** Arrivals without memory (Poisson), keys by Zipf, routers alike. */
export function trafficOf(conditions: Conditions, speeds: Float64Array, seed: number): Traffic {
  const chance = chanceOf(seedOf(trafficChance, seed));
  const perMs = (conditions.load * speeds.reduce((sum, speed) => sum + speed, 0)) / 1_000;
  const keys = createDraw(
    Float64Array.from({ length: conditions.keys }, (_, rank) => (rank + 1) ** -conditions.zipf),
  );
  const room = Math.ceil(perMs * conditions.durationMs * 1.1) + 1_000;
  const traffic = {
    count: 0,
    arrivesAtMs: new Float64Array(room),
    key: new Int32Array(room),
    router: new Uint8Array(room),
    demand: new Float64Array(room),
  };
  for (
    let atMs = gap(chance, perMs);
    atMs < conditions.durationMs && traffic.count < room;
    traffic.count += 1
  ) {
    traffic.arrivesAtMs[traffic.count] = atMs;
    traffic.key[traffic.count] = drawn(keys, chance.uniform());
    traffic.router[traffic.count] = Math.floor(chance.uniform() * conditions.routers);
    traffic.demand[traffic.count] = demandOf(conditions, chance);
    atMs += gap(chance, perMs);
  }
  return traffic;
}

const gap = (chance: Chance, perMs: number): number => -Math.log(1 - chance.uniform()) / perMs;

function demandOf({ demand }: Conditions, chance: Chance): number {
  return demand === 'exponential' ? -Math.log(1 - chance.uniform()) : Math.exp(chance.normal() - 0.5);
}
