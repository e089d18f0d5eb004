/** One run: requests through routers to nodes with bounded queues, first come first served, one at a time, on a virtual clock. */

import { addPace, loadOf, unitsPerSecond, unmeasured } from '../../../core/assignment/estimates.js';
import { chanceOf, seedOf } from '../guard/chance.js';
import type { Conditions } from './conditions.js';
import { Agenda } from './events.js';
import { mix } from './mix.js';
import { beginNode, type Node, onNode, takeFirst } from './node.js';
import type { Asked, Strategy, StrategyKind, World } from './strategy.js';
import { type Figures, Tally } from './tally.js';
import { speedsOf, type Traffic, trafficOf } from './traffic.js';

const retriesMax = 2;
const [strategyChance, reportChance, troubleChance] = [3, 4, 5];

export function simulate(kind: StrategyKind, conditions: Conditions, seed: number): Figures {
  return new Run(kind, conditions, seed).run();
}

class Run {
  readonly #conditions: Conditions;
  readonly #agenda = new Agenda();
  readonly #traffic: Traffic;
  readonly #nodes: Node[];
  readonly #strategy: Strategy;
  readonly #tally: Tally;
  readonly #partition: Int32Array;
  readonly #reports;
  readonly #trouble;

  constructor(kind: StrategyKind, conditions: Conditions, seed: number) {
    this.#conditions = conditions;
    const speeds = speedsOf(conditions, seed);
    this.#traffic = trafficOf(conditions, speeds, seed);
    this.#nodes = [...speeds].map(beginNode);
    this.#partition = Int32Array.from(
      { length: conditions.keys },
      (_, key) => mix(key, 77) % conditions.partitions,
    );
    this.#reports = chanceOf(seedOf(reportChance, seed));
    this.#trouble = chanceOf(seedOf(troubleChance, seed));
    this.#strategy = kind.create(this.#world(speeds, seed));
    this.#tally = new Tally(conditions, this.#traffic.count);
  }

  run(): Figures {
    this.#planReports();
    this.#planTicks();
    this.#planTrouble();
    const { count, arrivesAtMs } = this.#traffic;
    for (let request = 0; request < count; request += 1) {
      const atMs = arrivesAtMs[request] ?? 0;
      while (this.#agenda.nextMs <= atMs) this.#agenda.step();
      this.#send(request, 0, atMs);
    }
    // What was accepted is still answered; reports and ticks are over.
    while (this.#agenda.nextMs < Number.POSITIVE_INFINITY) this.#agenda.step();
    return this.#tally.figures(this.#strategy.moves ?? 0);
  }

  #world(speeds: Float64Array, seed: number): World {
    const { keys, zipf, partitions, load } = this.#conditions;
    const weights = Float64Array.from({ length: keys }, (_, rank) => (rank + 1) ** -zipf);
    const perSecond = (load * sumOf(speeds)) / sumOf(weights);
    const trueWork = new Float64Array(partitions);
    for (const [key, partition] of this.#partition.entries())
      trueWork[partition] = (trueWork[partition] ?? 0) + (weights[key] ?? 0) * perSecond;
    return {
      conditions: this.#conditions,
      declared: speeds,
      chance: chanceOf(seedOf(strategyChance, seed)),
      truth: {
        speedAt: (node) => this.#node(node).speed,
        isUp: (node) => this.#node(node).isUp,
        onNode: (node) => onNode(this.#node(node)),
      },
      partitionOf: (key) => this.#partition[key] ?? 0,
      trueWork,
    };
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new RangeError(`there is no node ${index}`);
    return node;
  }

  #asked(request: number, attempt: number): Asked {
    return { key: this.#traffic.key[request] ?? 0, router: this.#traffic.router[request] ?? 0, attempt };
  }

  #send(request: number, attempt: number, nowMs: number): void {
    const asked = this.#asked(request, attempt);
    const index = this.#strategy.route(asked, nowMs);
    if (index < 0) {
      this.#tally.failed(this.#arrival(request), 'nobody');
      return;
    }
    this.#strategy.sent?.(asked, index);
    const node = this.#node(index);
    if (node.isUp) this.#offer(node, asked.key);
    const how = !node.isUp ? 'refused' : onNode(node) >= this.#conditions.queueLimit ? 'shed' : undefined;
    if (how === undefined) this.#accept({ request, attempt, index }, nowMs);
    else this.#turnedAway({ request, attempt, index, how }, nowMs);
  }

  #offer(node: Node, key: number): void {
    const partition = this.#partition[key] ?? 0;
    node.offered.set(partition, (node.offered.get(partition) ?? 0) + 1);
  }

  #accept(
    { request, attempt, index }: { request: number; attempt: number; index: number },
    nowMs: number,
  ): void {
    const node = this.#node(index);
    this.#tally.accepted({ key: this.#traffic.key[request] ?? 0, node: index }, nowMs);
    node.queue.push({ request, attempt });
    if (onNode(node) === 1) this.#work(index, nowMs);
  }

  #turnedAway(
    {
      request,
      attempt,
      index,
      how,
    }: { request: number; attempt: number; index: number; how: 'refused' | 'shed' },
    nowMs: number,
  ): void {
    const { router } = this.#asked(request, attempt);
    this.#strategy.ended?.({ router, node: index, how }, nowMs);
    const isTriedAgain = attempt < retriesMax && this.#strategy.retries?.(router) === true;
    if (isTriedAgain) this.#send(request, attempt + 1, nowMs);
    else this.#tally.failed(this.#arrival(request), how);
  }

  #arrival(request: number): number {
    return this.#traffic.arrivesAtMs[request] ?? 0;
  }

  /** Begins the first of a node's requests, and ends it when its time has passed. */
  #work(index: number, nowMs: number): void {
    const node = this.#node(index);
    const first = node.queue[node.head];
    if (!first) return;
    const units = this.#traffic.demand[first.request] ?? 0;
    const takesMs = (1_000 * units) / node.speed;
    const { life } = node;
    this.#agenda.at(nowMs + takesMs, (endMs) => {
      if (node.life !== life) return;
      node.done = { units: node.done.units + 1, busyMs: node.done.busyMs + takesMs };
      takeFirst(node);
      const { router } = this.#asked(first.request, first.attempt);
      this.#strategy.ended?.({ router, node: index, how: 'answered' }, endMs);
      this.#tally.answered(this.#arrival(first.request), endMs);
      this.#work(index, endMs);
    });
  }

  #planReports(): void {
    const { reportMs } = this.#conditions;
    for (const index of this.#nodes.keys()) this.#report(index, reportMs * this.#reports.uniform());
  }

  #report(index: number, atMs: number): void {
    const { reportMs, durationMs } = this.#conditions;
    if (atMs > durationMs) return;
    this.#agenda.at(atMs, (nowMs) => {
      if (this.#node(index).isUp) this.#sendReport(index, nowMs);
      this.#report(index, nowMs + reportMs * (0.95 + 0.1 * this.#reports.uniform()));
    });
  }

  #sendReport(index: number, nowMs: number): void {
    const { reportDelayMs, reportLoss } = this.#conditions;
    const node = this.#node(index);
    node.pace = addPace(node.pace, node.done);
    const { offered, reportedAtMs, sinceMs } = node;
    const said = {
      node: index,
      sinceMs,
      onNode: onNode(node),
      capacity: unitsPerSecond(node.pace),
      offered,
      load: loadOf(node.pace, {
        offered: [...offered.values()].reduce((sum, count) => sum + count, 0),
        windowMs: nowMs - reportedAtMs,
        waiting: Math.max(0, onNode(node) - 1),
      }),
      windowMs: nowMs - reportedAtMs,
    };
    Object.assign(node, { offered: new Map(), done: unmeasured, reportedAtMs: nowMs });
    const delayMs = reportDelayMs * (1 - Math.log(1 - this.#reports.uniform()));
    if (this.#reports.happens(reportLoss)) return;
    this.#agenda.at(nowMs + delayMs, (arrivedAtMs) => this.#strategy.reported?.({ ...said, arrivedAtMs }));
  }

  #planTicks(): void {
    const { tickMs } = this.#strategy;
    if (tickMs === undefined) return;
    const again = (atMs: number) => {
      if (atMs > this.#conditions.durationMs) return;
      this.#agenda.at(atMs, (nowMs) => {
        this.#strategy.tick?.(nowMs);
        again(nowMs + tickMs);
      });
    };
    again(0);
  }

  #planTrouble(): void {
    const { trouble, nodes } = this.#conditions;
    const count = Math.max(1, Math.round(trouble.share * nodes));
    const shuffled = [...this.#nodes.keys()]
      .map((index) => [this.#trouble.uniform(), index] as const)
      .sort(([a], [b]) => a - b)
      .map(([, index]) => index);
    for (const index of shuffled.slice(0, count)) this.#planSlowness(index);
    for (const index of shuffled.slice(count, 2 * count)) this.#planCrash(index);
  }

  #planSlowness(index: number): void {
    const { slowAtMs, lastsMs, slowness } = this.#conditions.trouble;
    if (slowAtMs === undefined) return;
    const node = this.#node(index);
    const set = (speed: number) => () => Object.assign(node, { speed });
    this.#agenda.at(slowAtMs, set(node.nominal * slowness));
    this.#agenda.at(slowAtMs + lastsMs, set(node.nominal));
  }

  #planCrash(index: number): void {
    const { crashAtMs, lastsMs } = this.#conditions.trouble;
    if (crashAtMs === undefined) return;
    this.#agenda.at(crashAtMs, (nowMs) => this.#crash(index, nowMs));
    this.#agenda.at(crashAtMs + lastsMs, (nowMs) => {
      const node = this.#node(index);
      Object.assign(node, beginNode(node.nominal), { life: node.life, sinceMs: nowMs, reportedAtMs: nowMs });
    });
  }

  /** The process dies: what was on it is lost, and its connections break at once. */
  #crash(index: number, nowMs: number): void {
    const node = this.#node(index);
    const lost = node.queue.slice(node.head);
    Object.assign(node, { isUp: false, life: node.life + 1, queue: [], head: 0 });
    for (const { request, attempt } of lost) {
      const { router } = this.#asked(request, attempt);
      this.#strategy.ended?.({ router, node: index, how: 'broken' }, nowMs);
      this.#tally.failed(this.#arrival(request), 'lost');
    }
  }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
