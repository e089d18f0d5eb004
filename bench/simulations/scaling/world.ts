/**
 * A service under load, as an autoscaler sees it: nodes of different speeds that start, slow down, crash and are taken away; work
 * that is shared out by capacity, waits in bounded queues, and is shed beyond. Work is a fluid: single requests play no part here.
 */

import type { NodeFacts } from '../../../core/assignment/rule/facts.js';
import { epochMs } from '../../../core/time.js';
import { type Chance, chanceOf } from '../guard/chance.js';

export const tickMs = 2_000;
const reportIntervalMs = 5_000;
/** Work units a second of the typical node. */
const typicalSpeed = 50;
/** A queue holds so much of what its node does in a second. */
const queueSeconds = 2;
/** What waits is to be done within this time (core/assignment/estimates.ts). */
const catchUpSeconds = 10;
/** Records are written when the load has left this (core/fleet/write-pace.ts); their heartbeat is left out here. */
const recordBand = 0.05;
const slowStartMs = 45_000;
const leastRamp = 0.1;
/** From the decision to the process, and from the process to its first configuration. */
const [launchMinMs, launchMaxMs, startMs] = [60_000, 150_000, 10_000] as const;
/** How long a node that is taken away takes to leave. */
const leaveMs = 20_000;

interface Node {
  readonly name: string;
  readonly speed: number;
  readonly bornMs: number;
  readonly readyMs: number;
  leavesMs: number;
  slowness: number;
  queue: number;
  load: number;
  /** The load as its record has it. */
  recorded: number;
  busy: number;
  measuredMs: number;
}

/** What an autoscaler may look at. */
export interface View {
  readonly nowMs: number;
  /** As declared to the service; nodes on their way count. */
  readonly desired: number;
  /** Mean over the nodes that serve: share of time at work, at most 1. */
  readonly meanBusy: number;
  /** Mean over the nodes that serve of the load they report. */
  readonly meanLoad: number;
  readonly facts: readonly NodeFacts[];
}

export interface Tally {
  overCapacityMs: number;
  nodeMs: number;
  offered: number;
  shed: number;
}

export interface Service {
  readonly seed: number;
  /** As many as it begins with. */
  readonly nodes: number;
  /** Of the nodes' speeds, which are log-normal: the standard deviation of their logarithm. */
  readonly spread: number;
}

export class World {
  readonly tally: Tally = { overCapacityMs: 0, nodeMs: 0, offered: 0, shed: 0 };
  readonly #chance: Chance;
  readonly #spread: number;
  #nodes: Node[] = [];
  #made = 0;
  #desired: number;

  constructor({ seed, nodes, spread }: Service) {
    this.#chance = chanceOf(seed);
    this.#spread = spread;
    this.#desired = nodes;
    for (let node = 0; node < nodes; node += 1) this.#launch(-3_600_000);
  }

  get desired(): number {
    return this.#desired;
  }

  /** Work units a second of the nodes that serve. */
  capacity(nowMs: number): number {
    return this.#serving(nowMs).reduce((total, node) => total + speedOf(node), 0);
  }

  scaleTo(desired: number, nowMs: number): void {
    this.#desired = desired;
    const staying = this.#nodes.filter(({ leavesMs }) => leavesMs === Number.POSITIVE_INFINITY);
    for (let node = staying.length; node < desired; node += 1) this.#launch(nowMs + this.#launchMs());
    // The youngest go first, those still on their way among them.
    for (const node of staying.slice(desired)) node.leavesMs = Math.max(nowMs, node.bornMs) + leaveMs;
  }

  /** A share of the nodes is gone; the service starts others in their place. */
  crash(share: number, nowMs: number): void {
    const serving = this.#serving(nowMs);
    const lost = new Set(serving.slice(0, Math.round(share * serving.length)));
    this.#nodes = this.#nodes.filter((node) => !lost.has(node));
    this.scaleTo(this.#desired, nowMs);
  }

  slow(share: number, slowness: number): void {
    for (const node of this.#nodes.slice(0, Math.round(share * this.#nodes.length))) node.slowness = slowness;
  }

  /** @param demand work units a second. */
  tick(nowMs: number, demand: number): View {
    this.#nodes = this.#nodes.filter(({ leavesMs }) => leavesMs > nowMs);
    const serving = this.#serving(nowMs);
    const weights = serving.map((node) => speedOf(node) * rampOf(node, nowMs) * this.#luck());
    const weight = weights.reduce((total, each) => total + each, 0);
    for (const [index, node] of serving.entries()) {
      this.#work(node, { offered: (demand * (weights[index] ?? 0)) / weight, nowMs });
    }
    this.#count(demand, nowMs);
    const mean = (of: (node: Node) => number) =>
      serving.reduce((total, node) => total + of(node), 0) / serving.length;
    return {
      nowMs,
      desired: this.#desired,
      meanBusy: mean(({ busy }) => busy),
      meanLoad: mean(({ load }) => load),
      facts: this.#nodes.filter(({ bornMs }) => bornMs <= nowMs).map((node) => factsOf(node, nowMs)),
    };
  }

  #count(demand: number, nowMs: number): void {
    this.tally.offered += (demand * tickMs) / 1_000;
    this.tally.nodeMs += tickMs * this.#nodes.filter(({ bornMs }) => bornMs <= nowMs).length;
    if (demand > this.capacity(nowMs)) this.tally.overCapacityMs += tickMs;
  }

  #work(node: Node, { offered, nowMs }: { offered: number; nowMs: number }): void {
    const [speed, seconds] = [speedOf(node), tickMs / 1_000];
    const toDo = node.queue + offered * seconds;
    const left = Math.max(0, toDo - speed * seconds);
    this.tally.shed += Math.max(0, left - queueSeconds * speed);
    node.queue = Math.min(left, queueSeconds * speed);
    if (nowMs - node.measuredMs < reportIntervalMs) return;
    node.measuredMs = nowMs;
    node.load = (offered + node.queue / catchUpSeconds) / speed;
    if (Math.abs(node.load - node.recorded) > recordBand) node.recorded = node.load;
    node.busy = Math.min(1, toDo / (speed * seconds));
  }

  #serving(nowMs: number): Node[] {
    return this.#nodes.filter(
      ({ readyMs, leavesMs }) => readyMs <= nowMs && leavesMs === Number.POSITIVE_INFINITY,
    );
  }

  #launch(bornMs: number): void {
    this.#made += 1;
    this.#nodes.push({
      name: `node-${this.#made}`,
      speed: typicalSpeed * Math.exp(this.#spread * this.#chance.normal()),
      bornMs,
      readyMs: bornMs + startMs,
      leavesMs: Number.POSITIVE_INFINITY,
      slowness: 1,
      queue: 0,
      load: 0,
      recorded: 0,
      busy: 0,
      measuredMs: bornMs - reportIntervalMs * this.#chance.uniform(),
    });
  }

  readonly #launchMs = () => launchMinMs + (launchMaxMs - launchMinMs) * this.#chance.uniform();
  /** Sharing out is never exact. */
  readonly #luck = () => Math.exp(0.1 * this.#chance.normal());
}

const speedOf = ({ speed, slowness }: Node): number => speed / slowness;

const rampOf = ({ readyMs }: Node, nowMs: number): number =>
  Math.min(1, Math.max(leastRamp, (nowMs - readyMs) / slowStartMs));

const factsOf = (node: Node, nowMs: number): NodeFacts => ({
  node: node.name,
  capacity: speedOf(node),
  load: node.recorded,
  work: node.recorded * speedOf(node),
  health: healthOf(node, nowMs),
  sinceMs: epochMs(Math.max(0, node.bornMs)),
  measuredAtMs: epochMs(Math.max(0, node.measuredMs)),
  reportIntervalMs,
});

function healthOf({ readyMs, leavesMs }: Node, nowMs: number): NodeFacts['health'] {
  if (leavesMs !== Number.POSITIVE_INFINITY) return 'draining';
  return readyMs <= nowMs ? 'ready' : 'starting';
}
