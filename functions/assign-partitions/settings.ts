/** The environment of the function that shares out a cluster's work among its nodes. */

import * as z from 'zod';
import { jsonList } from '../environment.js';

export const assignSettingsSchema = z.object({
  /** Name of the table of node records. */
  VELTRIX_NODES_TABLE: z.string().min(1),
  /** Name of the table of assignments. */
  VELTRIX_ASSIGNMENTS_TABLE: z.string().min(1),
  /** Clusters of this stage whose work is shared out, as a JSON list of addresses: others are in other stages. */
  VELTRIX_ROUTED_CLUSTERS: jsonList,
});

/** What it counts, for alarms and dashboards. */
export const assignMetrics = {
  /** Looks at a cluster that ended well, whether or not there was anything to write. */
  evaluated: 'AssignmentsEvaluated',
  /** Looks at a cluster that failed: what is in force stays. */
  failed: 'AssignmentsFailed',
  /** Looks that others were quicker than, each time they were made again. */
  lost: 'AssignmentsLost',
  /** Generations written. */
  generations: 'AssignmentGenerations',
  /** Partitions that changed owner. */
  moves: 'AssignmentMoves',
  /** Of these, those that had to. */
  forced: 'AssignmentMovesForced',
  /** Looks that found so many owners unhealthy that nothing was moved. */
  panic: 'AssignmentPanics',
  /** Nodes, at each look, that report and take up nothing that they are granted. */
  stuck: 'NodesStuck',
  /** Looks that found too few partitions for the nodes that serve. */
  partitionsFew: 'PartitionsFew',
  /** Looks that found no node that can own anything. */
  nobody: 'AssignmentNobody',
  /** Looks that found more work than the fleet can do. */
  overfull: 'FleetOverfull',
  /** Partitions that are more than a node should carry. */
  hotPartition: 'HotPartitions',
} as const;
export type AssignMetric = (typeof assignMetrics)[keyof typeof assignMetrics];

/** What it says of each cluster, under the one dimension `cluster`. */
export const fleetGauges = {
  /** For autoscalers: docs/scaling-policy.md. Says nothing while nothing is known. */
  load: 'FleetLoad',
  /** Load of the busiest node that serves. */
  maxLoad: 'FleetMaxLoad',
  /** Nodes that are there. */
  nodes: 'FleetNodes',
  /** Nodes whose reports have stopped, and that did not say goodbye; an hour later they are forgotten. */
  silent: 'FleetNodesSilent',
} as const;
export type FleetGauge = (typeof fleetGauges)[keyof typeof fleetGauges];
