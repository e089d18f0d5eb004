/** What a publish would change, for whom and at what price, before anything happens. */

import { type Address, formatCluster, formatProfile, type ProfileAddress } from '../../../core/addresses.js';
import type { JsonValue } from '../../../core/content/canonical-json.js';
import { withoutMisfits } from '../../../core/content/misfits.js';
import { prices } from '../../../core/cost/prices.js';
import { type DeploymentSummary, deployedOf } from '../../../core/delivery/deployments.js';
import type { Failure } from '../../../core/delivery/failure-memory.js';
import { type PublishQueue, waitingIn } from '../../../core/delivery/publish-queue.js';
import { decidePublish, type PublishDecision } from '../../../core/delivery/publishing.js';
import { decideTurn } from '../../../core/delivery/queue-turns.js';
import type { StrategyName } from '../../../core/delivery/strategies.js';
import { strategyOf } from '../../../core/delivery/strategies.js';
import { guardSettingsOf, type Profile } from '../../../core/profiles.js';
import type { EpochMs } from '../../../core/time.js';
import { clustersOf, demandCluster, type OpenCluster } from '../../addressing.js';
import type { Cloud } from '../../cloud.js';
import { hash8, readValue, type StoredValue } from '../../facts.js';
import { type PreparedFile, prepareFile } from '../../files/check.js';
import { type LoadedApplication, profileOf } from '../../files/workspace.js';
import type { PlacedProblem } from '../../files/yaml-file.js';
import { demandEnvironmentOfOld, demandProfilesOfOld } from '../../stray-names.js';
import { type Change, diffJson } from '../../values/json-diff.js';
import { type CheckedSecrets, checkSecrets } from '../secrets.js';
import { type ClusterFacts, readClusterFacts, readDecisionFacts } from './facts.js';
import { goneNotes, type Judging, judgingNotes, judgingOf, returnNotes, schemaNotes } from './notes.js';

export interface Plan {
  readonly target: string;
  readonly cluster: string;
  readonly profiles: readonly ProfilePlan[];
}

export interface ProfilePlan {
  readonly address: string;
  readonly file: string;
  /**
   * `busy`: there is something to publish, and the environment is occupied. `queue-ahead`: others wait for it.
   * `failed-lately`: this very content was taken back within the hour.
   */
  readonly outcome: 'unchanged' | 'publish' | 'busy' | 'queue-ahead' | 'failed-lately' | 'refused';
  /** Places the schema refuses; publishing is possible only without any. */
  readonly problems: readonly PlacedProblem[];
  /** 0 when nothing is deployed. Pass it as --expect to publish exactly what was planned here. */
  readonly expectedVersion: number;
  readonly changes: readonly Change[];
  /** First eight of the SHA-256 of its content, as in the label it gets; absent where the file is refused. */
  readonly hash8?: string;
  /** Absent: the one its environment is deployed with. A first version reaches everybody at once in any case. */
  readonly strategy?: StrategyName;
  /** What that is, as the project's stages say; absent where they say nothing, or a strategy is named. */
  readonly defaultStrategy?: StrategyName;
  /** Live nodes of the cluster. */
  readonly nodeCount: number;
  /** AppConfig's charge for delivering it to them. */
  readonly priceUsd: number;
  /** The deployment that occupies the environment. */
  readonly running?: { readonly profile: string; readonly deployment: number; readonly percentage: number };
  /** What waits for its turn there, in order. */
  readonly ahead?: readonly {
    readonly profile: string;
    readonly version: number;
    readonly queuedAt: string;
  }[];
  /** How this content failed here. */
  readonly failure?: Failure & { /** Whole minutes. */ readonly agoMinutes: number };
  /** How well the fleet can judge it, under the strategy it goes by as far as that is known. */
  readonly judging?: Judging;
  /** What else somebody should know before. */
  readonly notes: readonly string[];
}

export interface PlanRequest {
  readonly address: Address;
  /** What was made of the file of the one profile asked for; otherwise files are read. */
  readonly prepared?: PreparedFile | undefined;
  readonly strategy?: StrategyName | undefined;
  /** The environment's own, as the project's stages say. */
  readonly defaultStrategy?: StrategyName | undefined;
}

/** @throws UsageError when the address names nothing, Renamed when it may be a new name of something that is deployed. */
export async function plan(cloud: Cloud, loaded: LoadedApplication, request: PlanRequest): Promise<Plan> {
  const cluster = demandCluster(request.address);
  const names = request.address.profile === undefined ? undefined : [request.address.profile];
  const profiles = names?.map((name) => profileOf(loaded.application, name)) ?? loaded.application.profiles;
  const asked = { environment: cluster.environment, profiles: profiles.map(({ name }) => name) };
  await demandEnvironmentOfOld(cloud, loaded.application, asked);
  const [open] = await clustersOf(cloud, cluster);
  if (open === undefined) return { target: cloud.target, cluster: formatCluster(cluster), profiles: [] };
  demandNamesOfTheirOwn(open, profiles);
  const { gone } = demandProfilesOfOld(open, loaded.application, asked);
  const facts = await readClusterFacts(cloud, open, asked.profiles);
  const now = cloud.clock();
  const plans = profiles.map((profile) =>
    planProfile({ facts, open, loaded, profile, request, secrets: cloud.secrets, now, gone }),
  );
  return { target: cloud.target, cluster: formatCluster(cluster), profiles: await Promise.all(plans) };
}

/** @throws ServiceUnavailable when one of the names is that of two deployed profiles. */
function demandNamesOfTheirOwn(open: OpenCluster, profiles: readonly Profile[]): void {
  for (const { name } of profiles) open.hasProfile(name);
}

interface ProfileQuestion {
  readonly facts: ClusterFacts;
  readonly open: OpenCluster;
  readonly loaded: LoadedApplication;
  readonly profile: Profile;
  readonly request: PlanRequest;
  readonly secrets: Cloud['secrets'];
  readonly now: EpochMs;
  /** Deployed profiles that no file names. */
  readonly gone: readonly string[];
}

async function planProfile(question: ProfileQuestion): Promise<ProfilePlan> {
  const { facts, open, profile } = question;
  const address = { ...open.cluster, profile: profile.name };
  const [{ file, notes }, values] = await Promise.all([
    readFile(question),
    readStanding(open.store, facts, profile.name),
  ]);
  const decision = file.content && (await decide(question, address, file.content.bytes));
  const strategy = strategyOfPlan(question, decision);
  const { defaultStrategy } = question.request;
  const judging = await judge(question, decision, strategy ?? defaultStrategy);
  return {
    address: formatProfile(address),
    file: file.file,
    outcome: outcomeOf(decision, facts.queue),
    problems: file.problems,
    expectedVersion: deployedOf(facts.deployments, profile.name)?.version ?? 0,
    changes:
      decision === undefined || decision.kind === 'unchanged' ? [] : changesOf(profile, file, values[0]),
    ...(file.content && { hash8: hash8(file.content.bytes) }),
    ...(strategy === undefined ? defaultStrategy && { defaultStrategy } : { strategy }),
    nodeCount: facts.live.length,
    priceUsd: Math.round(facts.live.length * prices.appConfig.perConfigurationReceived * 10_000) / 10_000,
    ...inTheWay(question, decision),
    ...(judging && { judging }),
    notes: [
      ...schemaNotes(facts.live, profile),
      ...returnNotes(profile, values),
      ...goneNotes(profile, values, question.gone),
      ...judgingNotes(profile, judging),
      ...notes,
      ...facts.blind,
    ],
  };
}

async function readFile({
  request,
  loaded,
  profile,
  open,
  secrets,
}: ProfileQuestion): Promise<CheckedSecrets> {
  const file = request.prepared ?? (await prepareFile(loaded, profile, open.cluster.environment));
  return checkSecrets({ secrets }, profile, file);
}

/** The deployed value, and the one that was deployed before it: what a rollback would go back to, now and after. */
async function readStanding(
  store: OpenCluster['store'],
  { deployments }: ClusterFacts,
  profile: string,
): Promise<readonly (StoredValue | undefined)[]> {
  const completed = deployments.filter((item) => item.profile === profile && item.state === 'COMPLETE');
  const [deployed] = completed;
  const before = completed.find(({ version }) => version !== deployed?.version);
  return Promise.all([deployed, before].map((item) => item && readValue(store, profile, item.version)));
}

/**
 * Whether the publish function would start a deployment, by its own rules. It may find otherwise when somebody is quicker,
 * or when the stage was deployed with other schemas than the project has.
 */
async function decide({ facts, open }: ProfileQuestion, address: ProfileAddress, bytes: Uint8Array) {
  const content = { profile: address.profile, hash8: hash8(bytes) };
  const expectedVersion = deployedOf(facts.deployments, address.profile)?.version ?? 0;
  const here = await readDecisionFacts(open, facts, content);
  return decidePublish({ address, hash8: content.hash8, expectedVersion }, here);
}

function outcomeOf(decision: PublishDecision | undefined, queue: PublishQueue): ProfilePlan['outcome'] {
  if (decision === undefined) return 'refused';
  if (decision.kind === 'unchanged' || decision.kind === 'failed-lately') return decision.kind;
  if (decideTurn(decision, queue, false).kind === 'behind') return 'queue-ahead';
  return decision.kind === 'busy' ? 'busy' : 'publish';
}

function inTheWay({ facts, now }: ProfileQuestion, decision: PublishDecision | undefined) {
  const ahead = waitingIn(facts.queue).map(({ profile, version, queuedAt }) => ({
    profile,
    version,
    queuedAt,
  }));
  const failure = decision?.kind === 'failed-lately' ? decision.failure : undefined;
  return {
    ...(decision?.kind === 'busy' && { running: describeRunning(decision.running) }),
    ...(ahead.length > 0 && { ahead }),
    ...(failure && {
      failure: { ...failure, agoMinutes: Math.round((now - Date.parse(failure.at)) / 60_000) },
    }),
  };
}

const isFirst = (decision: PublishDecision | undefined): boolean =>
  decision !== undefined && 'first' in decision && decision.first;

const strategyOfPlan = ({ request }: ProfileQuestion, decision: PublishDecision | undefined) =>
  isFirst(decision) ? 'immediate' : request.strategy;

/** Where no strategy is known, by the one it was published with last: the stage's own choice is not kept in AppConfig. */
async function judge(
  { facts, open, profile }: ProfileQuestion,
  decision: PublishDecision | undefined,
  strategy: StrategyName | undefined,
): Promise<Judging | undefined> {
  const isAsked = decision !== undefined && decision.kind !== 'unchanged' && !isFirst(decision);
  if (!isAsked || facts.live.length === 0 || !guardSettingsOf(profile).enabled) return undefined;
  const deployed = deployedOf(facts.deployments, profile.name);
  const last = strategy ?? (deployed && strategyOf(await open.store.deployment(deployed.number)));
  if (last === undefined || (last === 'immediate' && strategy === undefined)) return undefined;
  return judgingOf(facts.live, last);
}

function changesOf(
  profile: Profile,
  { content }: PreparedFile,
  deployed: StoredValue | undefined,
): readonly Change[] {
  return diffJson(deployed && withoutMisfits(profile, deployed.value), content?.value as JsonValue);
}

const describeRunning = ({ profile, number, percentage }: DeploymentSummary) => ({
  profile,
  deployment: number,
  percentage,
});
