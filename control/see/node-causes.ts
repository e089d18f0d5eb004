/** Why a node does not hold what it is meant to: each cause with what to do next. Nothing is restarted to find out. */

import { type ClusterAddress, formatCluster, formatProfile } from '../../core/addresses.js';
import { parseLabel } from '../../core/content/content.js';
import { deployedOf, isRunning } from '../../core/delivery/deployments.js';
import type { Presence } from '../../core/fleet/liveness.js';
import { hasTwin, type NodeRecord, type ProfileRecord } from '../../core/fleet/node-records.js';
import type { EpochMs } from '../../core/time.js';
import type { NewestDeployments } from '../facts.js';
import { ownCauses } from './own-causes.js';
import { keepingWithdrawn } from './withdrawn.js';

export type CauseKind =
  | 'silent'
  | 'twins'
  | 'refused'
  | 'withdrawn'
  | 'behind'
  | 'fresh'
  | 'unknown-profile'
  | 'stranger'
  | 'degraded'
  | 'no-table'
  | 'overridden'
  | 'override-refused'
  | 'stale-secrets';

export interface Cause {
  readonly kind: CauseKind;
  /** The profile it is about, where it is about one. */
  readonly profile?: string;
  readonly why: string;
  readonly next: string;
}

export interface Seen {
  readonly record: NodeRecord;
  /** When its cluster is judged. */
  readonly moment: EpochMs;
}

export interface Wanted extends NewestDeployments {
  readonly cluster: ClusterAddress;
  readonly profiles: readonly string[];
  /** Nodes that take up nothing of the work that they are given; absent where no work is shared out, or nobody could read it. */
  readonly stuck?: ReadonlySet<string> | undefined;
  readonly now: EpochMs;
}

/** Nodes ask for their configuration once a minute unless AppConfig says otherwise; twice that is no reason to worry. */
const pollsMs = 2 * 60_000;

export function causesOf(
  { record, moment }: Seen,
  { presence, wanted }: { presence: Presence; wanted: Wanted },
): Cause[] {
  const causes: Cause[] = [];
  if (presence === 'silent') causes.push(silence(record, moment));
  if (hasTwin(record)) causes.push(twins(record));
  for (const profile of wanted.profiles) causes.push(...causesIn(record, profile, wanted));
  causes.push(...strangers(record, wanted), ...ownCauses(record));
  if (presence === 'live') causes.push(...cutOff(record, wanted));
  return causes;
}

function causesIn(record: NodeRecord, profile: string, wanted: Wanted): Cause[] {
  const { cluster, deployments } = wanted;
  const running = deployments.find((item) => item.profile === profile && isRunning(item));
  const deployed = deployedOf(deployments, profile);
  const held = Object.hasOwn(record.profiles, profile) ? record.profiles[profile] : undefined;
  const going = running?.state === 'ROLLING_BACK' ? undefined : running;
  const acceptable = [going?.label, deployed?.label].filter((label) => label !== undefined);
  const address = formatProfile({ ...cluster, profile });
  if (held?.refused && acceptable.includes(held.refused.label) && held.refused.label !== held.label) {
    return [refusal({ profile, address }, held)];
  }
  if (keepingWithdrawn([record], deployments, profile).length > 0) {
    return [withdrawn(record, profile, { cluster, held, deployed: deployed?.label })];
  }
  // What is deployed may be what it holds, and nobody read that far back.
  if (deployed === undefined && !wanted.isComplete) return [];
  if (acceptable.length === 0 || (held?.label !== undefined && acceptable.includes(held.label))) return [];
  if (held === undefined) return [unknownProfile(profile, cluster)];
  const since = deployed && Date.parse(deployed.startedAt);
  return [behind({ profile, address }, held, { label: deployed?.label, ageMs: since && wanted.now - since })];
}

interface Where {
  readonly profile: string;
  readonly address: string;
}

/** The reason names path and expectation: it is the client's own schema that says it. */
function refusal({ profile, address }: Where, held: ProfileRecord): Cause {
  const { refused, label, schemaVersion } = held;
  const compare = (version: string) => `${address}@${parseLabel(version)?.version ?? version}`;
  return {
    kind: 'refused',
    profile,
    why: `refuses ${profile} ${refused?.label}: ${refused?.reason} (its schema is ${schemaVersion})`,
    next:
      label === undefined
        ? `veltrix get ${compare(refused?.label ?? '')}`
        : `veltrix diff ${compare(label)} ${compare(refused?.label ?? '')}`,
  };
}

function withdrawn(
  { node }: NodeRecord,
  profile: string,
  about: { cluster: ClusterAddress; held: ProfileRecord | undefined; deployed: string | undefined },
): Cause {
  const { cluster, held, deployed } = about;
  const failing = held?.lastError === undefined ? '' : `; its last poll failed: ${held.lastError}`;
  return {
    kind: 'withdrawn',
    profile,
    why: `keeps ${profile} ${held?.label}, which was taken back (${deployed ?? 'nothing'} is deployed)${failing}`,
    next: `veltrix nodes ${formatCluster(cluster)} ${node}`,
  };
}

function behind(
  { profile, address }: Where,
  { label, source, lastError }: ProfileRecord,
  deployed: { readonly label: string | undefined; readonly ageMs: number | undefined },
): Cause {
  const is = `holds ${profile} ${label ?? `from ${source}`}, ${deployed.label ?? 'nothing'} is deployed`;
  if (lastError !== undefined)
    return { kind: 'behind', profile, why: `${is}; its last poll failed: ${lastError}`, next: permissions };
  const isFresh = deployed.ageMs !== undefined && deployed.ageMs < pollsMs;
  return {
    kind: isFresh ? 'fresh' : 'behind',
    profile,
    why: isFresh ? `${is}, and may not have asked since` : is,
    next: `veltrix status ${address}${isFresh ? ' --watch' : ''}`,
  };
}

const unknownProfile = (profile: string, cluster: ClusterAddress): Cause => ({
  kind: 'unknown-profile',
  profile,
  why: `does not know ${profile}: its release is older than that profile`,
  next: `deploy the service of ${formatCluster(cluster)} again`,
});

/** Profiles it reports that its application does not have here: another environment's release, or a leftover. */
function strangers({ profiles }: NodeRecord, wanted: Wanted): Cause[] {
  const names = Object.keys(profiles).filter((name) => !wanted.profiles.includes(name));
  return names.map((name) => ({
    kind: 'stranger',
    profile: name,
    why: `asks for ${name}, which is no deployed profile of ${wanted.cluster.application}`,
    next: 'npx cdk deploy --all, if its release is meant to have it',
  }));
}

const silence = (record: NodeRecord, moment: EpochMs): Cause => ({
  kind: 'silent',
  why: `silent for ${Math.round((moment - record.arrivedAtMs) / 1000)} s: gone, or cut off and still serving`,
  next: record.endpoint === undefined ? 'look for its process' : `ask it: curl ${record.endpoint}`,
});

const twins = (record: NodeRecord): Cause => ({
  kind: 'twins',
  why: `two processes report as ${record.node}`,
  next: 'give each process a name of its own',
});

const permissions = "look at the node's network and permissions";

/**
 * It reports, so it is there. A node is degraded while polls fail, which it tells, or while it cannot read who owns what, which it does
 * not: where it tells nothing, it is that. One that begins nothing of what it is given cannot read it either, or nothing comes of it.
 */
function cutOff(record: NodeRecord, { cluster, stuck }: Wanted): Cause[] {
  const { node, profiles, ownership } = record;
  const isDegraded = record.health === 'degraded';
  const error = Object.values(profiles).find(({ lastError }) => lastError !== undefined)?.lastError;
  const isRouted = ownership !== undefined || stuck !== undefined;
  const isBlind = isDegraded && error === undefined && isRouted;
  return [
    ...(isDegraded && !isBlind ? [degraded(error)] : []),
    ...(isBlind || stuck?.has(node) ? [noTable(cluster)] : []),
  ];
}

const degraded = (error: string | undefined): Cause => ({
  kind: 'degraded',
  why: `says it cannot reach AWS: it serves what it has${error === undefined ? '' : `; last error: ${error}`}`,
  next: permissions,
});

const noTable = (cluster: ClusterAddress): Cause => ({
  kind: 'no-table',
  why: 'cannot read who owns what: it takes up no partition that it is given',
  next: `allow it dynamodb:GetItem on the table of assignments, for the key ${formatCluster(cluster)}`,
});
