/** The roster of a cluster: the nodes that are there, as routers and discovery need to know them. Written with the assignment. */

import * as z from 'zod';
import { epochMs } from '../time.js';
import { nodeHealths } from './node-reports.js';

const text = z.string().min(1).max(256);

export const rosterNodeSchema = z.object({
  node: text,
  incarnation: text,
  /** Where other nodes reach it: `http://10.0.0.7:8080`. */
  endpoint: text.exactOptional(),
  labels: z.record(text, text),
  health: z.enum(nodeHealths),
  /** Work units a second it can do: as measured, else as declared. Follows what is measured in coarse steps, or it would change always. */
  unitsPerSecond: z.number().positive(),
  /** True while a person keeps work away from it. */
  drained: z.boolean().exactOptional(),
  /** For the writer: this life takes up nothing that it is granted, and had begun all of this generation when it was found so. */
  stuckAt: z.int().min(0).exactOptional(),
  /** For the writer: this life claims nothing while others do, since the report that arrived then. */
  claimlessSinceMs: z.int().transform(epochMs).exactOptional(),
});
export type RosterNode = z.infer<typeof rosterNodeSchema>;

export interface Roster {
  /** Grows by one with each change. */
  readonly revision: number;
  /** In the order of their names. Nodes that are silent or have left are not in it. */
  readonly nodes: readonly RosterNode[];
}

/** The zone a node says it is in, by its label `zone`. */
export const zoneOf = ({ labels }: Pick<RosterNode, 'labels'>): string | undefined => labels['zone'];

/** True where new work may be sent: neither starting, draining, stopped, nor drained by a person. */
export const isHealthy = ({ health, drained }: Pick<RosterNode, 'health' | 'drained'>): boolean =>
  drained !== true && (health === 'ready' || health === 'degraded');
