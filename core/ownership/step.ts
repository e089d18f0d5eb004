/**
 * The node's side, as one fold. A read that fails, or has not ended, is no event: the lease of the one before runs on.
 */

import { type Grant, type GrantTable, type Life, livesOf } from '../assignment/table/table.js';
import { isSameLife } from './grants.js';
import { handOverMs, waitMs } from './lease.js';
import {
  admitsUntilMs,
  type Holding,
  leaseEndMs,
  type Notice,
  type Ownership,
  type OwnershipEvent,
  type Resting,
  type Stepped,
} from './ownership.js';

/** Takes one event; time passes first, so that what is over is over before anything begins. */
export function step(before: Ownership, event: OwnershipEvent): Stepped {
  const draft = { ...before, holdings: new Map(before.holdings), notices: [] };
  lapse(draft, event.nowMs);
  take(draft, event);
  begin(draft, event.nowMs);
  const { notices, ...ownership } = draft;
  return { ownership, notices };
}

interface Draft extends Ownership {
  phase: Ownership['phase'];
  generation: number;
  readStartedMs: number;
  readonly holdings: Map<number, Holding>;
  readonly notices: Notice[];
}

/** Ends what time has ended. */
function lapse(draft: Draft, nowMs: number): void {
  for (const [partition, holding] of draft.holdings) {
    if (holding.kind === 'serving' && nowMs >= admitsUntilMs(draft))
      revoke(draft, { partition, holding, afterwards: { kind: 'lapsed', epoch: holding.epoch } }, nowMs);
    const left = draft.holdings.get(partition);
    if (left?.kind === 'finishing' && nowMs >= left.untilMs) {
      draft.notices.push({ kind: 'expired', partition, epoch: left.epoch });
      rest(draft, partition, left.afterwards);
    }
  }
}

function take(draft: Draft, event: OwnershipEvent): void {
  switch (event.kind) {
    case 'read':
      takeTable(draft, event);
      return;
    case 'confirmed':
      if (event.generation === draft.generation) renew(draft, event.startedMs);
      return;
    case 'finished':
      finish(draft, event);
      return;
    case 'drain':
      if (draft.phase === 'running') draft.phase = 'draining';
      return;
    case 'stop':
      draft.phase = 'stopped';
      for (const [partition, holding] of draft.holdings) release(draft, { partition, holding }, event.nowMs);
      return;
    case 'tick':
      return;
  }
}

/** A reader never goes back; an older generation is no sign of life either. */
function takeTable(
  draft: Draft,
  { nowMs, startedMs, table }: Extract<OwnershipEvent, { kind: 'read' }>,
): void {
  if (table.generation < draft.generation) return;
  if (table.generation > draft.generation) {
    const granted = grantsTo(draft.self, table);
    // Before the lease is renewed: what is lost ends within the one under which it was held.
    for (const [partition, holding] of draft.holdings)
      if (granted.get(partition)?.epoch !== grantedEpoch(holding))
        release(draft, { partition, holding }, nowMs);
    draft.generation = table.generation;
    draft.readStartedMs = startedMs;
    for (const [partition, grant] of granted) receive(draft, { partition, grant }, nowMs);
    return;
  }
  renew(draft, startedMs);
}

/** Reads may overtake each other: the one that started last counts. */
function renew(draft: Draft, startedMs: number): void {
  draft.readStartedMs = Math.max(draft.readStartedMs, startedMs);
}

function grantsTo(self: Life, { slots }: GrantTable): Map<number, Grant> {
  const granted = new Map<number, Grant>();
  for (const [partition, grant] of slots.entries())
    if (grant.owners.includes(self.node) && livesOf(grant).some((life) => isSameLife(life, self)))
      granted.set(partition, grant);
  return granted;
}

/** The epoch that a holding will be served under again, or is. */
const grantedEpoch = (holding: Holding): number | undefined =>
  holding.kind === 'finishing' ? holding.afterwards?.epoch : holding.epoch;

interface Held {
  readonly partition: number;
  readonly holding: Holding;
}

/** Lets go of what is granted no more. */
function release(draft: Draft, { partition, holding }: Held, nowMs: number): void {
  if (holding.kind === 'serving') revoke(draft, { partition, holding, afterwards: undefined }, nowMs);
  else if (holding.kind === 'finishing') draft.holdings.set(partition, { ...holding, afterwards: undefined });
  else draft.holdings.delete(partition);
}

/** Stops admitting; what was admitted has until the hand-over window or the lease is over. */
function revoke(
  draft: Draft,
  { partition, holding, afterwards }: Held & { readonly afterwards: Resting | undefined },
  nowMs: number,
): void {
  const { epoch } = holding;
  const untilMs = Math.min(nowMs + handOverMs, leaseEndMs(draft));
  draft.holdings.set(partition, { kind: 'finishing', epoch, untilMs, heldIn: draft.generation, afterwards });
  draft.notices.push({ kind: 'revoked', partition, epoch, untilMs });
}

interface Received {
  readonly partition: number;
  readonly grant: Grant;
}

/** A wait begins at the end of the first read that shows the epoch: whatever it supersedes was written before. */
function receive(draft: Draft, { partition, grant }: Received, nowMs: number): void {
  const holding = draft.holdings.get(partition);
  const mine = holding?.kind === 'finishing' ? holding.afterwards : holding;
  if (mine && mine.kind !== 'waiting') return;
  const startsAtMs = grant.waitsFor.length === 0 ? nowMs : (mine?.startsAtMs ?? nowMs + waitMs);
  const waiting: Resting = { kind: 'waiting', epoch: grant.epoch, began: grant.began, startsAtMs };
  draft.holdings.set(
    partition,
    holding?.kind === 'finishing' ? { ...holding, afterwards: waiting } : waiting,
  );
}

function finish(draft: Draft, { partition, epoch }: Extract<OwnershipEvent, { kind: 'finished' }>): void {
  const holding = draft.holdings.get(partition);
  if (holding?.kind === 'finishing' && holding.epoch === epoch) rest(draft, partition, holding.afterwards);
}

function rest(draft: Draft, partition: number, afterwards: Resting | undefined): void {
  if (afterwards) draft.holdings.set(partition, afterwards);
  else draft.holdings.delete(partition);
}

/** Begins what may begin, under a lease that admits. */
function begin(draft: Draft, nowMs: number): void {
  if (nowMs >= admitsUntilMs(draft)) return;
  for (const [partition, holding] of draft.holdings) {
    const mayBegin =
      holding.kind === 'lapsed' ||
      (holding.kind === 'waiting' && draft.phase === 'running' && nowMs >= holding.startsAtMs);
    if (!mayBegin) continue;
    draft.holdings.set(partition, { kind: 'serving', epoch: holding.epoch });
    draft.notices.push({ kind: 'assigned', partition, epoch: holding.epoch });
  }
}
