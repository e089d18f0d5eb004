/**
 * When the nodes of a cluster were last heard, packed: one item for each shard of the stream, eight bytes for each life of a
 * node. So silence is seen within seconds, while records that say nothing new are written at a slow pace (write-pace.ts).
 */

import { murmur3 } from '../routing/partitions.js';
import { type EpochMs, epochMs } from '../time.js';
import type { NodeRecord } from './node-records.js';

/** Arrivals are kept in steps of this: two bytes of them reach back for 70 minutes. */
const stepMs = 64;
/** A life that was not heard for so long goes: its record goes as well (`recordRetentionMs`). */
const keptForMs = 60 * 60 * 1000;
/** Lives of one item at most, the latest heard first: 320 KB, where DynamoDB's item ends at 400. */
export const livesMax = 40_000;
/** A batch is on its way for a second or two; a shard whose reports are older when they are handled lags. */
const laggingMinMs = 5_000;
/** So many nodes do not die within seconds of each other, and no other with them: their shard is held up. */
const voicesMin = 8;
/** Who was heard within so long of a shard's newest arrival had a voice there: three of the usual 5 s. */
const voiceMs = 15_000;

/** What one shard of the stream told of one cluster. */
export interface ShardLiveness {
  /** As Kinesis names it: `shardId-000000000001`. */
  readonly shard: string;
  /** The newest arrival of a report of the cluster there. */
  readonly throughMs: EpochMs;
  /** How old that report was when it was handled. */
  readonly lagMs: number;
  /** When each life was last heard, by `lifeKey`; up to 63 ms early. */
  readonly arrivals: ReadonlyMap<number, EpochMs>;
}

/** Where they live. */
export interface LivenessItems {
  /** Strongly consistent; `liveness` is absent when nothing is stored, or nothing that can be read. */
  readShard(
    cluster: string,
    shard: string,
  ): Promise<{ readonly liveness?: ShardLiveness; readonly revision: number }>;
  /** Writes over exactly the revision that was read (0: none); `lost` when somebody else wrote since. */
  writeShard(cluster: string, liveness: ShardLiveness, over: number): Promise<'saved' | 'lost'>;
}

/** 48 bits that stand for one life of a node: among 40,000 lives, two are alike once in 350,000 clusters. */
export const lifeKey = (node: string, incarnation: string): number =>
  (murmur3(`${incarnation}/${node}`) & 0xffff) * 2 ** 32 + murmur3(`${node}/${incarnation}`);

export interface Heard {
  readonly node: string;
  readonly incarnation: string;
  readonly arrivedAtMs: EpochMs;
}

/** What a batch of one shard tells, handled at `now`. @throws RangeError for an empty batch: it tells nothing. */
export function heardIn(shard: string, batch: readonly Heard[], now: EpochMs): ShardLiveness {
  if (batch.length === 0) throw new RangeError('nothing was heard');
  const arrivals = new Map<number, EpochMs>();
  let newest = 0;
  for (const { node, incarnation, arrivedAtMs } of batch) {
    keepNewest(arrivals, lifeKey(node, incarnation), toStep(arrivedAtMs));
    newest = Math.max(newest, arrivedAtMs);
  }
  const throughMs = toStep(newest);
  return { shard, throughMs, lagMs: Math.max(0, now - newest), arrivals: kept(arrivals, throughMs) };
}

/** Both together: each life as it was heard last. In any order, and however often, it comes to the same. */
export function mergeLiveness(a: ShardLiveness, b: ShardLiveness): ShardLiveness {
  const arrivals = new Map(a.arrivals);
  for (const [key, arrivedAtMs] of b.arrivals) keepNewest(arrivals, key, arrivedAtMs);
  const throughMs = epochMs(Math.max(a.throughMs, b.throughMs));
  const lags = [a, b].filter((each) => each.throughMs === throughMs).map(({ lagMs }) => lagMs);
  return { shard: a.shard, throughMs, lagMs: Math.min(...lags), arrivals: kept(arrivals, throughMs) };
}

function kept(arrivals: Map<number, EpochMs>, throughMs: EpochMs): ReadonlyMap<number, EpochMs> {
  for (const [key, arrivedAtMs] of arrivals) if (throughMs - arrivedAtMs >= keptForMs) arrivals.delete(key);
  if (arrivals.size <= livesMax) return arrivals;
  return new Map([...arrivals].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, livesMax));
}

const toStep = (moment: number): EpochMs => epochMs(Math.floor(moment / stepMs) * stepMs);

function keepNewest(arrivals: Map<number, EpochMs>, key: number, arrivedAtMs: EpochMs): void {
  const known = arrivals.get(key);
  if (known === undefined || known < arrivedAtMs) arrivals.set(key, arrivedAtMs);
}

/** Form, newest arrival in steps (6 bytes), lag in ms (4). */
const headBytes = 11;
/** Key (6 bytes), steps before the newest arrival (2). */
const lifeBytes = 8;
const form = 1;

/** As it is stored: all numbers big-endian. */
export function encodeLiveness({ throughMs, lagMs, arrivals }: ShardLiveness): Uint8Array {
  const bytes = new Uint8Array(headBytes + lifeBytes * arrivals.size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, form);
  setUint48(view, 1, throughMs / stepMs);
  view.setUint32(7, Math.min(lagMs, 0xffff_ffff));
  let at = headBytes;
  for (const [key, arrivedAtMs] of arrivals) {
    setUint48(view, at, key);
    view.setUint16(at + 6, (throughMs - arrivedAtMs) / stepMs);
    at += lifeBytes;
  }
  return bytes;
}

/** Undefined for bytes of another form, as another release may have written. */
export function decodeLiveness(shard: string, bytes: Uint8Array): ShardLiveness | undefined {
  if (bytes.length < headBytes || (bytes.length - headBytes) % lifeBytes !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== form) return undefined;
  const throughMs = epochMs(getUint48(view, 1) * stepMs);
  const arrivals = new Map<number, EpochMs>();
  for (let at = headBytes; at < bytes.length; at += lifeBytes) {
    arrivals.set(getUint48(view, at), epochMs(throughMs - view.getUint16(at + 6) * stepMs));
  }
  return { shard, throughMs, lagMs: view.getUint32(7), arrivals };
}

function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 2, value % 2 ** 32);
}

const getUint48 = (view: DataView, at: number): number =>
  view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);

/**
 * The records, each as fresh as its life was last heard, and excused for as long as the shard where that was is held up. Who
 * was heard and has no record is no node yet.
 */
export function withLiveness(
  records: readonly NodeRecord[],
  shards: readonly ShardLiveness[],
): readonly NodeRecord[] {
  const newest = shards.reduce((latest, { throughMs }) => Math.max(latest, throughMs), 0);
  const excuses = shards.map((shard) => heldUpFor(shard, newest));
  return records.map((record) => {
    const key = lifeKey(record.node, record.incarnation);
    const [at, heardAtMs] = lastHeard(shards, key);
    const heldUpMs = excuses[at] ?? 0;
    return {
      ...record,
      arrivedAtMs: epochMs(Math.max(record.arrivedAtMs, heardAtMs)),
      ...(heldUpMs > 0 && { heldUpMs }),
    };
  });
}

/** Where a life was heard last, and when: a shard that was split is heard on its children. */
function lastHeard(shards: readonly ShardLiveness[], key: number): readonly [at: number, heardAtMs: number] {
  let [at, heardAtMs] = [-1, 0];
  for (const [index, { arrivals }] of shards.entries()) {
    const arrivedAtMs = arrivals.get(key) ?? 0;
    if (arrivedAtMs > heardAtMs) [at, heardAtMs] = [index, arrivedAtMs];
  }
  return [at, heardAtMs];
}

/**
 * How far a shard is behind the cluster's newest arrival, where that is the shard's doing. A shard with few nodes is quiet when they
 * die, and no different from one that is held up: unless it was seen to lag, its nodes are judged as those of the others.
 */
function heldUpFor({ throughMs, lagMs, arrivals }: ShardLiveness, newestMs: number): number {
  const behindMs = newestMs - throughMs;
  if (behindMs === 0 || lagMs > laggingMinMs) return behindMs;
  let voices = 0;
  for (const arrivedAtMs of arrivals.values()) if (throughMs - arrivedAtMs <= voiceMs) voices += 1;
  return voices >= voicesMin ? behindMs : 0;
}
