/** A fleet during a rollout, tick by tick, as its node records would show it: the conditions of the simulation. */

import type { NodeObservation } from '../../../core/guard/observations.js';
import { epochMs, plusMs } from '../../../core/time.js';
import type { Chance } from './chance.js';

export const [previousLabel, testedLabel] = ['v1-aaaaaaaa', 'v2-bbbbbbbb'];
export const tickMs = 60_000;
export const startedAtMs = epochMs(Date.UTC(2026, 0, 1));
/** Five steps of 20 %, four ticks each, and ten ticks of bake; tick 0 is the look before the first step. */
export const [stepTicks, steps, bakeTicks] = [4, 5, 10];
export const ticks = steps * stepTicks + bakeTicks;

/** What a rollout meets. Rates are per request; probabilities are per tick, and per node where a node is meant. */
export interface Conditions {
  readonly nodes: number;
  /** Per node and tick. */
  readonly requests: number;
  readonly baseRate: number;
  /** The version under test fails so many times as often. */
  readonly timesWorse: number;
  /** Ticks after a node applied until the version begins to fail. */
  readonly lateOnsetTicks: number;
  /** Spread of the nodes' rates: standard deviation of their logarithm. */
  readonly spread: number;
  /** Ticks that the fleet ran the previous version before. */
  readonly pastTicks: number;
  readonly fleetBurst: number;
  readonly nodeBurst: number;
  readonly restart: number;
  /** Reports that are not there at the look, late or lost. */
  readonly missing: number;
  /** Nodes that leave; as many join. */
  readonly churn: number;
  /** Swing of the traffic over the rollout, 0 to 1; its errors swing along. */
  readonly swing: number;
  /** Standard deviation of a node's rate over time, nine tenths of which it keeps from tick to tick. */
  readonly drift: number;
  /** One node, among the first to get the version, fails so many times as often: always, or from the rollout on. */
  readonly sickAlways: number;
  readonly sickFromStart: number;
}

/** The conditions of the table in `docs/decisions/0004-rollout-guard.md`. */
export const usualConditions: Conditions = {
  nodes: 12,
  requests: 1_000,
  baseRate: 0.001,
  timesWorse: 1,
  lateOnsetTicks: 0,
  spread: 0.3,
  pastTicks: 60,
  fleetBurst: 0.02,
  nodeBurst: 0.003,
  restart: 0,
  missing: 0,
  churn: 0,
  swing: 0,
  drift: 0,
  sickAlways: 1,
  sickFromStart: 1,
};

const [burstTimes, nodeBurstTicks] = [10, 3];

interface Member {
  readonly name: string;
  readonly own: number;
  readonly isSick: boolean;
  bucket: number;
  life: number;
  sequence: number;
  sinceMs: number;
  drift: number;
  burstTicks: number;
  appliedTick: number | undefined;
  counters: Record<string, { requests: number; errors: number; slow: number }>;
  shown: NodeObservation | undefined;
}

export interface World {
  /** Lets one tick pass and shows the fleet at its end; tick 0 is the one before the first step. */
  pass(tick: number): readonly NodeObservation[];
}

/** The share of clients that get the version at a tick. */
export const percentageAt = (tick: number): number =>
  tick === 0 ? 0 : Math.min(100, (100 / steps) * Math.ceil(tick / stepTicks));

export function createWorld(conditions: Conditions, chance: Chance): World {
  let born = 0;
  const bear = (sinceMs: number): Member => member(born++, { conditions, chance, sinceMs });
  const beforeMs = startedAtMs - conditions.pastTicks * tickMs;
  let fleet = Array.from({ length: conditions.nodes }, () => bear(beforeMs));
  for (let tick = -conditions.pastTicks; tick < 0; tick += 1) live(fleet, tick, { conditions, chance });
  return {
    pass(tick) {
      const nowMs = startedAtMs + tick * tickMs;
      fleet = fleet.map((node) => (tick > 0 && chance.happens(conditions.churn) ? bear(nowMs - 1) : node));
      live(fleet, tick, { conditions, chance });
      return fleet.flatMap((node) => show(node, chance.happens(conditions.missing), nowMs + tickMs));
    },
  };
}

interface Setting {
  readonly conditions: Conditions;
  readonly chance: Chance;
}

function member(index: number, { conditions, chance, sinceMs }: Setting & { sinceMs: number }): Member {
  const isSick = index === 0 && (conditions.sickAlways > 1 || conditions.sickFromStart > 1);
  return {
    name: `node-${index}`,
    own: Math.exp(conditions.spread * chance.normal()),
    isSick,
    bucket: isSick ? 0 : Math.floor(chance.uniform() * 100),
    life: 0,
    sequence: 0,
    sinceMs,
    drift: conditions.drift * chance.normal(),
    burstTicks: 0,
    appliedTick: undefined,
    counters: {},
    shown: undefined,
  };
}

function live(fleet: readonly Member[], tick: number, { conditions, chance }: Setting): void {
  const burst = chance.happens(conditions.fleetBurst) ? burstTimes : 1;
  const traffic = 1 + conditions.swing * Math.sin((2 * Math.PI * tick) / ticks);
  for (const node of fleet) {
    if (tick > 0 && chance.happens(conditions.restart)) restart(node, chance, tick);
    apply(node, tick);
    weather(node, { conditions, chance });
    const requests = Math.round(conditions.requests * traffic);
    serve(
      node,
      requests,
      chance.count(requests * rateOf(node, tick, conditions) * burst * traffic, requests),
    );
  }
}

/** A new session draws a new bucket, so a node may fall back to the previous version. */
function restart(node: Member, chance: Chance, tick: number): void {
  node.life += 1;
  node.sequence = 0;
  node.sinceMs = startedAtMs + tick * tickMs;
  node.counters = {};
  node.bucket = node.isSick ? 0 : Math.floor(chance.uniform() * 100);
}

function apply(node: Member, tick: number): void {
  const isOffered = tick > 0 && node.bucket < percentageAt(tick);
  node.appliedTick = isOffered ? (node.appliedTick ?? tick) : undefined;
}

function weather(node: Member, { conditions, chance }: Setting): void {
  node.burstTicks = chance.happens(conditions.nodeBurst) ? nodeBurstTicks : Math.max(node.burstTicks - 1, 0);
  node.drift = 0.9 * node.drift + Math.sqrt(1 - 0.9 ** 2) * conditions.drift * chance.normal();
}

function rateOf(node: Member, tick: number, conditions: Conditions): number {
  const sick = node.isSick ? conditions.sickAlways * (tick > 0 ? conditions.sickFromStart : 1) : 1;
  const isBad = node.appliedTick !== undefined && tick >= node.appliedTick + conditions.lateOnsetTicks;
  const version = isBad ? conditions.timesWorse : 1;
  const burst = node.burstTicks > 0 ? burstTimes : 1;
  return conditions.baseRate * node.own * Math.exp(node.drift) * sick * version * burst;
}

function serve(node: Member, requests: number, errors: number): void {
  const label = node.appliedTick === undefined ? previousLabel : testedLabel;
  const before = node.counters[label] ?? { requests: 0, errors: 0, slow: 0 };
  node.counters[label] = { requests: before.requests + requests, errors: before.errors + errors, slow: 0 };
  node.sequence += 1;
}

function show(node: Member, isMissing: boolean, nowMs: number): NodeObservation[] {
  if (!isMissing) node.shown = observe(node, nowMs);
  return node.shown ? [node.shown] : [];
}

function observe(node: Member, nowMs: number): NodeObservation {
  const lives = Array.from({ length: Math.min(node.life, 8) }, (_, index) => `life-${node.life - 1 - index}`);
  return {
    node: node.name,
    incarnation: `life-${node.life}`,
    retired: lives,
    sequence: node.sequence,
    sinceMs: epochMs(node.sinceMs),
    arrivedAtMs: plusMs(epochMs(nowMs), -1_000),
    label: node.appliedTick === undefined ? previousLabel : testedLabel,
    counters: { ...node.counters },
    health: 'ready',
    silent: false,
  };
}
