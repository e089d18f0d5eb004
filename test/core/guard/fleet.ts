/** A fleet for the guard's tests: nodes whose counters grow by what a test says, and looks at them. */

import { type Judgement, judgeRollout } from '../../../core/guard/judge.js';
import type { GuardedDeployment } from '../../../core/guard/look.js';
import type { NodeObservation } from '../../../core/guard/observations.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import type { GuardState } from '../../../core/guard/state.js';
import { epochMs, plusMs } from '../../../core/time.js';

export const startMs = epochMs(1_767_225_600_000);
export const minuteMs = 60_000;
export const [oldLabel, newLabel] = ['v1-aaaaaaaa', 'v2-bbbbbbbb'];

type Settings = Parameters<typeof guardSettingsSchema.parse>[0];

export const tally = (requests: number, errors = 0, slow = 0) => ({ requests, errors, slow });

/** An observation at the given minute, holding the old version since long ago. */
export function seen(node: string, minute: number, change: Partial<NodeObservation> = {}): NodeObservation {
  return {
    node,
    incarnation: 'life-1',
    retired: [],
    sequence: minute + 100,
    sinceMs: plusMs(startMs, -60 * minuteMs),
    arrivedAtMs: plusMs(startMs, minute * minuteMs),
    label: oldLabel,
    counters: {},
    health: 'ready',
    silent: false,
    ...change,
  };
}

export const deployment: GuardedDeployment = {
  number: 7,
  label: newLabel,
  previousLabel: oldLabel,
  percentage: 20,
  state: 'DEPLOYING',
  startedAtMs: startMs,
};

/** Looks once a minute, from minute 0; remembers what the guard wants remembered, as JSON. */
export class Watch {
  readonly #settings;
  #state: GuardState | undefined;
  #minute = 0;

  /** No warm-up unless a test asks for it: every request counts. */
  constructor(settings: Settings = {}) {
    this.#settings = guardSettingsSchema.parse({ warmUpSeconds: 0, ...(settings as object) });
  }

  get minute(): number {
    return this.#minute;
  }

  /** Judges the nodes at the present minute and lets a minute pass. */
  look(nodes: readonly NodeObservation[], change: Partial<GuardedDeployment> = {}): Judgement {
    const judgement = this.peek(nodes, change);
    this.#state = JSON.parse(JSON.stringify(judgement.state)) as GuardState;
    this.#minute += 1;
    return judgement;
  }

  /** Judges nodes that are, or are not, a part of the fleet; without remembering. */
  peekSample(nodes: readonly NodeObservation[], isSample: boolean): Judgement {
    return judgeRollout({
      deployment,
      nodes,
      isSample,
      settings: this.#settings,
      ...(this.#state && { previous: this.#state }),
      lookedAtMs: plusMs(startMs, this.#minute * minuteMs + 1_000),
    });
  }

  /** Judges without remembering. */
  peek(nodes: readonly NodeObservation[], change: Partial<GuardedDeployment> = {}): Judgement {
    return judgeRollout({
      deployment: { ...deployment, ...change },
      nodes,
      settings: this.#settings,
      ...(this.#state && { previous: this.#state }),
      lookedAtMs: plusMs(startMs, this.#minute * minuteMs + 1_000),
    });
  }
}

/** Per minute and node: requests and errors under a version. */
export interface Work {
  readonly label: string;
  readonly requests: number;
  readonly errors?: number;
  readonly slow?: number;
}

/** A fleet that works at a steady pace, for tests of what many looks come to. */
export class Fleet {
  readonly #counters = new Map<string, Record<string, { requests: number; errors: number; slow: number }>>();

  /** Adds work to nodes and shows them all, each holding the label it worked under. */
  work(minute: number, done: Readonly<Record<string, Work>>): NodeObservation[] {
    return Object.entries(done).map(([node, { label, requests, errors = 0, slow = 0 }]) => {
      const counters = this.#counters.get(node) ?? {};
      const before = counters[label] ?? tally(0);
      counters[label] = tally(before.requests + requests, before.errors + errors, before.slow + slow);
      this.#counters.set(node, counters);
      return seen(node, minute, { label, counters: structuredClone(counters) });
    });
  }
}

export const finding = (judgement: Judgement, signal: string, test: string) =>
  judgement.findings.find((found) => found.signal === signal && found.test === test);

export const old = (requests: number, errors = 0, slow = 0): Work => ({
  label: oldLabel,
  requests,
  errors,
  slow,
});
export const fresh = (requests: number, errors = 0, slow = 0): Work => ({
  label: newLabel,
  requests,
  errors,
  slow,
});

/** Looks once at nodes that did nothing yet, then once per step; the last judgement. */
export function watched(
  steps: readonly Readonly<Record<string, Work>>[],
  settings: ConstructorParameters<typeof Watch>[0] = {},
) {
  const [watch, fleet] = [new Watch(settings), new Fleet()];
  const names = Object.keys(steps[0] ?? {});
  watch.look(fleet.work(0, Object.fromEntries(names.map((name) => [name, old(0)]))));
  const judgements = steps.map((step) => watch.look(fleet.work(watch.minute, step)));
  const last = judgements.at(-1);
  if (!last) throw new Error('a watch needs steps');
  return { last, judgements, watch, fleet };
}

export const times = (count: number, step: Readonly<Record<string, Work>>) =>
  Array.from({ length: count }, () => step);
