/**
 * `--after`: this environment's own file is published only once the other environment shows that its own file, of the same
 * checkout, does no harm there (docs/decisions/0006-what-after-means.md).
 */

import {
  type ClusterAddress,
  formatCluster,
  formatProfile,
  type ProfileAddress,
} from '../../core/addresses.js';
import { parseLabel } from '../../core/content/content.js';
import type { DeploymentSummary } from '../../core/delivery/deployments.js';
import type { RolloutRecord } from '../../core/delivery/rollout-records.js';
import { PrerequisiteUnmet, UsageError } from '../../core/errors.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { Cloud } from '../cloud.js';
import { hash8 } from '../facts.js';
import type { PreparedFile } from '../files/check.js';
import { demandEnvironment, type LoadedApplication } from '../files/workspace.js';
import { convergence, isConverged, liveCount } from '../fleet/convergence.js';
import { prepare } from './publish.js';

export interface AfterQuestion {
  /** What is to be published. */
  readonly address: ProfileAddress;
  readonly prepared: PreparedFile;
  /** The environment that has to go before. */
  readonly after: ClusterAddress;
  /** Whether a file is as committed; undefined where there is no git. Paths are the project's. */
  isCommitted(file: string): boolean | undefined;
}

/** What held of the other environment. */
export interface WentBefore {
  readonly address: string;
  readonly version: number;
  readonly deployment: number;
  /** Live nodes there; each holds it. */
  readonly nodeCount: number;
  readonly verdict?: 'healthy' | 'inconclusive';
}

/** @throws PrerequisiteUnmet naming all that is missing, UsageError when the other environment cannot go before this one. */
export async function demandAfter(
  cloud: Cloud,
  loaded: LoadedApplication,
  question: AfterQuestion,
): Promise<WentBefore> {
  const { address, after } = question;
  demandOther(loaded, address, after);
  const there: ProfileAddress = { ...after, profile: address.profile };
  const other = await prepare(loaded, there);
  const facts = await readFacts(cloud, there);
  const unmet = [...filesUnmet(question, other), ...unmetThere(there, other, facts)];
  if (unmet.length > 0 || facts.newest === undefined) {
    throw new PrerequisiteUnmet(formatProfile(address), { unmet, hint: hintFor(there) });
  }
  const verdict = facts.rollout?.guard?.verdict;
  return {
    address: formatProfile(there),
    version: facts.newest.version,
    deployment: facts.newest.number,
    nodeCount: liveCount(fleetOf(facts, facts.newest)),
    ...(verdict !== undefined && verdict !== 'unhealthy' && { verdict }),
  };
}

function demandOther(
  { application }: LoadedApplication,
  address: ProfileAddress,
  after: ClusterAddress,
): void {
  if (after.application !== application.name) {
    throw new UsageError(`--after names ${after.application}, and ${application.name} is to be published`, {
      hint: 'Name another environment of the same application.',
    });
  }
  demandEnvironment(application, after.environment);
  if (after.environment !== address.environment) return;
  throw new UsageError(`${formatCluster(after)} cannot go before itself`, {
    hint: 'Name another environment.',
  });
}

interface Facts {
  readonly newest: DeploymentSummary | undefined;
  readonly records: readonly NodeRecord[];
  /** Undefined where none was written. */
  readonly rollout: RolloutRecord | undefined;
  readonly now: ReturnType<Cloud['clock']>;
}

async function readFacts(cloud: Cloud, there: ProfileAddress): Promise<Facts> {
  const { store } = await cloud.environment(there);
  const cluster = formatCluster(there);
  const [newest, records] = await Promise.all([
    newestOf(store.deployments(), there.profile),
    cloud.records.list(cluster),
  ]);
  const rollouts = newest && (await cloud.rollouts.read(cluster, [newest.number]));
  return { newest, records, rollout: newest && rollouts?.get(newest.number), now: cloud.clock() };
}

async function newestOf(newestFirst: AsyncIterable<DeploymentSummary>, profile: string) {
  for await (const item of newestFirst) if (item.profile === profile) return item;
  return undefined;
}

/** Outside git nothing is asked of it: hashes say what runs. */
function filesUnmet({ prepared, isCommitted }: AfterQuestion, other: PreparedFile): string[] {
  return [prepared.file, other.file]
    .filter((file) => isCommitted(file) === false)
    .map((file) => `${file} is not as committed`);
}

function unmetThere(there: ProfileAddress, other: PreparedFile, facts: Facts): string[] {
  const { newest } = facts;
  const at = formatProfile(there);
  if (newest === undefined) return [`nothing was ever deployed at ${at}`];
  const state = stateUnmet(at, newest);
  if (state !== undefined) return [state];
  return [
    ...contentUnmet(at, other, newest),
    ...guardUnmet(at, facts.rollout),
    ...fleetUnmet(at, fleetOf(facts, newest), newest),
  ];
}

/** Only what completed was watched to its end. */
function stateUnmet(at: string, { state, version, percentage }: DeploymentSummary): string | undefined {
  if (state === 'COMPLETE') return undefined;
  if (state === 'BAKING') return `version ${version} still bakes at ${at}`;
  if (state === 'ROLLED_BACK' || state === 'REVERTED' || state === 'ROLLING_BACK')
    return `version ${version} was rolled back at ${at}`;
  return `version ${version} is still rolling out at ${at} (${percentage} %)`;
}

function contentUnmet(at: string, other: PreparedFile, { version, label }: DeploymentSummary): string[] {
  if (other.content === undefined) return [`${other.file} is refused by its schema`];
  const deployed = label === undefined ? undefined : parseLabel(label)?.hash8;
  if (deployed === hash8(other.content.bytes)) return [];
  return [`${at} runs version ${version}, which is not what ${other.file} says`];
}

function guardUnmet(at: string, rollout: RolloutRecord | undefined): string[] {
  const guard = rollout?.guard;
  return guard?.verdict === 'unhealthy' ? [`the guard calls it unhealthy at ${at}: ${guard.summary}`] : [];
}

const fleetOf = ({ records, now }: Facts, { profile, label = '' }: DeploymentSummary) =>
  convergence(records, { profile, label }, now);

function fleetUnmet(
  at: string,
  fleet: ReturnType<typeof convergence>,
  { version }: DeploymentSummary,
): string[] {
  if (isConverged(fleet)) return [];
  const others = [...fleet.refused.map(({ node }) => node), ...fleet.waiting];
  const named = others.slice(0, 3).join(', ') + (others.length > 3 ? ', …' : '');
  return [
    `${fleet.holding.length} of ${liveCount(fleet)} nodes at ${at} hold version ${version}, not ${named}`,
  ];
}

const hintFor = (there: ProfileAddress): string =>
  `Publish ${formatProfile(there)} from the same commit and let it complete (\`veltrix status ${formatProfile(there)} --watch\`), or publish without --after.`;
