/**
 * Which reports are worth a write. A report that says what the record says already, within the bands that its readers act on,
 * only moves the node's place in the packed liveness (shard-liveness.ts): the record stands confirmed as of then.
 */

import { type EpochMs, epochMs } from '../time.js';
import { type NodeRecord, type ProfileRecord, twinReportsMin } from './node-records.js';
import { lifeKey } from './shard-liveness.js';

/** Half of the assignment's dead band: what moves work is never further off than the other half. */
const loadBand = 0.05;
/** A measured pace within this share of the one that is stored is the same. */
const paceShare = 0.1;
/** A partition's work has changed plainly when it did so by this share of all that the node can do. */
const workShare = 0.05;
/** A queue is news when it grew or shrank by this share of the capacity, and by two units at least: one comes and goes. */
const [queueShare, queueMinUnits] = [0.1, 2];

/**
 * Nothing is older than this, so that neither work by partition nor a record's expiry is far off. With a thousand nodes that is
 * 3.5 writes a second where one per report would be 200: with the packed liveness, less than a twentieth of the write units
 * while nothing is news. Rollouts are: docs/scale.md counts them.
 */
const heartbeatMaxMs = 300_000;
/** A small fleet costs little: counters and loads are fresh there. Half of the guard's minute, so each of its looks brings news. */
const heartbeatMinMs = 30_000;
/** In between, heartbeats of a cluster's nodes on one shard come to 3.3 writes a second. */
const heartbeatPerNodeMs = 300;
/** They fall due up to this share early, each life's at its own: a fleet that changed at one moment spreads again. */
const spreadShare = 0.2;

/**
 * The guard compares what both versions' nodes counted from look to look, so while a version is on its way all counters of a
 * cluster are fresh: for so long after a node went over to another version, which covers a step of a rollout, and a bake.
 *
 * Never written for what counters *say*: nodes with errors would be seen before nodes without, and a harmless version look bad.
 */
const movedForMs = 15 * 60 * 1000;
/**
 * The guard takes a node's counters at its first look after the node went over as where the version begins; that look comes
 * within a minute. Until then every usual report is written, and what a cold cache did is not held against the version.
 */
const [youngForMs, youngPaceMs] = [90_000, 4_000];

export type WriteReason =
  | 'new'
  | 'life'
  | 'health'
  | 'profiles'
  | 'declared'
  | 'ownership'
  | 'twin'
  | 'pace'
  | 'load'
  | 'queue'
  | 'work'
  | 'heartbeat';

/** A record as it is stored. */
export interface WrittenRecord {
  readonly record: NodeRecord;
  /** When the report arrived that it shows. */
  readonly asOfMs: EpochMs;
}

/** What is known of the cluster, of the part that is on the same shard of the stream. */
export interface Surroundings {
  readonly nodes: number;
  /** When a node last went over to another version; undefined when none is known to. */
  readonly movedAtMs: EpochMs | undefined;
}

/** Why a record that has taken in its node's newest report should be written; undefined when what is stored says it. */
export function whyWrite(
  written: WrittenRecord | undefined,
  folded: NodeRecord,
  around: Surroundings,
): WriteReason | undefined {
  if (!written) return 'new';
  const changed = changes.find(([, differs]) => differs(written.record, folded));
  if (changed) return changed[0];
  return isDue(written.asOfMs, folded, around) ? 'heartbeat' : undefined;
}

/** When a node went over to the label it holds, from another one in the same life: a version on its way. */
export function movedAt({ profiles }: NodeRecord): EpochMs | undefined {
  const moves = Object.values(profiles).flatMap(({ held, counters }) =>
    held && Object.keys(counters).length > 1 ? [held.sinceMs] : [],
  );
  return moves.length > 0 ? epochMs(Math.max(...moves)) : undefined;
}

function isDue(asOfMs: EpochMs, folded: NodeRecord, around: Surroundings): boolean {
  const [ageMs, paceMs] = [folded.arrivedAtMs - asOfMs, heartbeatMs(folded, around)];
  if (ageMs >= paceMs || ageMs < paceMs * (1 - spreadShare)) return ageMs >= paceMs;
  const early = (lifeKey(folded.node, folded.incarnation) % 1_000) / 1_000;
  return ageMs >= paceMs * (1 - spreadShare * early);
}

function heartbeatMs(
  { profiles, arrivedAtMs, twin }: NodeRecord,
  { nodes, movedAtMs }: Surroundings,
): number {
  if (Object.values(profiles).some(({ held }) => held && arrivedAtMs - held.sinceMs < youngForMs))
    return youngPaceMs;
  const isMoving = movedAtMs !== undefined && arrivedAtMs - movedAtMs < movedForMs;
  // A second process is forgotten after a minute without a word of it.
  return isMoving || twin ? heartbeatMinMs : clamp(nodes * heartbeatPerNodeMs);
}

const clamp = (paceMs: number): number => Math.min(Math.max(paceMs, heartbeatMinMs), heartbeatMaxMs);

type Differs = (stored: NodeRecord, folded: NodeRecord) => boolean;

const changes: readonly (readonly [WriteReason, Differs])[] = [
  ['life', (a, b) => a.incarnation !== b.incarnation],
  ['health', (a, b) => a.health !== b.health],
  ['profiles', (a, b) => !isSame(a.profiles, b.profiles, isSameProfile)],
  ['declared', (a, b) => !isDeclaredSame(a, b)],
  // A life says more only when that may matter to somebody, so that a generation is no news of every node.
  [
    'ownership',
    (a, b) => a.ownership?.letGo !== b.ownership?.letGo || a.ownership?.begun !== b.ownership?.begun,
  ],
  ['twin', (a, b) => a.twin?.incarnation !== b.twin?.incarnation || twinReports(a) !== twinReports(b)],
  ['pace', (a, b) => isPaceOff(a.unitsPerSecond, b.unitsPerSecond)],
  ['load', (a, b) => Math.abs(a.load - b.load) > loadBand],
  [
    'queue',
    (a, b) => Math.abs(a.queueDepth - b.queueDepth) >= Math.max(queueMinUnits, queueShare * b.capacity),
  ],
  ['work', isWorkOff],
];

/** Up to those that make it a second process: further ones say nothing new. */
const twinReports = ({ twin }: NodeRecord): number => Math.min(twin?.reports ?? 0, twinReportsMin);

/** The counters aside: they grow with every request. */
function isSameProfile(a: ProfileRecord, b: ProfileRecord): boolean {
  return (
    a.label === b.label &&
    a.source === b.source &&
    a.schemaVersion === b.schemaVersion &&
    a.lastError === b.lastError &&
    a.secretsError === b.secretsError &&
    isSameOverride(a.override, b.override) &&
    a.refused?.label === b.refused?.label &&
    a.refused?.reason === b.refused?.reason
  );
}

function isSameOverride(a: ProfileRecord['override'], b: ProfileRecord['override']): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** `reportIntervalMs` among them: silence is measured by it. */
function isDeclaredSame(a: NodeRecord, b: NodeRecord): boolean {
  return (
    a.endpoint === b.endpoint &&
    a.capacity === b.capacity &&
    a.reportIntervalMs === b.reportIntervalMs &&
    isSame(a.labels, b.labels, Object.is)
  );
}

function isPaceOff(stored: number | undefined, folded: number | undefined): boolean {
  if (stored === undefined || folded === undefined) return stored !== folded;
  return Math.abs(folded - stored) > paceShare * stored;
}

function isWorkOff(
  { work: stored = {} }: NodeRecord,
  { work = {}, unitsPerSecond, capacity }: NodeRecord,
): boolean {
  const band = workShare * (unitsPerSecond ?? capacity);
  const isOff = (partition: string) => Math.abs((stored[partition] ?? 0) - (work[partition] ?? 0)) > band;
  for (const partition in work) if (isOff(partition)) return true;
  for (const partition in stored) if (isOff(partition)) return true;
  return false;
}

/** The same names, each with the same. */
function isSame<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  same: (a: T, b: T) => boolean,
): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name] as T, b[name] as T))
  );
}
