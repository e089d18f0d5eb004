/** Puts what a profile's logs hold and its cursor has not seen on the stream, in order. */

import { formatProfile, type ProfileAddress } from '../../core/addresses.js';
import {
  afterEvent,
  type ChangeCursor,
  type ChangeEvent,
  pendingChanges,
  type RecordedDeployment,
  settle,
} from '../../core/delivery/change-events.js';
import type { ChangeCursors, ChangeStream, StoredCursor } from '../../core/delivery/change-stream.js';
import type { Deployment } from '../../core/delivery/deployments.js';
import type { RolloutRecord } from '../../core/delivery/rollout-records.js';
import type { EpochMs } from '../../core/time.js';
import type { Logs } from './logs.js';

export interface EmitDeps {
  readonly cursors: ChangeCursors;
  readonly stream: ChangeStream;
}

export interface Emission {
  readonly where: ProfileAddress;
  /** The cursor as it was read before the logs were. */
  readonly stored: StoredCursor;
  readonly logs: Logs;
  /** What Veltrix keeps of deployments that have something to tell. */
  readonly records: ReadonlyMap<number, RolloutRecord>;
  readonly now: EpochMs;
}

export interface Emitted {
  /** Cursor writes that somebody else was quicker with. */
  readonly lost: number;
  /** Those put, in order; after a lost write perhaps some of them twice. */
  readonly events: readonly ChangeEvent[];
}

/**
 * Puts the pending events, moving the cursor after each: a crash between the two puts an event again, never none. When
 * another run moved the cursor, it is read again and whatever is left is put.
 * @throws ServiceUnavailable from stream or cursors; the cursor never passes an event that was not put.
 */
export async function emitChanges(deps: EmitDeps, emission: Emission): Promise<Emitted> {
  const { where, logs, now } = emission;
  const mine = recorded(emission);
  let { stored } = emission;
  const emitted = { events: [] as ChangeEvent[], lost: 0 };
  // Ends: each lost write means that another run moved the cursor over these same, finitely many, entries.
  for (;;) {
    const pending = pendingChanges(stored.cursor, where, mine);
    const moved = await emitInOrder(deps, stored, pending);
    emitted.events.push(...pending.slice(0, moved.put));
    if (moved.stored) {
      const next = settled(moved.stored.cursor, mine, { logs, now });
      if (await forget(deps, moved.stored, next)) return emitted;
    }
    emitted.lost += 1;
    stored = await deps.cursors.read(formatProfile(where));
  }
}

/** The profile's deployments, each with its record. */
function recorded({ where, logs, records }: Emission): RecordedDeployment[] {
  const mine = logs.deployments.filter((deployment) => deployment.profile === where.profile);
  return mine.map((deployment) => {
    const record = records.get(deployment.number);
    return record ? { ...deployment, record } : deployment;
  });
}

/** Puts events and moves the cursor after each; without `stored` when another run moved it first. */
async function emitInOrder(
  { stream, cursors }: EmitDeps,
  from: StoredCursor,
  events: readonly ChangeEvent[],
) {
  let stored = from;
  for (const [index, event] of events.entries()) {
    await stream.put(event);
    const cursor = afterEvent(stored.cursor, event);
    if ((await cursors.write(cursor, stored.revision)) === 'lost') return { put: index + 1 };
    stored = { cursor, revision: stored.revision + 1 };
  }
  return { put: events.length, stored };
}

/** Writes what is left of the cursor, if that is less; false when another run moved it first. */
async function forget({ cursors }: EmitDeps, stored: StoredCursor, next: ChangeCursor): Promise<boolean> {
  return isSame(next, stored.cursor) || (await cursors.write(next, stored.revision)) === 'saved';
}

/**
 * Forgets what is final. A profile with nothing open is settled through the environment's newest known deployment, though
 * that is another profile's: otherwise a profile that seldom changes would make every run list the environment's whole past.
 */
function settled(
  cursor: ChangeCursor,
  mine: readonly Deployment[],
  { logs, now }: { readonly logs: Logs; readonly now: EpochMs },
): ChangeCursor {
  const next = settle(cursor, mine, now);
  const newestOfMine = Math.max(0, ...mine.map((deployment) => deployment.number));
  if (next.settledThrough < newestOfMine) return next;
  return { ...next, settledThrough: Math.max(next.settledThrough, logs.knownThrough) };
}

const isSame = (a: ChangeCursor, b: ChangeCursor): boolean =>
  a.settledThrough === b.settledThrough && Object.keys(a.emitted).length === Object.keys(b.emitted).length;
