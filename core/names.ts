/**
 * The names of everything Veltrix deploys, from the stage and what a thing serves. Infrastructure creates by these names
 * and everyone else finds by them, so nothing is handed around as an export that would lock a resource.
 */

import type { ClusterAddress, ProfileAddress } from './addresses.js';

/** Name of the stage of one account and region when nobody chose another. */
export const defaultStage = 'main';

export const nodesTable = (stage: string): string => `veltrix-${stage}-nodes`;
export const cursorsTable = (stage: string): string => `veltrix-${stage}-cursors`;
export const rolloutsTable = (stage: string): string => `veltrix-${stage}-rollouts`;
export const queuesTable = (stage: string): string => `veltrix-${stage}-queues`;
export const assignmentsTable = (stage: string): string => `veltrix-${stage}-assignments`;
export const changesStream = (stage: string): string => `veltrix-${stage}-changes`;
export const loadStream = (stage: string): string => `veltrix-${stage}-load`;
export const deadLettersQueue = (stage: string): string => `veltrix-${stage}-dead-letters`;
export const strategyName = (stage: string, strategy: string): string => `veltrix-${stage}-${strategy}`;
/** The extension that tells, and the one that ticks: AppConfig's holds five action points. */
export const changesExtension = (stage: string): string => `veltrix-${stage}-changes`;
export const guardExtension = (stage: string): string => `veltrix-${stage}-guard`;
/** The stage's own key, and the export under which other stacks find its ARN: an alias names no key where an ARN is wanted. */
export const keyAlias = (stage: string): string => `alias/veltrix-${stage}`;
export const keyArnExport = (stage: string): string => `veltrix-${stage}-key-arn`;
/** `veltrix-main-treasure-hunt-staging`. */
export const dashboardName = (stage: string, { application, environment }: ClusterAddress): string =>
  `veltrix-${stage}-${application}-${environment}`;
/** `veltrix-main-guard-blind`. */
export const alarmName = (stage: string, alarm: string): string => `veltrix-${stage}-${alarm}`;

/** Parameter with AppConfig's id of an application: `/veltrix/main/treasure-hunt`. AppConfig gives ids, and rights are given by id. */
export const applicationIdParameter = (stage: string, application: string): string =>
  `/veltrix/${stage}/${application}`;
/** Parameter with AppConfig's id of an environment: `/veltrix/main/treasure-hunt/staging`. */
export const environmentIdParameter = (stage: string, cluster: ClusterAddress): string =>
  `/veltrix/${stage}/${cluster.application}/${cluster.environment}`;

/** Who a ready policy is for. */
export type AccessRole = 'auditor' | 'node' | 'operator' | 'publisher';
/** Managed policy for one environment: `veltrix-main-node-treasure-hunt-staging`. */
export const accessPolicy = (stage: string, role: AccessRole, cluster: ClusterAddress): string =>
  `veltrix-${stage}-${role}-${cluster.application}-${cluster.environment}`;
/** Managed policy for a whole stage: `veltrix-main-auditor`, and `-2` where one does not hold all its applications. */
export const stagePolicy = (stage: string, role: 'auditor' | 'maintainer', number = 1): string =>
  `veltrix-${stage}-${role}${number === 1 ? '' : `-${number}`}`;

/** Pipeline of a stage: `veltrix-main`. */
export const pipelineName = (stage: string): string => `veltrix-${stage}`;
/** Role that a workflow of GitHub takes: `veltrix-main-github-publish-staging`. */
export const githubRole = (stage: string, does: string): string => `veltrix-${stage}-github-${does}`;

/** One per environment: the right to invoke it is the right to publish there. */
export const publishFunction = (stage: string, cluster: ClusterAddress): string =>
  functionName(`veltrix-${stage}-publish-${cluster.application}-${cluster.environment}`);
/**
 * Alias of each publish function, through which it changes the queue and does nothing else: the right to invoke it by this
 * name is the right to let go and to drop what waits, and not to publish.
 */
export const queueAlias = 'queue';
/** One per profile: AppConfig's validator event carries ids only. */
export const validateFunction = (stage: string, profile: Omit<ProfileAddress, 'environment'>): string =>
  functionName(`veltrix-${stage}-validate-${profile.application}-${profile.profile}`);
export const fanOutFunction = (stage: string): string => `veltrix-${stage}-fan-out-change`;
export const guardFunction = (stage: string): string => `veltrix-${stage}-guard-rollout`;
export const recordLoadFunction = (stage: string): string => `veltrix-${stage}-record-load`;

export const assignFunction = (stage: string): string => `veltrix-${stage}-assign-partitions`;

/** Shards of one cluster's records: each takes 1,000 write units a second (DynamoDB's limit per partition). */
export const nodeShardCount = 4;

/** Partition key of a node's record: `treasure-hunt/staging#2`. Spreads one cluster over `nodeShardCount` keys. */
export const nodeShard = (cluster: string, node: string): string =>
  `${cluster}#${fnv1a(node) % nodeShardCount}`;

/** All partition keys of a cluster's records, to read them all. */
export const nodeShards = (cluster: string): readonly string[] =>
  Array.from({ length: nodeShardCount }, (_, shard) => `${cluster}#${shard}`);

/** Partition key of a cluster's packed liveness: `treasure-hunt/staging#live`. Its sort key is the shard of the stream. */
export const liveShard = (cluster: string): string => `${cluster}#live`;

/**
 * Partition keys of a cluster's next turn and of its drains, in the table of assignments: of their own, since IAM tells who may write
 * what by partition key, and who takes turns or drains nodes must not be able to write a head.
 */
export const turnKey = (cluster: string): string => `${cluster}#turn`;
export const drainsKey = (cluster: string): string => `${cluster}#drains`;

/** Lambda admits 64 characters: a longer name is cut and told apart by its hash. */
function functionName(name: string): string {
  if (name.length <= 64) return name;
  return `${name.slice(0, 55)}-${fnv1a(name).toString(16).padStart(8, '0')}`;
}

/** FNV-1a, 32 bits (draft-eastlake-fnv): spreads names, guards nothing. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
