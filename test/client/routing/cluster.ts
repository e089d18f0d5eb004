/** A cluster's table and roster, as a test writes them, and nodes that read them on one virtual clock. */

import type { NodeClock } from '../../../client/clock.js';
import { connectWith } from '../../../client/connect.js';
import type { Node } from '../../../client/node.js';
import type { ConnectOptions } from '../../../client/options.js';
import type { Grant, GrantTable } from '../../../core/assignment/table/table.js';
import type { AssignmentHead, AssignmentReader } from '../../../core/assignment/table/tables.js';
import type { Roster, RosterNode } from '../../../core/fleet/roster.js';
import { defineApplication } from '../../../core/profiles.js';
import { epochMs } from '../../../core/time.js';
// Loaded here, so that the first node of a file needs no more turns than the others.
import '../../../client/routing/routed.js';
import { createWorld, gameplay, limits } from '../world.js';

export const routed = defineApplication({
  name: 'hunt',
  environments: ['staging', 'production'],
  profiles: [gameplay, limits],
  routing: { partitions: 16 },
});
export type Routed = typeof routed;

/** Keys of partitions 0 to 3 of 16, by MurmurHash3. */
export const keyOf = ['hunt-20', 'hunt-9', 'hunt-50', 'hunt-0'] as const;

/** The life of every node: they draw the same numbers, and go by different names. */
const life = '88888888-8888-4888-8888-888888888888';

/** A slot that one node owns. */
export function grant(
  owner: string,
  epoch: number,
  about: { began?: number; waitsFor?: string[] } = {},
): Grant {
  const { began = 1, waitsFor = [] } = about;
  return {
    owners: owner === '' ? [] : [owner],
    incarnations: owner === '' ? [] : [life],
    epoch,
    sinceMs: epochMs(0),
    began,
    waitsFor: waitsFor.map((node) => ({ node, incarnation: life })),
  };
}

export const member = (node: string, about: Partial<RosterNode> = {}): RosterNode => ({
  node,
  incarnation: life,
  endpoint: `http://${node}`,
  labels: {},
  health: 'ready',
  unitsPerSecond: 100,
  ...about,
});

/** The stored assignment: what is written here is what readers get. It keeps the port's contract. */
export class TableTwin {
  head: AssignmentHead | undefined;
  readonly tables = new Map<string, GrantTable>();
  readonly rosters = new Map<string, Roster>();
  /** When each read of the head began, and what was asked for besides. */
  readonly reads: { readonly atMs: number }[] = [];
  fetches = 0;
  behaviour: 'works' | 'fails' | 'hangs' = 'works';
  /** How long an answer takes, on the clock. */
  latencyMs = 0;
  /** How much longer a table or a roster takes than the head. */
  fetchLatencyMs = 0;
  closed = 0;
  readonly #clock: NodeClock;

  constructor(clock: NodeClock) {
    this.#clock = clock;
  }

  /** Puts a table in force, by the owners of its first partitions; nobody has the others. */
  write(first: readonly Grant[], generation = (this.head?.generation ?? 0) + 1): void {
    const slots = Array.from({ length: 16 }, (_, partition) => first[partition] ?? grant('', 0));
    const tableKey = `table#${generation}`;
    this.tables.set(tableKey, { generation, slots });
    this.#put({ generation, tableKey });
  }

  writeRoster(nodes: readonly RosterNode[]): void {
    const rosterRevision = (this.head?.rosterRevision ?? 0) + 1;
    const rosterKey = `roster#${rosterRevision}`;
    this.rosters.set(rosterKey, { revision: rosterRevision, nodes });
    this.#put({ rosterRevision, rosterKey });
  }

  reader(): AssignmentReader {
    return {
      head: async () => {
        this.reads.push({ atMs: this.#clock.monotonicMs() });
        return this.#answer(this.head);
      },
      table: ({ tableKey = '' }) => this.#answer(this.#fetch(this.tables, tableKey), this.fetchLatencyMs),
      roster: ({ rosterKey = '' }) => this.#answer(this.#fetch(this.rosters, rosterKey), this.fetchLatencyMs),
      close: () => {
        this.closed += 1;
      },
    };
  }

  #fetch<Thing>(from: ReadonlyMap<string, Thing>, key: string): Thing | 'superseded' {
    this.fetches += 1;
    return from.get(key) ?? 'superseded';
  }

  /** What was there when it was asked for. */
  async #answer<Thing>(thing: Thing, moreMs = 0): Promise<Thing> {
    if (this.behaviour === 'hangs') return new Promise(() => undefined);
    if (this.behaviour === 'fails') throw new Error('ProvisionedThroughputExceededException');
    const latencyMs = this.latencyMs + moreMs;
    if (latencyMs > 0) await new Promise<void>((done) => this.#clock.setTimer(done, latencyMs));
    return thing;
  }

  #put(members: Partial<AssignmentHead>): void {
    const before = { generation: 0, rosterRevision: 0, ...this.head };
    const revision = (this.head?.revision ?? 0) + 1;
    this.head = { ...before, ...members, revision, writtenAtMs: epochMs(0) };
  }
}

export function createCluster(settings: { readonly random?: () => number } = {}) {
  const world = createWorld(settings);
  const table = new TableTwin(world.clock);
  const connect = async (
    node = 'a',
    options: Partial<ConnectOptions<Routed>> = {},
    clock: NodeClock = world.clock,
  ): Promise<Node<Routed>> => {
    const log: ConnectOptions['log'] = (level, message) => world.logged.push({ level, message });
    const outside = { ...world.outside, clock, assignments: table.reader() };
    const starting = connectWith(routed, { environment: 'staging', node, log, ...options }, outside);
    await world.clock.settle();
    return starting;
  };
  const reportsOf = (node: string) => world.stream.reports.filter((report) => report.node === node);
  return { ...world, table, connect, reportsOf, lastReportOf: (node: string) => reportsOf(node).at(-1) };
}
