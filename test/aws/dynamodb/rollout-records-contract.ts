/** What every RolloutRecords must do. */

import { expect, it } from 'vitest';
import type { Publication, RolloutRecords } from '../../../core/delivery/rollout-records.js';
import { judgeRollout } from '../../../core/guard/judge.js';
import type { GuardReport } from '../../../core/guard/report.js';
import { guardSettingsSchema } from '../../../core/guard/settings.js';
import { epochMs } from '../../../core/time.js';
import { deployment, newLabel, oldLabel, seen, startMs, tally } from '../../core/guard/fleet.js';

const cluster = 'app/staging';
const where = { cluster, deployment: 7 };

export const publication: Publication = {
  author: 'anna',
  caller: 'arn:aws:sts::000000000000:assumed-role/deployer/anna',
  reason: 'größere Clues — für die Kinder',
  commit: '0123456789abcdef0123456789abcdef01234567',
  strategy: 'linear-20',
  forced: 'it was the network',
  queuedAt: '2026-01-01T00:00:00.000Z',
  validatedAt: '2026-01-01T00:00:01.000Z',
};

export const report = (summary: string, lookedAtMs = 1_000): GuardReport => ({
  verdict: 'inconclusive',
  action: 'warn',
  summary,
  looks: 3,
  lookedAtMs,
  nodes: { tested: 2, previous: 5 },
  blind: { why: 'the table could not be read', looks: 1 },
  signals: [
    {
      signal: 'errors',
      test: 'peers',
      level: 'open',
      action: 'none',
      words: 'new 41 errors in 3,020 requests, old 6 in 27,900: 63× worse; evidence 40 (needs 100)',
      figures: {
        tested: { requests: 3_020, bad: 41 },
        previous: { requests: 27_900, bad: 6 },
        evidence: 40.5,
        neededEvidence: 100,
      },
    },
  ],
});

/** What the guard remembers after a look at so many nodes. */
export const stateOf = (nodes: readonly string[]) =>
  judgeRollout({
    deployment,
    nodes: nodes.map((node, index) =>
      seen(node, 1, {
        label: index % 2 ? newLabel : oldLabel,
        counters: { [oldLabel]: tally(100, 3, 1), [newLabel]: tally(10, 2) },
      }),
    ),
    settings: guardSettingsSchema.parse({}),
    lookedAtMs: startMs,
  }).state;

export const facts = {
  label: newLabel,
  previousLabel: oldLabel,
  startedAtMs: startMs,
  endsAtMs: epochMs(startMs + 1_800_000),
};

export function rolloutRecordsContract(make: () => Promise<RolloutRecords>): void {
  it('knows nothing at first', async () => {
    const records = await make();
    expect(await records.read(cluster, [7])).toEqual(new Map());
    expect(await records.read(cluster, [])).toEqual(new Map());
    expect(await records.readGuard(cluster, 7)).toEqual({ revision: 0 });
  });

  it('gives back a memory as it was written, and shows its report in the record', async () => {
    const records = await make();
    const memory = { state: stateOf(['a', 'b', 'c']), report: report('one'), facts };
    expect(await records.writeGuard(where, memory, 0)).toBe('saved');
    expect(await records.readGuard(cluster, 7)).toEqual({ ...memory, revision: 1 });
    expect(await records.read(cluster, [7])).toEqual(new Map([[7, { guard: report('one') }]]));
  });

  it('keeps state and facts that a later look does not bring', async () => {
    const records = await make();
    const memory = { state: stateOf(['a']), report: report('one'), facts };
    await records.writeGuard(where, memory, 0);
    expect(await records.writeGuard(where, { report: report('two', 2_000) }, 1)).toBe('saved');
    expect(await records.readGuard(cluster, 7)).toEqual({
      ...memory,
      report: report('two', 2_000),
      revision: 2,
    });
  });

  it('keeps publication and guard apart: neither overwrites the other', async () => {
    const records = await make();
    await records.writeGuard(where, { report: report('one') }, 0);
    expect(await records.savePublication(cluster, 7, publication)).toBe('saved');
    await records.writeGuard(where, { report: report('two', 2_000) }, 1);
    expect(await records.read(cluster, [7])).toEqual(
      new Map([[7, { publication, guard: report('two', 2_000) }]]),
    );
  });

  it('keeps who published once: whoever comes later changes nothing', async () => {
    const records = await make();
    await records.saveUndone(cluster, 7, { author: 'ben', reason: '', at: '2026-01-01T00:05:00.000Z' });
    const other = { author: 'ben', reason: 'again', strategy: 'immediate', validatedAt: 'now' } as const;
    expect(await records.savePublication(cluster, 7, publication)).toBe('saved');
    expect(await records.savePublication(cluster, 7, other)).toBe('kept');
    expect((await records.read(cluster, [7])).get(7)?.publication).toEqual(publication);
  });

  it('keeps who took it back beside the rest, and the last who said so', async () => {
    const records = await make();
    const undone = { author: 'ben', reason: 'errors doubled — überall', at: '2026-01-01T00:05:00.000Z' };
    await records.saveUndone(cluster, 7, { ...undone, author: 'carla' });
    await records.savePublication(cluster, 7, publication);
    await records.saveUndone(cluster, 7, undone);
    await records.writeGuard(where, { report: report('one') }, 0);
    expect(await records.read(cluster, [7])).toEqual(
      new Map([[7, { publication, guard: report('one'), undone }]]),
    );
  });

  it('keeps who retired the profile beside the rest, and the last who did', async () => {
    const records = await make();
    const retired = {
      author: 'ben',
      reason: 'merged — überall',
      at: '2026-01-01T00:05:00.000Z',
      versions: 3,
    };
    await records.savePublication(cluster, 7, publication);
    await records.saveRetired(cluster, 7, { ...retired, author: 'carla' });
    await records.saveRetired(cluster, 7, { ...retired, caller: 'arn:aws:iam::000000000000:user/ben' });
    expect(await records.read(cluster, [7])).toEqual(
      new Map([[7, { publication, retired: { ...retired, caller: 'arn:aws:iam::000000000000:user/ben' } }]]),
    );
  });

  it('refuses to write over a revision that is not the stored one, and keeps what is stored', async () => {
    const records = await make();
    await records.writeGuard(where, { report: report('one') }, 0);
    expect(await records.writeGuard(where, { report: report('no', 2_000) }, 0)).toBe('lost');
    expect(await records.writeGuard(where, { report: report('no', 2_000) }, 2)).toBe('lost');
    expect((await records.readGuard(cluster, 7)).report?.summary).toBe('one');
    expect((await records.read(cluster, [7])).get(7)?.guard?.summary).toBe('one');
  });

  it('lets exactly one of many looks win', async () => {
    const records = await make();
    const looks = Array.from({ length: 8 }, (_, index) =>
      records.writeGuard(where, { report: report(`${index}`) }, 0),
    );
    expect((await Promise.all(looks)).filter((result) => result === 'saved')).toHaveLength(1);
    expect((await records.readGuard(cluster, 7)).revision).toBe(1);
  });

  it('reads many at once, also when it is asked for one twice, and leaves out those without a record', async () => {
    const records = await make();
    const numbers = Array.from({ length: 130 }, (_, index) => index + 1);
    await Promise.all(numbers.map((number) => records.savePublication(cluster, number, publication)));
    const read = await records.read(cluster, [...numbers, 1, 1, 999]);
    expect([...read.keys()].toSorted((a, b) => a - b)).toEqual(numbers);
  });

  it('keeps clusters and deployments apart', async () => {
    const records = await make();
    await records.savePublication(cluster, 7, publication);
    await records.writeGuard(where, { report: report('one') }, 0);
    expect(await records.read('app/production', [7])).toEqual(new Map());
    expect(await records.read(cluster, [70, 6])).toEqual(new Map());
    expect(await records.readGuard('app/production', 7)).toEqual({ revision: 0 });
    expect(await records.readGuard(cluster, 70)).toEqual({ revision: 0 });
  });
}
