/**
 * Nodes that report and do not take up what they are granted: they cannot read the table, or nothing comes of it. To everybody else
 * they look well, and what they own is served by nobody.
 */

import type { NodeRecord } from '../../fleet/node-records.js';
import type { Roster, RosterNode } from '../../fleet/roster.js';
import type { EpochMs } from '../../time.js';
import { serving } from '../rule/facts.js';
import { type Grant, type GrantTable, type Life, livesOf } from '../table/table.js';
import type { Fleet } from './facts.js';

/** A new owner waits a lease and its margin (10.4 s), reads every 2 s, and its report is there some seconds later: it has begun long before. */
export const beginsWithinMs = 45_000;
/** A life claims with its first report after its first read of a table. */
export const claimsWithinMs = 60_000;
/** Where it does not, others that do show for so long that the fault is its own: after an outage not all read again at once. */
export const claimlessForMs = 30_000;

/** What the roster remembers of a node between runs; without `stuckAt` it is not stuck yet. */
export type Mark = Pick<RosterNode, 'stuckAt' | 'claimlessSinceMs'>;

/**
 * Marks of the nodes that are stuck, or may be, by name. Who was stuck stays so until its claim rises, or it begins another life: else
 * it would be given work again as soon as it has none. All is judged at the arrival of a node's own reports, so that late ones are
 * not held against it.
 *
 * A node that claims nothing is one that cannot read, or of a release that knows of no ownership: either way it serves no partition.
 * While no node claims anything, none is judged by that. Nor is one that starts or goes: it begins nothing as it should.
 */
export function marksOf(
  { sightings }: Fleet,
  table: GrantTable,
  before: Roster | undefined,
): ReadonlyMap<string, Mark> {
  const live = sightings.flatMap(({ record, presence }) =>
    presence === 'live' && serving.has(record.health) ? [record] : [],
  );
  const known = new Map(before?.nodes.map((node) => [lifeOf(node), node]));
  const grants = live.length === 0 ? new Map<string, Grant[]>() : grantsByNode(table);
  const isClaimed = live.some(({ ownership }) => ownership !== undefined);
  const marks = new Map<string, Mark>();
  for (const record of live) {
    const earlier: Mark = known.get(lifeOf(record)) ?? {};
    const held = grants.get(record.node) ?? [];
    const mark = record.ownership
      ? markOfClaim(record, held, { begun: record.ownership.begun, ...earlier })
      : isClaimed && neverClaims(record, held)
        ? markOfSilence(record, earlier)
        : undefined;
    if (mark) marks.set(record.node, mark);
  }
  return marks;
}

export const isStuck = (mark: Mark | undefined): boolean => mark?.stuckAt !== undefined;

const lifeOf = ({ node, incarnation }: Life): string => `${node}\n${incarnation}`;

function markOfClaim(
  record: NodeRecord,
  held: readonly Grant[],
  { begun, stuckAt }: Mark & { readonly begun: number },
): Mark | undefined {
  const isStill = stuckAt !== undefined && begun <= stuckAt;
  return isStill || neverBegins(record, held, begun) ? { stuckAt: Math.max(begun, stuckAt ?? 0) } : undefined;
}

function markOfSilence({ arrivedAtMs }: NodeRecord, { stuckAt, claimlessSinceMs = arrivedAtMs }: Mark): Mark {
  const hasLasted = arrivedAtMs - claimlessSinceMs > claimlessForMs;
  return stuckAt !== undefined || hasLasted
    ? { stuckAt: stuckAt ?? 0, claimlessSinceMs }
    : { claimlessSinceMs };
}

function grantsByNode({ slots }: GrantTable): Map<string, Grant[]> {
  const byNode = new Map<string, Grant[]>();
  for (const slot of slots)
    for (const owner of slot.owners) {
      const grants = byNode.get(owner);
      if (grants) grants.push(slot);
      else byNode.set(owner, [slot]);
    }
  return byNode;
}

const neverBegins = (
  { node, incarnation, arrivedAtMs }: NodeRecord,
  held: readonly Grant[],
  begun: number,
): boolean =>
  held.some(
    (grant) =>
      begun < grant.began &&
      arrivedAtMs - grant.sinceMs > beginsWithinMs &&
      livesOf(grant).some((life) => life.node === node && life.incarnation === incarnation),
  );

/** What it has longest was granted as long ago; or it has been there for as long, and has nothing. */
function neverClaims({ since, arrivedAtMs }: NodeRecord, held: readonly Grant[]): boolean {
  const grantedAtMs = held.reduce<EpochMs | undefined>(
    (oldest, { sinceMs }) => (oldest === undefined || sinceMs < oldest ? sinceMs : oldest),
    undefined,
  );
  return arrivedAtMs - Math.max(since, grantedAtMs ?? 0) > claimsWithinMs;
}
