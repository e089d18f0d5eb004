/** A fleet in memory with work on it: who owns what, and what each says of its load. */

import type { Grant, GrantTable } from '../../core/assignment/table/table.js';
import { epochMs } from '../../core/time.js';
import { type NodeFacts, record, startMs } from './in-memory-cloud.js';
import type { World } from './world.js';

export const cluster = { application: 'quest', environment: 'staging' } as const;

interface Place {
  readonly owners: readonly string[];
  /** Seconds ago; default: an hour. */
  readonly movedSecondsAgo?: number;
  /** 1: its first owner. Default: 2. */
  readonly epoch?: number;
  readonly began?: number;
}

/** A partition for each, in their order. */
export function tableOf(generation: number, places: readonly (string | Place)[]): GrantTable {
  const slots = places.map((place): Grant => {
    const {
      owners,
      movedSecondsAgo = 3_600,
      epoch = 2,
      began = 1,
    } = typeof place === 'string' ? { owners: [place] } : place;
    return {
      owners,
      epoch,
      sinceMs: epochMs(startMs - 1_000 * movedSecondsAgo),
      incarnations: owners.map((node) => `${node}-life`),
      began,
      waitsFor: [],
    };
  });
  return { generation, slots };
}

export function assign(world: World, table: GrantTable): void {
  world.cloud.tables.set('quest/staging', table);
}

/** Nodes as they report now; they go on reporting while somebody waits. */
export function report(world: World, ...facts: readonly NodeFacts[]): void {
  const say = () => {
    const arrivedAtMs = world.cloud.clock();
    const records = facts.map((fact) => record({ arrivedAtMs, ...fact }));
    world.cloud.nodes.splice(0, world.cloud.nodes.length, ...records);
  };
  say();
  world.cloud.onWait = say;
}
