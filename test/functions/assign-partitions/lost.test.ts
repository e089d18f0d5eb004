/** A head that is lost, and a table that was restored from a backup: nodes still hold what was in force, and user data its epochs. */

import { describe, expect, it } from 'vitest';
import type { GrantTable } from '../../../core/assignment/table/table.js';
import { createOwnership, epochAt } from '../../../core/ownership/ownership.js';
import { step } from '../../../core/ownership/step.js';
import { inLocalAws } from '../../aws/in-local-aws.js';
import { begun, owned, staging } from './assigner.js';

const aws = inLocalAws();
const event = { cluster: staging };
const nodes = ['n1', 'n2', 'n3', 'n4'];

type Fleet = Awaited<ReturnType<typeof begun>>;

/** All nodes read what is in force and say so. */
async function claimAll({ table, report }: Fleet, names = nodes) {
  const { generation } = await table();
  for (const node of names) await report(node, { ownership: { letGo: generation, begun: generation } });
  return generation;
}

/** A node is restarted, so that its partitions get greater epochs. */
async function restart(fleet: Fleet, node: string, life: number) {
  fleet.pass(1_000);
  await claimAll(fleet);
  await fleet.report(node, { incarnation: `${node}-${life}` });
  await fleet.handle(event);
}

const epochsOf = ({ slots }: GrantTable) => slots.map(({ epoch }) => epoch);

/** What the node `n1`, which went by one table, serves of the next. */
function goesOn(before: GrantTable, next: GrantTable) {
  const read = (at: ReturnType<typeof createOwnership>, table: GrantTable, nowMs: number) =>
    step(at, { kind: 'read', nowMs, startedMs: nowMs, table }).ownership;
  const old = read(createOwnership({ node: 'n1', incarnation: 'n1-1' }), before, 0);
  const waiting = read(old, next, 20_000);
  const later = read(read(waiting, next, 26_000), next, 31_000);
  const mine = next.slots.flatMap(({ owners }, partition) => (owners[0] === 'n1' ? [partition] : []));
  const served = (at: typeof old, nowMs: number) =>
    mine.filter((each) => epochAt(at, each, nowMs) !== undefined);
  return { mine, atFirst: served(waiting, 20_001), afterLease: served(later, 31_001) };
}

describe('a head that is lost', () => {
  it('begins a new line of generations and epochs, above all that any node claims', async () => {
    const fleet = await begun(aws());
    await restart(fleet, 'n2', 2);
    await restart(fleet, 'n3', 2);
    const before = await fleet.table();
    expect(await claimAll(fleet)).toBe(3);
    await fleet.deleteParts('head');
    await fleet.handle(event);
    const now = await fleet.table();
    expect(now.generation).toBe(1_000_004);
    expect(await fleet.head()).toMatchObject({ generation: 1_000_004, rosterRevision: 1_000_004 });
    expect(owned(now)).toEqual({ n1: 4, n2: 4, n3: 4, n4: 4 });
    for (const [partition, epoch] of epochsOf(now).entries())
      expect(epoch).toBeGreaterThan(before.slots[partition]?.epoch ?? 0);
    expect(new Set(now.slots.map(({ waitsFor }) => JSON.stringify(waitsFor)))).toEqual(
      new Set(['[{"node":"","incarnation":""}]']),
    );
    expect(fleet.lines()).toContain('warn what was in force was not there, and is made anew');
    const { mine, atFirst, afterLease } = goesOn(before, now);
    expect(mine).toHaveLength(4);
    expect([atFirst, afterLease]).toEqual([[], mine]);
  });

  it('goes on from there as ever', async () => {
    const fleet = await begun(aws());
    await claimAll(fleet);
    await fleet.deleteParts('head');
    await fleet.handle(event);
    fleet.pass(20_000);
    await claimAll(fleet, ['n1', 'n2', 'n3']);
    await fleet.handle(event);
    const next = await fleet.table();
    expect([next.generation, owned(next)['n4']]).toEqual([1_000_003, undefined]);
    expect(next.slots.filter(({ epoch }) => epoch === 1_000_003)).toHaveLength(4);
  });

  it('begins anew above claims also where meanwhile nobody could own anything', async () => {
    const fleet = await begun(aws());
    await claimAll(fleet);
    await fleet.deleteParts('head');
    for (const node of nodes)
      await fleet.report(node, { health: 'starting', ownership: { letGo: 1, begun: 1 } });
    await fleet.handle(event);
    expect(await fleet.head()).toMatchObject({ generation: 0 });
    await fleet.report('n1', { ownership: { letGo: 1, begun: 1 } });
    await fleet.handle(event);
    expect((await fleet.table()).generation).toBe(1_000_002);
  });

  it('is not told from a first one where no node claims more than that it let go for good', async () => {
    const fleet = await begun(aws());
    const ownership = { letGo: Number.MAX_SAFE_INTEGER, begun: 0 };
    for (const node of ['n2', 'n3', 'n4']) await fleet.report(node, { health: 'stopped', ownership });
    await fleet.deleteParts('head');
    await fleet.handle(event);
    expect((await fleet.table()).generation).toBe(1);
  });
});

describe('a table that was restored from a backup', () => {
  it('is made right by deleting the head', async () => {
    const fleet = await begun(aws());
    await claimAll(fleet);
    const restore = await fleet.backup();
    await restart(fleet, 'n2', 2);
    await restart(fleet, 'n3', 2);
    const before = await fleet.table();
    expect(await claimAll(fleet)).toBe(3);
    await restore();
    await fleet.handle(event);
    expect((await fleet.table()).generation).toBeLessThan(before.generation);
    // As docs/runbook.md tells, under `assignment-failed`.
    await fleet.deleteParts('head');
    await fleet.handle(event);
    const now = await fleet.table();
    expect(now.generation).toBe(1_000_004);
    for (const [partition, epoch] of epochsOf(now).entries())
      expect(epoch).toBeGreaterThan(before.slots[partition]?.epoch ?? 0);
    const { mine, atFirst, afterLease } = goesOn(before, now);
    expect([atFirst, afterLease]).toEqual([[], mine]);
  });
});

describe('what a container has read', () => {
  it('is held, until the schedule has everything read anew', async () => {
    const { handle, head, deleteParts, lines } = await begun(aws());
    await handle(event);
    const before = await head();
    await deleteParts(`${before?.tableKey}#0`);
    await handle(event);
    expect(await head()).toEqual(before);
    expect(lines()).not.toContain('was not there');
    await handle({ every: 'cluster' });
    expect(lines()).toContain('what was in force was not there, and is made anew');
    expect((await head())?.tableKey).not.toBe(before?.tableKey);
  });
});
