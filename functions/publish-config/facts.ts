/** Reads as much of an environment as a decision needs, and no more: lists grow with every publish. */

import { parseLabel } from '../../core/content/content.js';
import type { DeploymentSummary, EnvironmentStore, VersionSummary } from '../../core/delivery/deployments.js';
import {
  deploymentsToAsk,
  type Failure,
  type FailureQuestion,
  failureToldBy,
  knowsFailures,
} from '../../core/delivery/failure-memory.js';
import { type EnvironmentFacts, isPublish } from '../../core/delivery/publishing.js';

export interface FactsQuestion {
  readonly profile: string;
  /** First 8 hex digits of the content's SHA-256. */
  readonly hash8: string;
  readonly failures: FailureQuestion;
  /** True when a version of this content that stands was not deployed here before the failures in question. */
  readonly isNew: boolean;
  /** True when the decision is the same for a version that was deployed here as for one that something newer followed. */
  readonly isExpecting: boolean;
}

export type Facts = EnvironmentFacts & { readonly failures: readonly Failure[] };

/**
 * The facts for one decision. Versions are read down to the one that holds the content (or all); deployments down to the
 * profile's newest completed one, to where older ones tell of no failure in question and, where the content stands as a
 * version, to where it is known whether that was ever deployed here.
 */
export async function readFacts(store: EnvironmentStore, question: FactsQuestion): Promise<Facts> {
  const versions = await readVersions(store, question);
  const standing = versions.find((item) => holds(item, question.hash8));
  const deployments: DeploymentSummary[] = [];
  const search: Search = { standing, question, asked: 0 };
  let deployedKnown = false;
  let standingKnown = standing === undefined || question.isNew;
  for await (const item of store.deployments()) {
    deployments.push(item);
    if (item.profile !== question.profile) continue;
    deployedKnown ||= item.state === 'COMPLETE';
    standingKnown ||= await tellsOfStanding(store, search, item);
    if (deployedKnown && standingKnown && knowsFailures(deployments, question.failures)) break;
  }
  return { deployments, versions, failures: await readFailures(store, deployments, question.failures) };
}

interface Search {
  readonly standing: VersionSummary | undefined;
  readonly question: FactsQuestion;
  /** Deployments that were asked for their descriptions. */
  asked: number;
}

/** A list tells 50 deployments by one call, so descriptions are asked for only as long as one soon tells. */
const descriptionsMax = 4;

/** True when this deployment says enough about whether the standing version, or a newer one, was ever deployed here. */
async function tellsOfStanding(
  store: EnvironmentStore,
  search: Search,
  { number, version }: DeploymentSummary,
): Promise<boolean> {
  const standing = search.standing?.version ?? 0;
  if (version === standing) return true;
  if (version > standing) return search.question.isExpecting;
  if (search.asked >= descriptionsMax) return false;
  search.asked += 1;
  return isPublish(await store.deployment(number));
}

async function readVersions(store: EnvironmentStore, question: FactsQuestion): Promise<VersionSummary[]> {
  const versions: VersionSummary[] = [];
  for await (const item of store.versions(question.profile)) {
    versions.push(item);
    if (holds(item, question.hash8)) break;
  }
  return versions;
}

async function readFailures(
  store: EnvironmentStore,
  newestFirst: readonly DeploymentSummary[],
  question: FailureQuestion,
): Promise<Failure[]> {
  const asked = deploymentsToAsk(newestFirst, question);
  const told = await Promise.all(asked.map((number) => store.deployment(number)));
  return told.flatMap((item) => failureToldBy(item, newestFirst, question) ?? []);
}

const holds = (version: VersionSummary, hash8: string): boolean =>
  version.label !== undefined && parseLabel(version.label)?.hash8 === hash8;
