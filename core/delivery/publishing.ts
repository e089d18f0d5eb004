/**
 * What publishing means. `decidePublish` says what a request comes to in an environment; `decideVersion` says under which
 * version number. Both are asked again after every conflict, with fresh facts, so a publisher that loses a race never
 * overwrites the winner.
 */

import * as z from 'zod';
import { nameMaxChars, namePattern, type ProfileAddress } from '../addresses.js';
import { parseLabel } from '../content/content.js';
import {
  type Deployment,
  type DeploymentSummary,
  deployedOf,
  isRunning,
  type VersionSummary,
} from './deployments.js';
import type { Failure } from './failure-memory.js';
import { readProvenance } from './provenance.js';
import { strategyNames } from './strategies.js';

/** A signed request with the longest token that AWS gives today fits well. */
export const identityMaxChars = 8192;

/**
 * What a publisher sends to the publish function of one environment. Keys that it does not know are passed over, so that
 * the command of a later release can publish through it; the content is held to its schema, key by key.
 */
export const publishRequestSchema = z.object({
  profile: z.string().regex(namePattern).max(nameMaxChars),
  /** The author's value: JSON, not yet canonical. */
  content: z.unknown(),
  /** Version deployed in *this* environment when the author began; 0 when nothing was. Absent: whatever is deployed. */
  expectedVersion: z.int().min(0).optional(),
  /** Why, for people. */
  description: z.string().min(1).max(500),
  author: z.string().min(1).max(100),
  strategy: z.enum(strategyNames).optional(),
  /** Git commit of the content's file, in full; absent when the file is not as committed. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
  /** Waits for its turn where the environment is busy, instead of being refused. */
  queue: z.boolean().optional(),
  /** Why content that was rolled back within the hour is published all the same. */
  force: z.string().min(1).max(500).optional(),
  /** Proof of who asks: a signed request to STS (`sts:GetCallerIdentity`) that the function sends on. */
  identity: z.string().max(identityMaxChars).optional(),
});
export type PublishRequest = z.infer<typeof publishRequestSchema>;

/** What wakes the publish function to start what is next in its environment's queue. Carries nothing: the queue decides. */
export const advanceRequestSchema = z.strictObject({ advance: z.literal(true) });

/** What a person does with an entry of the queue: lets a held one go on, or takes one out. */
export const queueRequestSchema = z.object({
  queueAction: z.enum(['release', 'drop']),
  profile: z.string().regex(namePattern).max(nameMaxChars),
  description: z.string().min(1).max(500),
  author: z.string().min(1).max(100),
  /** Proof of who asks, as in a publish. */
  identity: z.string().max(identityMaxChars).optional(),
});
export type QueueRequest = z.infer<typeof queueRequestSchema>;

const problemSchema = z.object({
  path: z.string(),
  message: z.string(),
  suggestion: z.string().exactOptional(),
});

/** What the publish function answers. A refusal is an expected outcome, not a failure of the function. */
export const publishResultSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('accepted'),
    version: z.int(),
    label: z.string(),
    /** Number of the deployment that carries the content to the nodes. */
    deployment: z.int(),
    /** True when the same content was deployed, or being deployed, already: nothing was done. */
    unchanged: z.boolean(),
    /** The strategy in force; absent when nothing was started. */
    strategy: z.enum(strategyNames).exactOptional(),
    /** ARN of who asked, as AWS knows it; absent when the request did not prove it. */
    caller: z.string().exactOptional(),
    /** Version of an entry of the same profile that this one took out of the queue. */
    superseded: z.int().exactOptional(),
  }),
  z.object({
    outcome: z.literal('version-conflict'),
    address: z.string(),
    expectedVersion: z.int().exactOptional(),
    deployedVersion: z.int(),
  }),
  z.object({
    outcome: z.literal('deployment-in-progress'),
    environment: z.string(),
    running: z.object({ profile: z.string(), deployment: z.int(), startedAt: z.string() }),
  }),
  /** It stands in the queue; `place` counts from 1. */
  z.object({
    outcome: z.literal('queued'),
    environment: z.string(),
    version: z.int(),
    label: z.string(),
    place: z.int().min(1),
    /** Version of an entry of the same profile that this one replaced. */
    superseded: z.int().exactOptional(),
    /** Present when the same content waits there for a person already: why. */
    held: z.string().exactOptional(),
    /** ARN of who asked, as AWS knows it; absent when the request did not prove it. */
    caller: z.string().exactOptional(),
  }),
  /** The environment is free or not, others wait for it: a direct publish does not go past them. */
  z.object({
    outcome: z.literal('queue-ahead'),
    environment: z.string(),
    ahead: z.array(z.object({ profile: z.string(), version: z.int(), queuedAt: z.string() })),
  }),
  /** The same content was rolled back here within the hour. */
  z.object({
    outcome: z.literal('rolled-back-lately'),
    address: z.string(),
    version: z.int(),
    deployment: z.int(),
    /** ISO 8601, UTC. */
    rolledBackAt: z.string(),
    why: z.string(),
  }),
  /** What a person wanted of the queue stands; `unchanged` when it stood before. */
  z.object({
    outcome: z.literal('queue-changed'),
    environment: z.string(),
    action: z.enum(['release', 'drop']),
    profile: z.string(),
    version: z.int(),
    unchanged: z.boolean(),
    /** Present when it waits for a person all the same: why. */
    held: z.string().exactOptional(),
    /** ARN of who asked, as AWS knows it; absent when the request did not prove it. */
    caller: z.string().exactOptional(),
  }),
  /** Nothing of the profile waits; `waiting` names the profiles that do. */
  z.object({
    outcome: z.literal('not-queued'),
    environment: z.string(),
    profile: z.string(),
    waiting: z.array(z.string()),
  }),
  z.object({ outcome: z.literal('content-refused'), subject: z.string(), problems: z.array(problemSchema) }),
  /** The request around the content is not understood: whoever sent it is of another release. */
  z.object({ outcome: z.literal('request-not-understood'), problems: z.array(problemSchema) }),
]);
export type PublishResult = z.infer<typeof publishResultSchema>;

/** What the rules need to know of the environment. */
export interface EnvironmentFacts {
  /** All deployments that may matter, newest first: at least down to the profile's newest COMPLETE one. */
  readonly deployments: readonly DeploymentSummary[];
  /** The profile's versions, newest first. */
  readonly versions: readonly VersionSummary[];
  /** How this very content failed here within the hour (`failureMemoryMs`), newest first; absent: it is not asked. */
  readonly failures?: readonly Failure[];
}

/** The parts of a request that decide. */
export interface PublishIntent {
  readonly address: ProfileAddress;
  /** First 8 hex digits of the content's SHA-256. */
  readonly hash8: string;
  readonly expectedVersion?: number | undefined;
  /** True when somebody said why it is published although it failed lately. */
  readonly forced?: boolean | undefined;
}

export type PublishDecision =
  | {
      readonly kind: 'unchanged';
      readonly version: number;
      readonly label: string;
      readonly deployment: number;
    }
  | { readonly kind: 'conflict'; readonly deployedVersion: number }
  | { readonly kind: 'failed-lately'; readonly failure: Failure }
  | { readonly kind: 'busy'; readonly running: DeploymentSummary }
  | VersionDecision;

export type VersionDecision =
  | { readonly kind: 'conflict'; readonly deployedVersion: number }
  /** The content stands as a version nobody deployed here yet: left by a publisher that died, or made elsewhere. */
  | { readonly kind: 'start'; readonly version: number; readonly label: string; readonly first: boolean }
  | { readonly kind: 'create'; readonly after: number; readonly first: boolean };

/**
 * Decides what a publish request means. Same content as running or deployed is success without effect, whatever version
 * was expected: a retry must not be told of a conflict with itself.
 *
 * An expectation holds for the instant in which the facts were read. What is started afterwards is started over exactly
 * the deployment that was the newest then (`LatestDeploymentNumber`), so nothing that was *deployed* meanwhile is built
 * upon unseen. A *revert* in between is: it makes an older version the deployed one without a new number, and AppConfig
 * has no condition that it would fail.
 */
export function decidePublish(intent: PublishIntent, here: EnvironmentFacts): PublishDecision {
  const { profile } = intent.address;
  const running = here.deployments.find(isRunning);
  const deployed = deployedOf(here.deployments, profile);
  const same = [running, running?.profile === profile ? undefined : deployed].find(
    (item) => item?.profile === profile && hashOf(item) === intent.hash8,
  );
  // A profile that was deleted and made again has deployments of its name, and none of its versions.
  const stands = here.versions.some((item) => hashOf(item) === intent.hash8);
  if (same?.label && stands && same.state !== 'ROLLING_BACK') {
    return { kind: 'unchanged', version: same.version, label: same.label, deployment: same.number };
  }
  const deployedVersion = deployed?.version ?? 0;
  if (intent.expectedVersion !== undefined && intent.expectedVersion !== deployedVersion) {
    return { kind: 'conflict', deployedVersion };
  }
  const [failure] = here.failures ?? [];
  if (failure && !intent.forced) return { kind: 'failed-lately', failure };
  if (running) return { kind: 'busy', running };
  return decideVersion(intent, here);
}

/**
 * Decides between a version that stands already and a new one. A standing one is used only if it was never deployed here
 * and nothing newer was; where something newer was, only a publisher that names what it builds on may go back to it.
 */
export function decideVersion(intent: PublishIntent, here: EnvironmentFacts): VersionDecision {
  const mine = here.deployments.filter((item) => item.profile === intent.address.profile);
  const newestHere = mine.reduce((newest, item) => Math.max(newest, item.version), 0);
  const deployed = deployedOf(mine, intent.address.profile);
  const first = deployed === undefined;
  const standing = here.versions.find((item) => hashOf(item) === intent.hash8);
  const deployedBefore = mine.some((item) => item.version === standing?.version);
  if (standing?.label && !deployedBefore) {
    if (standing.version > newestHere) {
      return { kind: 'start', version: standing.version, label: standing.label, first };
    }
    if (intent.expectedVersion === undefined)
      return { kind: 'conflict', deployedVersion: deployed?.version ?? 0 };
  }
  return { kind: 'create', after: here.versions[0]?.version ?? 0, first };
}

/**
 * True for a deployment by which every older one of its profile has a smaller version. Publishing starts a version only
 * where nothing newer was deployed (`decideVersion`), and over exactly the deployment it knew of; so whoever looks whether
 * a greater version, or one that stands, was ever deployed need not look further down. Going back and what is deployed by
 * hand tell nothing; only a hand that describes its deployment as Veltrix does is taken for a publish.
 */
export function isPublish({ description }: Pick<Deployment, 'description'>): boolean {
  const { author, undoes } = readProvenance(description);
  return author !== '' && undoes === undefined;
}

function hashOf(item: { readonly label?: string } | undefined): string | undefined {
  return item?.label === undefined ? undefined : parseLabel(item.label)?.hash8;
}
