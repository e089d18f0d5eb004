/** What decides how many nodes there are: a script, or target tracking as Application Auto Scaling does it, on one metric or another. */

import { type FleetLoadState, fleetLoad, fleetLoadSettings } from '../../../core/fleet/fleet-load.js';
import { epochMs } from '../../../core/time.js';
import type { View } from './world.js';

export interface Autoscaler {
  /** Sees every tick; answers the count it wants, where it wants another. */
  look(view: View): number | undefined;
}

export const autoscalers: Readonly<Record<string, () => Autoscaler>> = {
  'script: busy > 80 % +50 %, < 40 % halve': thresholds,
  'target tracking on mean busy time': () => new TargetTracking(({ meanBusy }) => meanBusy),
  'target tracking on mean load': () => new TargetTracking(({ meanLoad }) => meanLoad),
  'target tracking on FleetLoad': () => new TargetTracking(fleetLoadMetric()),
};

const minuteMs = 60_000;
const [nodesMin, nodesMax] = [2, 1_000] as const;
const bounded = (nodes: number): number => Math.min(nodesMax, Math.max(nodesMin, nodes));

/** Means of whole minutes, as CloudWatch keeps them; a minute without a value is missing. */
class Minutes {
  readonly means: number[] = [];
  #sum = 0;
  #count = 0;
  #endsMs = minuteMs;

  /** True when this value began another minute. */
  add(value: number | undefined, nowMs: number): boolean {
    const isOver = nowMs >= this.#endsMs;
    if (isOver) this.#end();
    if (value !== undefined) {
      this.#sum += value;
      this.#count += 1;
    }
    return isOver;
  }

  #end(): void {
    if (this.#count > 0) this.means.push(this.#sum / this.#count);
    [this.#sum, this.#count] = [0, 0];
    this.#endsMs += minuteMs;
  }
}

function thresholds(): Autoscaler {
  const minutes = new Minutes();
  return {
    look: ({ meanBusy, nowMs, desired }) => {
      if (!minutes.add(meanBusy, nowMs)) return undefined;
      const mean = minutes.means.at(-1) ?? 0.5;
      if (mean > 0.8) return bounded(Math.ceil(1.5 * desired));
      return mean < 0.4 ? bounded(Math.ceil(desired / 2)) : undefined;
    },
  };
}

/** docs/scaling-policy.md names them. */
const policy = {
  target: fleetLoadSettings.targetLoad,
  outMinutes: 3,
  inMinutes: 15,
  inShare: 0.9,
  scaleOutCooldownMs: 300_000,
  scaleInCooldownMs: 300_000,
};

/**
 * Above the target for three minutes: out, to the share that the metric is of the target. Below nine tenths of it for fifteen: in.
 * In the cool-down of a scale-out what it added counts as there; in that of a scale-in only scaling out is admitted.
 */
class TargetTracking implements Autoscaler {
  readonly #metric: (view: View) => number | undefined;
  readonly #minutes = new Minutes();
  #cooling: { readonly untilMs: number; readonly base: number } | undefined;

  constructor(metric: (view: View) => number | undefined) {
    this.#metric = metric;
  }

  look(view: View): number | undefined {
    const { nowMs, desired } = view;
    if (!this.#minutes.add(this.#metric(view), nowMs)) return undefined;
    if (this.#cooling && this.#cooling.untilMs <= nowMs) this.#cooling = undefined;
    const latest = this.#minutes.means.at(-1) ?? policy.target;
    const wanted = (base: number) => bounded(Math.ceil((base * latest) / policy.target - 1e-9));
    if (this.#all(policy.outMinutes, (mean) => mean > policy.target + 1e-9)) {
      const base = this.#cooling?.base ?? desired;
      const nodes = wanted(base);
      if (nodes <= desired) return undefined;
      this.#cooling ??= { untilMs: nowMs + policy.scaleOutCooldownMs, base };
      return nodes;
    }
    if (this.#cooling || !this.#all(policy.inMinutes, (mean) => mean < policy.inShare * policy.target)) {
      return undefined;
    }
    const nodes = wanted(desired);
    if (nodes >= desired) return undefined;
    this.#cooling = { untilMs: nowMs + policy.scaleInCooldownMs, base: nodes };
    return nodes;
  }

  #all(minutes: number, holds: (mean: number) => boolean): boolean {
    const means = this.#minutes.means.slice(-minutes);
    return means.length === minutes && means.every(holds);
  }
}

/** As assign-partitions takes its turns. */
const lookEveryMs = 4_000;

function fleetLoadMetric(): (view: View) => number | undefined {
  let state: FleetLoadState | undefined;
  let dueMs = 0;
  return ({ facts, nowMs }) => {
    if (nowMs < dueMs) return undefined;
    dueMs = nowMs + lookEveryMs;
    const told = fleetLoad(state, { nodes: facts, nowMs: epochMs(nowMs) });
    state = told.state;
    return told.value;
  };
}
