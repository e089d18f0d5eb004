/** What a publish would change, for whom and at what price, before anything happens. */

import { type Address, formatCluster, formatProfile, type ProfileAddress } from '../../core/addresses.js';
import type { JsonValue } from '../../core/content/canonical-json.js';
import { checkValue } from '../../core/content/content.js';
import { type DeploymentSummary, deployedOf } from '../../core/delivery/deployments.js';
import { decidePublish, type PublishDecision } from '../../core/delivery/publishing.js';
import type { StrategyName } from '../../core/delivery/strategies.js';
import { describeProblem } from '../../core/errors.js';
import type { NodeRecord } from '../../core/fleet/node-records.js';
import type { Profile } from '../../core/profiles.js';
import { clustersOf, demandCluster, type OpenCluster } from '../addressing.js';
import type { Cloud } from '../cloud.js';
import { hash8, readDeployedValue, readDeployments, type StoredValue } from '../facts.js';
import { type PreparedFile, prepareFile } from '../files/check.js';
import { type LoadedApplication, profileOf } from '../files/workspace.js';
import type { PlacedProblem } from '../files/yaml-file.js';
import { liveNodes } from '../fleet/liveness.js';
import { type Change, diffJson } from '../values/json-diff.js';

/** AppConfig charges this for a configuration that a node receives (AWS Systems Manager pricing, AppConfig). */
const receivedPriceUsd = 0.0008;

export interface Plan {
  readonly target: string;
  readonly cluster: string;
  readonly profiles: readonly ProfilePlan[];
}

export interface ProfilePlan {
  readonly address: string;
  readonly file: string;
  /** `busy`: there is something to publish, and the environment is occupied. */
  readonly outcome: 'unchanged' | 'publish' | 'busy' | 'refused';
  /** Places the schema refuses; publishing is possible only without any. */
  readonly problems: readonly PlacedProblem[];
  /** 0 when nothing is deployed. Pass it as --expect to publish exactly what was planned here. */
  readonly expectedVersion: number;
  readonly changes: readonly Change[];
  /** Absent: the one its environment is deployed with. A first version reaches everybody at once in any case. */
  readonly strategy?: StrategyName;
  /** Live nodes of the cluster. */
  readonly nodeCount: number;
  /** AppConfig's charge for delivering it to them. */
  readonly priceUsd: number;
  /** The deployment that occupies the environment. */
  readonly running?: { readonly profile: string; readonly deployment: number; readonly percentage: number };
  /** What else somebody should know before. */
  readonly notes: readonly string[];
}

export interface PlanRequest {
  readonly address: Address;
  /** What was made of the file of the one profile asked for; otherwise files are read. */
  readonly prepared?: PreparedFile | undefined;
  readonly strategy?: StrategyName | undefined;
}

/** @throws UsageError when the address names nothing. */
export async function plan(cloud: Cloud, loaded: LoadedApplication, request: PlanRequest): Promise<Plan> {
  const cluster = demandCluster(request.address);
  const names = request.address.profile === undefined ? undefined : [request.address.profile];
  const profiles = names?.map((name) => profileOf(loaded.application, name)) ?? loaded.application.profiles;
  const [open] = await clustersOf(cloud, cluster);
  if (open === undefined) return { target: cloud.target, cluster: formatCluster(cluster), profiles: [] };
  demandNamesOfTheirOwn(open, profiles);
  const facts = await readFacts(cloud, open, profiles);
  const plans = profiles.map((profile) => planProfile({ facts, open, loaded, profile, request }));
  return { target: cloud.target, cluster: formatCluster(cluster), profiles: await Promise.all(plans) };
}

/** @throws ServiceUnavailable when one of the names is that of two deployed profiles. */
function demandNamesOfTheirOwn(open: OpenCluster, profiles: readonly Profile[]): void {
  for (const { name } of profiles) open.hasProfile(name);
}

interface Facts {
  readonly deployments: readonly DeploymentSummary[];
  readonly live: readonly NodeRecord[];
}

interface ProfileQuestion {
  readonly facts: Facts;
  readonly open: OpenCluster;
  readonly loaded: LoadedApplication;
  readonly profile: Profile;
  readonly request: PlanRequest;
}

async function readFacts(cloud: Cloud, open: OpenCluster, profiles: readonly Profile[]): Promise<Facts> {
  const [deployments, records] = await Promise.all([
    readDeployments(
      open.store,
      profiles.map(({ name }) => name),
    ),
    cloud.records.list(formatCluster(open.cluster)),
  ]);
  return { deployments, live: liveNodes(records, cloud.clock()) };
}

async function planProfile(question: ProfileQuestion): Promise<ProfilePlan> {
  const { facts, open, loaded, profile } = question;
  const address = { ...open.cluster, profile: profile.name };
  const [file, deployed] = await Promise.all([
    question.request.prepared ?? prepareFile(loaded, profile, open.cluster.environment),
    readDeployedValue(open.store, profile.name, facts.deployments),
  ]);
  const decision = file.content && (await decide(question, address, file.content.bytes));
  const running = decision?.kind === 'busy' ? decision.running : undefined;
  return {
    address: formatProfile(address),
    file: file.file,
    outcome: outcomeOf(decision),
    problems: file.problems,
    expectedVersion: deployedOf(facts.deployments, profile.name)?.version ?? 0,
    changes: decision === undefined || decision.kind === 'unchanged' ? [] : changesOf(file, deployed),
    ...priceOf(question, decision),
    ...(running && { running: describeRunning(running) }),
    notes: notesOf(question, deployed),
  };
}

/**
 * Whether the publish function would start a deployment, by its own rule. It may find otherwise when somebody is quicker, or
 * when the stage was deployed with other schemas than the project has. Under which version number is not decided here.
 */
async function decide({ facts, open }: ProfileQuestion, address: ProfileAddress, bytes: Uint8Array) {
  const versions = [];
  for await (const version of open.store.versions(address.profile)) versions.push(version);
  const { deployments } = facts;
  const expectedVersion = deployedOf(deployments, address.profile)?.version ?? 0;
  return decidePublish({ address, hash8: hash8(bytes), expectedVersion }, { deployments, versions });
}

function outcomeOf(decision: PublishDecision | undefined): ProfilePlan['outcome'] {
  if (decision === undefined) return 'refused';
  return decision.kind === 'unchanged' || decision.kind === 'busy' ? decision.kind : 'publish';
}

function priceOf({ facts, request }: ProfileQuestion, decision: PublishDecision | undefined) {
  const nodeCount = facts.live.length;
  const isFirst = decision !== undefined && 'first' in decision && decision.first;
  const strategy = isFirst ? 'immediate' : request.strategy;
  return {
    ...(strategy !== undefined && { strategy }),
    nodeCount,
    priceUsd: Math.round(nodeCount * receivedPriceUsd * 10_000) / 10_000,
  } as const;
}

function changesOf({ content }: PreparedFile, deployed: StoredValue | undefined): readonly Change[] {
  return diffJson(deployed?.value, content?.value as JsonValue);
}

function notesOf({ facts, profile }: ProfileQuestion, deployed: StoredValue | undefined): string[] {
  return [...oldNodesNote(facts.live, profile), ...returnNote(profile, deployed)];
}

/** Schema changes travel with the nodes' own releases; a node of an older one may refuse what is checked here. */
function oldNodesNote(live: readonly NodeRecord[], { name, schemaVersion }: Profile): string[] {
  const old = live.filter((node) => (node.profiles[name]?.schemaVersion ?? schemaVersion) < schemaVersion);
  if (old.length === 0) return [];
  return [
    `${old.length} of ${live.length} nodes know an older schema of ${name} than version ${schemaVersion}: they may refuse it`,
  ];
}

/** Expand, migrate, contract: while the deployed value does not satisfy the schema, going back to it is refused. */
function returnNote(profile: Profile, deployed: StoredValue | undefined): string[] {
  if (deployed === undefined) return [];
  const checked = checkValue(profile, deployed.value, 'strict');
  const [problem] = checked.ok ? [] : checked.problems;
  if (problem === undefined) return [];
  return [
    `the deployed version ${deployed.version} does not satisfy this schema (${describeProblem(problem)}): going back to it would be refused`,
  ];
}

const describeRunning = ({ profile, number, percentage }: DeploymentSummary) => ({
  profile,
  deployment: number,
  percentage,
});
