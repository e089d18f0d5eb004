/**
 * The record of a node: the fold of its reports, and the door to where records live. A node is judged by when its reports
 * *arrived* at the stream, never by its own clock.
 */

import { type EpochMs, type EpochSeconds, epochMs, plusMs, ttlSeconds } from '../time.js';
import type { NodeReport, ProfileReport } from './node-reports.js';

/** A record outlives its node by an hour, so that "who left, and when" can be answered. */
export const recordRetentionMs = 60 * 60 * 1000;
/** Earlier lives that are remembered, so that their late reports are told from a new life. */
export const retiredIncarnationsMax = 8;
/** Reports of an earlier life after which it is no straggler but a second process of the same name. */
export const twinReportsMin = 3;
/** A second process is forgotten when it has been silent this long, and takes over when the shown one has. */
export const twinSilenceMs = 60_000;

/** Another process that reports under the same name. */
export interface Twin {
  readonly incarnation: string;
  readonly reports: number;
  readonly lastArrivedAtMs: EpochMs;
}

/** One profile of a node: what it said last, and since when. */
export interface ProfileRecord extends ProfileReport {
  /**
   * The label held last, and when the first report of this stretch with it arrived. Neither a restart that comes back with the
   * same label ends a stretch, nor reports of a life that has no label yet. Absent where it began before this was kept.
   */
  readonly held?: { readonly label: string; readonly sinceMs: EpochMs };
}

export interface NodeRecord extends Omit<NodeReport, 'form' | 'profiles'> {
  readonly profiles: Readonly<Record<string, ProfileRecord>>;
  /**
   * When its life was last heard: the newest arrival of its reports at the stream. As stored, that of the report this record
   * shows; who reads takes the packed liveness in (shard-liveness.ts).
   */
  readonly arrivedAtMs: EpochMs;
  /** For readers, never stored: for so long its shard of the stream is held up, and its silence is the shard's. */
  readonly heldUpMs?: number;
  /** When this incarnation's first report arrived. */
  readonly since: EpochMs;
  /** DynamoDB deletes the record after this. */
  readonly expiresAtSeconds: EpochSeconds;
  /** Earlier incarnations, newest first. */
  readonly retired: readonly string[];
  readonly twin?: Twin;
}

export type Fold =
  | { readonly kind: 'changed'; readonly record: NodeRecord }
  /** Older than what the record shows, or seen before: nothing to write. */
  | { readonly kind: 'stale' };

/**
 * Folds one report into a node's record. An unknown incarnation replaces the stored one; an earlier one only once the
 * stored one has been silent for a minute.
 * Folding the same report twice changes nothing.
 */
export function foldReport(record: NodeRecord | undefined, report: NodeReport, arrivedAtMs: EpochMs): Fold {
  if (!record) return { kind: 'changed', record: begin({ report, arrivedAtMs }, []) };
  if (report.incarnation === record.incarnation) {
    if (report.sequence <= record.sequence) return { kind: 'stale' };
    return { kind: 'changed', record: renew(record, report, arrivedAtMs) };
  }
  if (record.retired.includes(report.incarnation)) return foldTwin(record, report, arrivedAtMs);
  const retired = retire(record.incarnation, record.retired);
  return { kind: 'changed', record: begin({ report, arrivedAtMs, record }, retired) };
}

/** True when a second process reports under this record's name: two lives that take turns. */
export const hasTwin = (record: NodeRecord): boolean => (record.twin?.reports ?? 0) >= twinReportsMin;

const retire = (incarnation: string, earlier: readonly string[]): readonly string[] =>
  [incarnation, ...earlier].slice(0, retiredIncarnationsMax);

interface Arrival {
  readonly report: NodeReport;
  readonly arrivedAtMs: EpochMs;
  /** What was known of the node before. */
  readonly record?: NodeRecord;
}

const begin = (arrival: Arrival, retired: readonly string[]): NodeRecord =>
  shown(arrival, { since: arrival.arrivedAtMs, retired });

function renew(record: NodeRecord, report: NodeReport, arrivedAtMs: EpochMs): NodeRecord {
  const { since, retired, twin } = record;
  const twinLives = twin !== undefined && arrivedAtMs < plusMs(twin.lastArrivedAtMs, twinSilenceMs);
  const arrival = { report, arrivedAtMs: latest(record.arrivedAtMs, arrivedAtMs), record };
  return shown(arrival, { since, retired, ...(twinLives && { twin }) });
}

/** A report of an earlier life: a straggler, or a second process if it goes on. The shown life stays. */
function foldTwin(record: NodeRecord, report: NodeReport, arrivedAtMs: EpochMs): Fold {
  // From before the shown life began: a batch that is delivered again, not a process that goes on.
  if (arrivedAtMs <= record.since) return { kind: 'stale' };
  // The shown life has gone silent and this one goes on: it is the node.
  if (arrivedAtMs >= plusMs(record.arrivedAtMs, twinSilenceMs)) {
    const others = record.retired.filter((incarnation) => incarnation !== report.incarnation);
    const retired = retire(record.incarnation, others);
    return { kind: 'changed', record: begin({ report, arrivedAtMs, record }, retired) };
  }
  const same = record.twin?.incarnation === report.incarnation ? record.twin : undefined;
  if (same && arrivedAtMs <= same.lastArrivedAtMs) return { kind: 'stale' };
  const twin = {
    incarnation: report.incarnation,
    reports: (same?.reports ?? 0) + 1,
    lastArrivedAtMs: arrivedAtMs,
  };
  return { kind: 'changed', record: { ...record, twin } };
}

/** Folded for every report of every node: one copy of it, and one of each profile. */
function shown(
  { report: { form: _form, ...report }, arrivedAtMs, record }: Arrival,
  life: Pick<NodeRecord, 'since' | 'retired' | 'twin'>,
): NodeRecord {
  const profiles = Object.entries(report.profiles).map(([name, profile]) => {
    const before = record && Object.hasOwn(record.profiles, name) ? record.profiles[name] : undefined;
    return [name, withHeld(profile, before, arrivedAtMs)] as const;
  });
  return Object.assign(report, {
    profiles: Object.fromEntries(profiles),
    arrivedAtMs,
    expiresAtSeconds: ttlSeconds(plusMs(arrivedAtMs, recordRetentionMs)),
    ...life,
  });
}

function withHeld(
  profile: ProfileReport,
  before: ProfileRecord | undefined,
  arrivedAtMs: EpochMs,
): ProfileRecord {
  const { label } = profile;
  const known = before?.held;
  if (known && (label === undefined || label === known.label)) return { ...profile, held: known };
  // Held before this was kept: nobody knows since when.
  if (label === undefined || label === before?.label) return profile;
  return { ...profile, held: { label, sinceMs: arrivedAtMs } };
}

const latest = (a: EpochMs, b: EpochMs): EpochMs => epochMs(Math.max(a, b));

/** A record as it is stored: with the count of its writes, which guards the next one. */
export interface StoredRecord {
  /** Absent when it cannot be read, as one of another release may be: the next report replaces it. */
  readonly record?: NodeRecord;
  /** When the report arrived that is stored; `record` may have been heard later. */
  readonly asOfMs?: EpochMs;
  /** Grows by one with each write, from 1. */
  readonly revision: number;
}

/** A steady part of a cluster: the first nodes of each shard, by name, which a cluster that is no larger is whole. */
export interface NodeSample {
  readonly records: readonly NodeRecord[];
  /** True when there are no others. */
  readonly isWhole: boolean;
}

/** Where records live. What it reads is as fresh as each life was last heard. */
export interface NodeRecords {
  /** The records of these nodes of one cluster, by node; a node without one is missing in the answer. */
  read(cluster: string, nodes: readonly string[]): Promise<ReadonlyMap<string, StoredRecord>>;
  /** All records of a cluster that have not expired and can be read, in no order. */
  list(cluster: string): Promise<readonly NodeRecord[]>;
  /** As `list`, of about `nodesMax` nodes at most; a call after the next finds the same ones, while they are there. */
  sample(cluster: string, nodesMax: number): Promise<NodeSample>;
  /** Writes over exactly the revision that was read (0: none); `lost` when somebody else wrote since. */
  write(record: NodeRecord, over: number): Promise<'saved' | 'lost'>;
}
