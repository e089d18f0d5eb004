/** Fleets of node processes whose real speeds differ from what anybody wrote down: one as it was, one with Veltrix. */

import * as z from 'zod';
import { chanceOf, seedOf } from '../simulations/guard/chance.js';
import { publishSample } from '../world/publishing.js';
import { type Server, type ServerProgram, withServers } from './servers.js';
import type { StoryWorld } from './story.js';

export interface FleetNode {
  readonly name: string;
  readonly slots: number;
  /** 1 is what the sizing says. */
  readonly speed: number;
}

export interface Fleet {
  readonly nodes: readonly FleetNode[];
  /** What a piece of work takes on average at speed 1. */
  readonly workMs: number;
}

/** Log-normal, σ 0.5: machines of one type differ so, by age and by who else is on them (as docs/decisions/0007 simulates it). */
const speedSigma = 0.5;
/** Waits at most for what a node does in half a second, at the speed the sizing says. */
const queueMs = 500;
const speedSeed = seedOf(3, 1);

/** @param slotsOf by the node's place in the fleet. */
export function drawNodes(count: number, slotsOf: (index: number) => number): FleetNode[] {
  const chance = chanceOf(speedSeed);
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${String(index + 1).padStart(2, '0')}`,
    slots: slotsOf(index),
    speed: Math.exp(speedSigma * chance.normal() - speedSigma ** 2 / 2),
  }));
}

/** Pieces of work a second that the fleet can really do. */
export const capacityOf = ({ nodes, workMs }: Fleet): number =>
  nodes.reduce((sum, { slots, speed }) => sum + (slots * speed * 1_000) / workMs, 0);

export interface Fleets {
  readonly generator: Server;
  /** Nodes that know nobody, in the fleet's order. */
  readonly plain: readonly Server[];
  /** The same with Veltrix; the generator's router knows them and the owner of each key. */
  readonly routed: readonly Server[];
}

/** Runs a fleet twice, and a generator. @param plainEnvironment what only the nodes that know nobody are told. */
export async function withFleets<Result>(
  { aws, files }: StoryWorld,
  { plainEnvironment, ...fleet }: Fleet & { readonly plainEnvironment: Readonly<Record<string, string>> },
  work: (fleets: Fleets) => Promise<Result>,
): Promise<Result> {
  await publishSample(aws, 'staging');
  const cluster = { ...aws.environment, CLUSTER: 'staging' };
  const programs = [
    { name: 'generator', environment: cluster },
    ...nodePrograms(fleet, plainEnvironment),
    ...nodePrograms(fleet, cluster),
  ];
  return withServers(files, programs, async ([generator, ...servers]) => {
    if (!generator) throw new RangeError('the generator is missing');
    const count = fleet.nodes.length;
    await generator.ask(`/routed?nodes=${count}`);
    return work({ generator, plain: servers.slice(0, count), routed: servers.slice(count) });
  });
}

const nodePrograms = (
  { nodes, workMs }: Fleet,
  environment: Readonly<Record<string, string>>,
): ServerProgram[] =>
  nodes.map(({ name, slots, speed }) => ({
    name: 'fleet-node',
    environment: {
      ...environment,
      NODE: name,
      SLOTS: String(slots),
      SPEED: String(speed),
      WORK_MS: String(workMs),
      QUEUE_MAX: String(Math.round((slots * queueMs) / workMs)),
    },
  }));

const offeredSchema = z.object({ offeredMs: z.number() });

/** Of each node, how much work was sent to it since it began, in milliseconds of one slot. */
export const offeredTo = (servers: readonly Server[]): Promise<number[]> =>
  Promise.all(servers.map(async (server) => offeredSchema.parse(await server.ask('/offered')).offeredMs));
