/** Veltrix' own router and assigner, the very code that runs in clients and functions: free and keyed. */

import { addWork, createWorkMeter, type WorkMeter, workOf } from '../../../../core/assignment/estimates.js';
import { assign } from '../../../../core/assignment/rule/assign.js';
import type { NodeFacts } from '../../../../core/assignment/rule/facts.js';
import { type AssignmentSettings, assignmentSettingsSchema } from '../../../../core/assignment/settings.js';
import { type Assignment, emptyAssignment } from '../../../../core/assignment/table/table.js';
import { createRoutes, nodeFor, ownerFor, type Routes } from '../../../../core/routing/node-for.js';
import { createPicking, type Picking, pick } from '../../../../core/routing/pick.js';
import {
  earnRetry,
  fullRetryBudget,
  type RetryBudget,
  spendRetry,
} from '../../../../core/routing/retry-budget.js';
import { begin, createStanding, end, renewStanding } from '../../../../core/routing/standing.js';
import { epochMs } from '../../../../core/time.js';
import type { Asked, Report, Strategy, StrategyKind, World } from '../strategy.js';

/** Reports that may be missed, and what they may be late besides, before a node is taken for dead. */
const [missedReports, lateMs] = [3, 1_000];
/** How often the assigner looks, and routers learn of nodes and table. */
const tickMs = 1_000;
const assignEveryTicks = 2;

const nameOf = (node: number): string => `node-${String(node).padStart(5, '0')}`;

export const veltrixFree: StrategyKind = {
  name: 'Veltrix, free',
  isKeyed: false,
  create: (world) => new FreeRouting(world, true),
};

export const veltrixFreeWithoutRetries: StrategyKind = {
  name: 'Veltrix, free, no retries',
  isKeyed: false,
  create: (world) => new FreeRouting(world, false),
};

export const veltrixKeyed: StrategyKind = {
  name: 'Veltrix, keyed',
  isKeyed: true,
  create: (world) => new KeyedRouting(world, { standsIn: true }),
};

/** Nobody but an owner may serve a key: what is refused by a dead owner fails until the table has changed. */
export const veltrixStrict: StrategyKind = {
  name: 'Veltrix, keyed, owners only',
  isKeyed: true,
  create: (world) => new KeyedRouting(world, { standsIn: false }),
};

/** Routers that pick, each by its own standing; nodes and their capacities are learnt from reports. */
class FreeRouting implements Strategy {
  readonly tickMs = tickMs;
  protected readonly world: World;
  protected readonly newest = new Map<number, Report>();
  protected pickings: Picking[];
  readonly #budgets: RetryBudget[];
  readonly #mayRetry: boolean;

  constructor(world: World, mayRetry: boolean) {
    this.world = world;
    this.#mayRetry = mayRetry;
    const nodes = [...world.declared].map((capacity, node) => ({ node: nameOf(node), capacity }));
    const { uniform } = world.chance;
    const create = () => createPicking(createStanding(nodes), uniform);
    this.pickings = Array.from({ length: world.conditions.routers }, create);
    this.#budgets = this.pickings.map(() => fullRetryBudget);
  }

  route({ router, attempt }: Asked, nowMs: number): number {
    if (attempt === 0) this.#budgets[router] = earnRetry(this.#budgets[router] ?? fullRetryBudget);
    return pick(this.pickings[router] as Picking, nowMs);
  }

  sent({ router }: Asked, node: number): void {
    begin((this.pickings[router] as Picking).standing, node);
  }

  ended({ router, node, how }: Parameters<NonNullable<Strategy['ended']>>[0], nowMs: number): void {
    end((this.pickings[router] as Picking).standing, node, { how, nowMs });
  }

  reported(report: Report): void {
    this.newest.set(report.node, report);
  }

  tick(_nowMs: number): void {
    const nodes = [...this.world.declared].map((declared, node) => ({
      node: nameOf(node),
      capacity: this.newest.get(node)?.capacity ?? declared,
    }));
    this.pickings = this.pickings.map(({ standing, random }) =>
      createPicking(renewStanding(standing, nodes), random),
    );
  }

  retries(router: number): boolean {
    const left = spendRetry(this.#budgets[router] ?? fullRetryBudget);
    if (!this.#mayRetry || !left) return false;
    this.#budgets[router] = left;
    return true;
  }
}

class KeyedRouting extends FreeRouting {
  readonly #standsIn: boolean;
  readonly #settings: AssignmentSettings;
  readonly #meter: WorkMeter;
  readonly #startedMs = epochMs(0);
  #table: Assignment;
  #routes: Routes[] = [];
  #ticks = 0;
  moves = 0;

  constructor(world: World, { standsIn }: { readonly standsIn: boolean }) {
    super(world, true);
    this.#standsIn = standsIn;
    this.#settings = assignmentSettingsSchema.parse({ owners: { most: world.conditions.ownersMost } });
    this.#meter = createWorkMeter(world.conditions.partitions, this.#startedMs);
    this.#table = emptyAssignment(world.conditions.partitions);
  }

  override route(asked: Asked, nowMs: number): number {
    super.route({ ...asked, router: asked.router }, nowMs);
    const routes = this.#routes[asked.router] as Routes;
    const partition = this.world.partitionOf(asked.key);
    return this.#standsIn ? nodeFor(routes, partition, nowMs) : ownerFor(routes, partition, nowMs);
  }

  override reported(report: Report): void {
    super.reported(report);
    for (const [partition, units] of report.offered)
      addWork(this.#meter, partition, { units, nowMs: report.arrivedAtMs });
  }

  override tick(nowMs: number): void {
    super.tick(nowMs);
    if (this.#ticks % assignEveryTicks === 0) this.#assign(nowMs);
    this.#ticks += 1;
    this.#routes = this.pickings.map((picking) => createRoutes(picking, this.#table.slots));
  }

  #assign(nowMs: number): void {
    const assigned = assign({
      previous: this.#table,
      nodes: [...this.world.declared].map((declared, node) => this.#factsOf(node, { declared, nowMs })),
      work: workOf(this.#meter, nowMs),
      settings: this.#settings,
      nowMs: epochMs(nowMs),
    });
    if (assigned.kind === 'unchanged') return;
    this.#table = assigned.assignment;
    if (nowMs >= this.world.conditions.warmUpMs) this.moves += assigned.moves.length;
  }

  #factsOf(
    node: number,
    { declared, nowMs }: { readonly declared: number; readonly nowMs: number },
  ): NodeFacts {
    const report = this.newest.get(node);
    const { reportMs } = this.world.conditions;
    const arrivedAtMs = report?.arrivedAtMs ?? 0;
    const work = report ? (1_000 * sumOf(report.offered)) / report.windowMs : 0;
    return {
      node: nameOf(node),
      capacity: report?.capacity ?? declared,
      load: report?.load ?? 0,
      work,
      health: nowMs - arrivedAtMs > missedReports * reportMs + lateMs ? 'silent' : 'ready',
      sinceMs: epochMs(report?.sinceMs ?? -600_000),
      measuredAtMs: epochMs(arrivedAtMs),
      reportIntervalMs: reportMs,
    };
  }
}

const sumOf = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
