/** What an examination rests on: everything as it was read, once. `undefined` where it could not be; that is told apart. */

import type { ClusterAddress } from '../../../core/addresses.js';
import type { GrantTable } from '../../../core/assignment/table/table.js';
import type { AssignmentHead } from '../../../core/assignment/table/tables.js';
import type { Deployment, DeploymentSummary } from '../../../core/delivery/deployments.js';
import type { PublishQueue } from '../../../core/delivery/publish-queue.js';
import type { RolloutRecord } from '../../../core/delivery/rollout-records.js';
import type { DrainList } from '../../../core/fleet/drains.js';
import type { NodeRecord } from '../../../core/fleet/node-records.js';
import type { Roster } from '../../../core/fleet/roster.js';
import type { Application } from '../../../core/profiles.js';
import type { StageEnvironment } from '../../../core/stages.js';
import type { EpochMs } from '../../../core/time.js';
import type { DeployedFunction, EventSource } from '../../../core/upkeep.js';
import type { NewestDeployments } from '../../facts.js';
import type { PlacedProblem } from '../../files/yaml-file.js';

/** A function that the stage should have. */
export interface FunctionFacts {
  readonly name: string;
  /** What does not work without it. */
  readonly serves: string;
  /** `absent`: there is none of that name. */
  readonly found: DeployedFunction | 'absent' | undefined;
}

export interface StageFacts {
  readonly stage: string;
  /** What deploys the stacks of this stage: it is what most findings end with. */
  readonly deploy: string;
  readonly functions: readonly FunctionFacts[];
  /** What hands reports of nodes to record-load. */
  readonly reportSources: readonly EventSource[] | undefined;
  /** Shards of the stream of reports; `absent`: there is no such stream. */
  readonly loadShards: number | 'absent' | undefined;
  readonly deadLetters: number | 'absent' | undefined;
  /** ARNs of the environments that the guard is attached to. */
  readonly guarded: readonly string[] | undefined;
}

/** What is in force of a cluster's assignment; without a table where nothing was assigned yet. */
export interface AssignmentFacts {
  readonly head: AssignmentHead | undefined;
  readonly table: GrantTable | undefined;
  readonly roster: Roster | undefined;
}

export interface ClusterFacts extends Pick<StageFacts, 'stage' | 'deploy'> {
  readonly cluster: ClusterAddress;
  readonly now: EpochMs;
  /** How its ARN ends; absent where AppConfig does not say. */
  readonly resource: string | undefined;
  /** Of the application, as AppConfig has them; as the files do, where AppConfig does not say. */
  readonly profiles: readonly string[];
  readonly deployed: NewestDeployments | undefined;
  /** In full: what runs, and the newest of each profile where it was taken back. */
  readonly inFull: readonly Deployment[];
  readonly rollouts: ReadonlyMap<number, RolloutRecord>;
  readonly records: readonly NodeRecord[] | undefined;
  readonly queue: PublishQueue | undefined;
  readonly drains: DrainList | undefined;
  readonly assignment: AssignmentFacts | undefined;
}

/** The file of one profile in one environment. */
export interface FileFacts {
  readonly profile: string;
  /** From the project's root: `config/treasure-hunt/gameplay.staging.yaml`. */
  readonly file: string;
  readonly problems: readonly PlacedProblem[];
  /** Hash of its content as labels carry it, and its bytes as they are published; absent where it is refused. */
  readonly content?: { readonly hash8: string; readonly bytes: number };
}

/** What the project at hand says of one cluster. */
export interface ProjectFacts {
  readonly application: Application;
  readonly files: readonly FileFacts[];
  /** How its stage runs it, where the project lists its stages. */
  readonly environment?: StageEnvironment;
}

/** Everything of one cluster, for rules that hold one against the other. */
export interface Examined extends ClusterFacts {
  readonly address: string;
  /** Absent where there is no project at hand, or it knows nothing of the application. */
  readonly project?: ProjectFacts;
  /** Whether the guard is attached to it; absent where AppConfig does not say. */
  readonly isGuarded?: boolean;
  /** Versions of the schemas that the deployed functions hold content against, by profile. */
  readonly schemas: ReadonlyMap<string, number>;
}

/** Newest first, of one profile. */
export const deploymentsOf = ({ deployed }: ClusterFacts, profile: string): readonly DeploymentSummary[] =>
  deployed?.deployments.filter((item) => item.profile === profile) ?? [];
