/** Reads what an examination rests on: each thing once, side by side, and nothing twice that fails. */

import { type ClusterAddress, formatCluster } from '../../../core/addresses.js';
import { type Deployment, type DeploymentSummary, isRunning } from '../../../core/delivery/deployments.js';
import {
  assignFunction,
  deadLettersQueue,
  fanOutFunction,
  guardExtension,
  guardFunction,
  loadStream,
  publishFunction,
  recordLoadFunction,
  validateFunction,
} from '../../../core/names.js';
import type { OpenCluster } from '../../addressing.js';
import type { Cloud } from '../../cloud.js';
import { type NewestDeployments, readNewestDeployments } from '../../facts.js';
import { readAssignment } from '../../fleet/assignment.js';
import { mapAtMost } from '../../values/map-at-most.js';
import type { AssignmentFacts, ClusterFacts, FunctionFacts, StageFacts } from './facts.js';
import type { Unread } from './unread.js';

/** Calls to one service at once: control planes are throttled by account. */
const callsAtOnce = 4;

export interface Gathering {
  readonly cloud: Cloud;
  readonly unread: Unread;
}

/** A cluster with what AppConfig knows of it; without, where it does not say. */
export interface Meant {
  readonly cluster: ClusterAddress;
  readonly open?: OpenCluster | undefined;
  readonly profiles: readonly string[];
}

interface Expected {
  readonly name: string;
  readonly serves: string;
}

export interface StageMeant {
  readonly meant: readonly Meant[];
  /** Whether work is shared out anywhere. */
  readonly isRouted: boolean;
}

export async function gatherStage({ cloud, unread }: Gathering, asked: StageMeant): Promise<StageFacts> {
  const { stage, upkeep } = cloud;
  const reports = recordLoadFunction(stage);
  const [functions, reportSources, loadShards, deadLetters, guarded] = await Promise.all([
    gatherFunctions({ cloud, unread }, expectedFunctions(stage, asked)),
    unread.orNothing(
      { what: 'what hands reports over', action: 'lambda:ListEventSourceMappings' },
      upkeep.eventSources(reports),
    ),
    unread.orNothing(
      { what: 'the stream of reports', action: 'kinesis:DescribeStreamSummary' },
      orAbsent(upkeep.openShards(loadStream(stage))),
    ),
    unread.orNothing(
      { what: 'the dead letters', action: 'sqs:GetQueueAttributes' },
      orAbsent(upkeep.messages(deadLettersQueue(stage))),
    ),
    unread.orNothing(
      { what: 'what the guard is attached to', action: 'appconfig:ListExtensionAssociations' },
      upkeep.extended(guardExtension(stage)),
    ),
  ]);
  return { stage, deploy: deployOf(cloud), functions, reportSources, loadShards, deadLetters, guarded };
}

const deployOf = ({ target, stage }: Cloud): string =>
  target.startsWith('local AWS') ? 'npx veltrix local deploy' : `npx cdk deploy --all -c stage=${stage}`;

const orAbsent = async <T>(answer: Promise<T | undefined>): Promise<T | 'absent'> =>
  (await answer) ?? 'absent';

function expectedFunctions(stage: string, { meant, isRouted }: StageMeant): readonly Expected[] {
  const publish = meant.map(({ cluster }) => ({
    name: publishFunction(stage, cluster),
    serves: `nobody can publish to ${formatCluster(cluster)}`,
  }));
  const validate = meant.flatMap(({ cluster: { application }, profiles }) =>
    profiles.map((profile) => ({
      name: validateFunction(stage, { application, profile }),
      serves: `AppConfig deploys nothing of ${application}'s ${profile}`,
    })),
  );
  const all = [
    { name: guardFunction(stage), serves: 'AppConfig rolls every guarded rollout back' },
    { name: fanOutFunction(stage), serves: 'consumers hear of no change' },
    { name: recordLoadFunction(stage), serves: 'every node looks silent' },
    ...(isRouted ? [{ name: assignFunction(stage), serves: 'work is not shared out' }] : []),
    ...publish,
    ...validate,
  ];
  return [...new Map(all.map((each) => [each.name, each])).values()];
}

function gatherFunctions(
  { cloud, unread }: Gathering,
  expected: readonly Expected[],
): Promise<readonly FunctionFacts[]> {
  const asked = { what: 'the functions', action: 'lambda:GetFunctionConfiguration' };
  return mapAtMost(callsAtOnce, expected, async (each) => ({
    ...each,
    found: await unread.orNothing(asked, orAbsent(cloud.upkeep.deployedFunction(each.name))),
  }));
}

export async function gatherCluster(gathering: Gathering, meant: Meant): Promise<ClusterFacts> {
  const { cloud, unread } = gathering;
  const { cluster, open, profiles } = meant;
  const where = formatCluster(cluster);
  const [deployments, records, queue, drains, assignment] = await Promise.all([
    gatherDeployments(gathering, meant),
    unread.orNothing(
      { what: 'the records of nodes', where, action: 'dynamodb:Query' },
      cloud.records.list(where),
    ),
    unread.orNothing({ what: 'the queue', where, action: 'dynamodb:GetItem' }, cloud.queue(cluster)),
    unread.orNothing({ what: 'the drains', where, action: 'dynamodb:GetItem' }, cloud.drains.read(where)),
    unread.orNothing(
      { what: 'who owns what', where, action: 'dynamodb:GetItem' },
      readAssignment(cloud.assignment(cluster)).then((found): AssignmentFacts => found ?? nothingAssigned),
    ),
  ]);
  return {
    stage: cloud.stage,
    deploy: deployOf(cloud),
    cluster,
    now: cloud.clock(),
    resource: open?.resource,
    profiles: open?.profiles ?? profiles,
    ...deployments,
    records,
    queue,
    drains: drains?.list,
    assignment,
  };
}

const nothingAssigned: AssignmentFacts = { head: undefined, table: undefined, roster: undefined };

type Deployments = Pick<ClusterFacts, 'deployed' | 'inFull' | 'rollouts'>;
const noDeployments: Deployments = { deployed: undefined, inFull: [], rollouts: new Map() };

async function gatherDeployments(
  { cloud, unread }: Gathering,
  { cluster, open }: Meant,
): Promise<Deployments> {
  if (open === undefined) return noDeployments;
  const where = formatCluster(cluster);
  const asked = { what: 'what is deployed', where, action: 'appconfig:ListDeployments' };
  const deployed = await unread.orNothing(asked, readNewestDeployments(open.store, open.profiles));
  if (deployed === undefined) return noDeployments;
  const numbers = toldInFull(deployed, open.profiles).map(({ number }) => number);
  const [inFull, rollouts] = await Promise.all([
    unread.orNothing({ ...asked, action: 'appconfig:GetDeployment' }, readInFull(open, numbers)),
    unread.orNothing(
      { what: 'what the guard said', where, action: 'dynamodb:BatchGetItem' },
      readRollouts(cloud, where, numbers),
    ),
  ]);
  return { deployed, inFull: inFull ?? [], rollouts: rollouts ?? new Map() };
}

/** What runs, and the newest of each profile that was taken back: the rest went as it should. */
function toldInFull(
  { deployments }: NewestDeployments,
  profiles: readonly string[],
): readonly DeploymentSummary[] {
  return profiles.flatMap((profile) => {
    const newest = deployments.find((item) => item.profile === profile);
    return newest && (isRunning(newest) || newest.state !== 'COMPLETE') ? [newest] : [];
  });
}

const readInFull = ({ store }: OpenCluster, numbers: readonly number[]): Promise<Deployment[]> =>
  mapAtMost(callsAtOnce, numbers, (number) => store.deployment(number));

const readRollouts = async (
  { rollouts }: Cloud,
  where: string,
  numbers: readonly number[],
): Promise<ClusterFacts['rollouts']> => (numbers.length === 0 ? new Map() : rollouts.read(where, numbers));
