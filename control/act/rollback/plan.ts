/** What undoing would bring back, and on how many nodes, before anything happens. AppConfig's API alone is needed. */

import { formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import {
  type DeploymentSummary,
  type EnvironmentStore,
  isRunning,
} from '../../../core/delivery/deployments.js';
import {
  decideRollback,
  type RollbackDecision,
  type RollbackGoal,
  type RollbackIntent,
  reachesFarEnough,
} from '../../../core/delivery/rollback.js';
import { UsageError } from '../../../core/errors.js';
import { profilesOf } from '../../addressing.js';
import type { Cloud, OpenEnvironment } from '../../cloud.js';
import { type DeployedVersion, describeVersion, readValue } from '../../facts.js';
import { convergence, liveCount } from '../../fleet/convergence.js';
import { type Change, diffJson } from '../../values/json-diff.js';

export interface RollbackQuestion {
  readonly address: ProfileAddress;
  /** Absent: the version before. */
  readonly to?: number | undefined;
}

export interface RollbackPlan {
  readonly target: string;
  readonly address: string;
  /**
   * `in-force`: the version asked for is deployed, or on its way. `undone-already`: the newest deployment was taken back
   * before; further back goes only who names a version.
   */
  readonly outcome: 'undo' | 'in-force' | 'undone-already';
  /** What is taken back, or was; for `in-force` what stays. */
  readonly undoes: DeployedVersion & Pick<DeploymentSummary, 'state' | 'percentage'>;
  /** What nodes return to; absent where nothing was in force before. */
  readonly back?: Pick<DeploymentSummary, 'version' | 'label'>;
  /** What changes on the nodes; absent where one of the two contents cannot be read. */
  readonly changes?: readonly Change[];
  /** Live nodes, and how many of them hold what is undone; absent where their records cannot be read. */
  readonly nodes?: { readonly count: number; readonly holding: number };
  /** Another profile's rollout that occupies the environment: stopping it rolls it back. */
  readonly inTheWay?: DeployedVersion & Pick<DeploymentSummary, 'profile' | 'percentage'>;
  /** Agreed to with this plan. */
  readonly goal: RollbackGoal;
}

/** @throws UsageError when there is nothing to undo, or nothing to go back to. */
export async function planRollback(cloud: Cloud, question: RollbackQuestion): Promise<RollbackPlan> {
  const { address, to } = question;
  const open = await cloud.environment(address);
  profilesOf({ ...open, cluster: address }, address);
  const intent = { profile: address.profile, to };
  const deployments = await readBack(open.store, intent);
  const settled = settle(decideRollback(intent, deployments), question);
  const { goal } = settled;
  const other = deployments.find(isRunning);
  const inTheWay =
    settled.outcome === 'undo' && other && other.profile !== address.profile ? other : undefined;
  const [undoes, changes, nodes, blocking] = await Promise.all([
    describe(open, goal.undoes),
    readChanges(open, goal),
    countNodes(cloud, address, goal),
    inTheWay && describe(open, inTheWay),
  ]);
  return {
    target: cloud.target,
    address: formatProfile(address),
    outcome: settled.outcome,
    undoes,
    ...(goal.back && { back: pickVersion(goal.back) }),
    ...(changes && { changes }),
    ...(nodes && { nodes }),
    ...(blocking && inTheWay && { inTheWay: { ...blocking, profile: inTheWay.profile } }),
    goal,
  };
}

/** Newest first, as far back as the decision needs them. */
export async function readBack(
  store: EnvironmentStore,
  intent: RollbackIntent,
): Promise<readonly DeploymentSummary[]> {
  const deployments: DeploymentSummary[] = [];
  for await (const deployment of store.deployments()) {
    deployments.push(deployment);
    if (deployment.profile === intent.profile && reachesFarEnough(intent, deployments)) break;
  }
  return deployments;
}

interface Settled {
  readonly outcome: RollbackPlan['outcome'];
  readonly goal: RollbackGoal;
}

function settle(decision: RollbackDecision, { address, to }: RollbackQuestion): Settled {
  const at = formatProfile(address);
  switch (decision.kind) {
    case 'undo':
      return { outcome: 'undo', goal: decision.goal };
    case 'in-force': {
      const { deployment } = decision;
      return { outcome: 'in-force', goal: reached(deployment, deployment) };
    }
    case 'undone-already':
      return { outcome: 'undone-already', goal: reached(decision.undone, decision.deployed) };
    case 'nothing-deployed':
      throw new UsageError(`Nothing is deployed at ${at}: there is nothing to undo`, {
        hint: `See \`veltrix history ${at}\`.`,
      });
    case 'nothing-earlier':
      throw new UsageError(
        `${at}: version ${decision.deployed.version} is the first: nothing was before it`,
        {
          hint: 'Correct the file and publish it. Without any version, nodes that start would have nothing to start with.',
        },
      );
    case 'never-here':
      throw new UsageError(`Version ${to} was never deployed at ${at}`, {
        hint: `See \`veltrix history ${at}\` for those that were.`,
      });
  }
}

const reached = (undoes: DeploymentSummary, back: DeploymentSummary): RollbackGoal => ({
  profile: back.profile,
  undoes,
  back,
  knownThrough: Math.max(undoes.number, back.number),
});

async function describe({ store }: OpenEnvironment, { number }: DeploymentSummary) {
  const deployment = await store.deployment(number);
  const { state, percentage } = deployment;
  return { ...describeVersion(deployment, deployment.description), state, percentage };
}

/** Nobody is kept from undoing a version because it cannot be shown. */
async function readChanges(
  { store }: OpenEnvironment,
  { profile, undoes, back }: RollbackGoal,
): Promise<readonly Change[] | undefined> {
  if (back === undefined) return undefined;
  const read = (version: number) => readValue(store, profile, version).catch(() => undefined);
  const [from, to] = await Promise.all([read(undoes.version), read(back.version)]);
  return from && to && diffJson(from.value, to.value);
}

/** Undoing needs no records; without them nobody says how many nodes it touches. */
async function countNodes(cloud: Cloud, address: ProfileAddress, { undoes }: RollbackGoal) {
  const { application, environment, profile } = address;
  const records = await cloud.records.list(`${application}/${environment}`).catch(() => undefined);
  if (records === undefined) return undefined;
  const fleet = convergence(records, { profile, label: undoes.label ?? '' }, cloud.clock());
  return { count: liveCount(fleet), holding: fleet.holding.length };
}

const pickVersion = ({ version, label }: DeploymentSummary) => ({
  version,
  ...(label !== undefined && { label }),
});
