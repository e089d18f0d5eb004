import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPaint, widthOf } from '../../../cli/terminal/paint.js';
import { renderRollout } from '../../../cli/terminal/profile-status.js';
import type { ProfileStatus } from '../../../control/see/status/status.js';
import type { GuardReport } from '../../../core/guard/report.js';
import {
  deployed,
  fleet,
  healthy,
  labels,
  next,
  now,
  rolledBack,
  rolling,
  rollout,
  unhealthy,
} from './statuses.js';

const paint = createPaint(false);
const screen = (profile: ProfileStatus, columns = 80) => renderRollout(profile, { columns, now, paint });
const page = (text: string) => text.replace(/^\n/, '').replace(/\n$/, '').split('\n');

describe('a rollout on a screen', () => {
  it('of 80 columns: header, steps, share, nodes, guard, squares, events, undo', () => {
    expect(screen(rolling())).toEqual(
      page(`
shop/production/checkout                       ● rolling out, healthy, 1 refused
  Version   18 ← 17  "raise card timeout to 800 ms"  anna · 3f2c1e9 · 4 min ago
  Strategy  linear-20 · step 2/5 · next step in about 60 s · bake 10 min
  Offered   ████████░░░░░░░░░░░░ 40 %  about 16 of 40 nodes
  Held by   15/40 nodes (38 %)
  Refused   node-40  timeoutMs is 800, expected at most 500
  Guard     healthy · look 4, 12 s ago · 15 nodes with it, 25 without
            at 40 %: no sign of harm in 12,400 requests on 15 nodes with the
            version
    errors  new 4/12,400   old 11/29,800  0.9×  ▏·······  0.3/100  healthy
    slow    new 31/12,400  old 70/29,800  1.1×  ▏·······  0.9/100  healthy

  VERSION  NODES                     STATE
  18       ■■■■■■■■■■■■■■■           15 hold it
  18       ▨                         1 refused it
  17       □□□□□□□□□□□□□□□□□□□□□□□□  24 waiting

  EVENTS (UTC)
  12:00:00  started
  12:01:40  offered to 20 %
  12:03:20  offered to 40 %

  → why: veltrix nodes shop/production --behind
  → undo: veltrix rollback shop/production/checkout
`),
    );
  });

  it('of 120 columns with 3 nodes, the first of which took it', () => {
    const arrivals = { to50PercentMs: 3_000 };
    const nodes = { ...fleet({ holding: 2, waiting: 1 }), arrivals };
    expect(screen(rolling({ nodes, guard: { ...healthy, signals: [] } }), 120)).toEqual(
      page(`
shop/production/checkout                                                      ● rolling out, healthy
  Version   18 ← 17  "raise card timeout to 800 ms"  anna · 3f2c1e9 · 4 min ago
  Strategy  linear-20 · step 2/5 · next step in about 60 s · bake 10 min
  Offered   ████████░░░░░░░░░░░░ 40 %  about 1 of 3 nodes
  Held by   2/3 nodes (67 %)  half after 3 s
  Guard     healthy · look 4, 12 s ago · 15 nodes with it, 25 without
            at 40 %: no sign of harm in 12,400 requests on 15 nodes with the version

  VERSION  NODES  STATE
  18       ■■     2 hold it
  17       □      1 waiting

  EVENTS (UTC)
  12:00:00  started
  12:01:40  offered to 20 %
  12:03:20  offered to 40 %

  → undo: veltrix rollback shop/production/checkout
`),
    );
  });

  it('of 1,000 nodes draws several as one square, and says so', () => {
    const nodes = fleet({ holding: 380, waiting: 600, refused: 12, silent: 8 });
    const lines = screen(rolling({ nodes }));
    const from = lines.findIndex((line) => line.startsWith('  VERSION'));
    expect(lines.slice(from, from + 6)).toEqual(
      page(`
  VERSION  NODES (a square is 10)                    STATE
  18       ■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■    380 hold it
  18       ▨▨                                        12 refused it
  17       □□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□□  600 waiting
           □□□□□□□□□□□□□□□□□□□□
           ?                                         8 silent
`),
    );
    expect(lines).toContain('            and 9 more');
    expect(lines).toContain('  Silent    8: node-993, node-994, node-995, node-996 and 4 more');
    const byHand = screen(rolling({ nodes: { ...nodes, overridden: ['node-1', 'node-2'] } }), 80);
    expect(byHand).toContain('  Override  2: node-1, node-2: by hand, on the node');
  });

  it('that bakes says until when, and a blind guard that it is blind, before anything else', () => {
    const { nextStepAt: _none, ...steps } = rollout;
    const baking = rolling({
      state: 'baking',
      rollout: { ...steps, percentage: 100, step: 5, bakesUntil: '2026-06-01T12:09:00.000Z' },
      guard: { ...healthy, verdict: 'inconclusive', blind: { why: 'no records', looks: 3 } },
      nodes: fleet({ holding: 20 }),
    });
    expect(screen(baking, 60).slice(0, 12)).toEqual(
      page(`
shop/production/checkout
  ● offered to all, baking, guard blind
  Version   18 ← 17  "raise card timeout to 800 ms"  anna ·
            3f2c1e9 · 4 min ago
  Strategy  linear-20 · step 5/5 · about 5 min of the bake
            left
  Offered   ████████████████████ 100 %
  Held by   20/20 nodes (100 %)
  Guard     blind for 3 looks, nobody judges this rollout:
            no records
            not judged · look 4, 12 s ago · 15 nodes with
            it, 25 without
`),
    );
  });

  it('that cannot be judged says so, and one that the guard has not seen yet too', () => {
    const open = { ...healthy, verdict: 'inconclusive', summary: 'at 40 %: not judged, 3 requests' } as const;
    expect(screen(rolling({ guard: open, nodes: fleet({ holding: 1, waiting: 2 }) }))[0]).toMatch(
      /● rolling out, not judged$/,
    );
    const { guard: _guard, ...unseen } = rolling();
    expect(screen(unseen)).toContain('  Guard     has not looked yet');
    expect(screen({ ...unseen, rollout: { ...rollout, strategy: 'immediate' } })).toContain(
      '  Guard     none: everybody gets it at once',
    );
  });

  it('names a warning that does not roll back, and facts that are not fine', () => {
    const crashes = {
      signal: 'crashes',
      test: 'facts',
      level: 'suspect',
      action: 'warn',
      words: '1 restarted',
    } as const;
    const guard: GuardReport = { ...healthy, verdict: 'inconclusive', action: 'warn', signals: [crashes] };
    const lines = screen(rolling({ guard }));
    expect(lines).toContain('            a warning: its profile does not roll back for this');
    expect(lines).toContain('            1 restarted');
  });
});

describe('a version that was taken back', () => {
  it('by the guard, with its evidence; git still says it', () => {
    const fileDrift = { file: 'config/shop/checkout.production.yaml', version: 18 };
    expect(screen(rolledBack({ fileDrift }))).toEqual(
      page(`
shop/production/checkout          ● rolled back by the guard; git still says v18
  Version  17  "first"  ben · 25 h ago
  Undone   18  "raise card timeout to 800 ms"  anna · 3f2c1e9 · 4 min ago, taken
           back 30 s ago at 40 %
  Git      config/shop/checkout.production.yaml still says version 18, which was
           taken back
  Held by  20/20 nodes (100 %)
  Guard    unhealthy · look 4, 12 s ago · 15 nodes with it, 25 without
           errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse;
           evidence over 1,000,000 (needs 100)
    errors  new 310/12,400  old 11/29,800  68×  ████████  1M/100  worse

  VERSION  NODES                 STATE
  17       ■■■■■■■■■■■■■■■■■■■■  20 hold it

  EVENTS (UTC)
  12:01:40  offered to 20 %
  12:03:20  offered to 40 %
  12:03:30  rolling back
  12:03:31  rolled back

  → agree with the fleet: git revert 3f2c1e9a1b2c
  → or again: veltrix publish shop/production/checkout --force -m "…"
`),
    );
  });

  it('by a crash of the guard is not held against the version', () => {
    const why = 'Error invoking extension veltrix-main-guard: Task timed out after 3.00 seconds';
    const { guard: _guard, ...crashed } = rolledBack({
      undone: { ...next, percentage: 40, by: 'guard-failure', why, at: now },
    });
    const lines = screen(crashed);
    expect(lines[0]).toMatch(/● rolled back: the guard failed$/);
    expect(lines.slice(4, 8)).toEqual(
      page(`
           the guard did not answer AppConfig, which rolls back then: the
           version may be sound
           Error invoking extension veltrix-main-guard: Task timed out after
           3.00 seconds
`),
    );
  });

  it('is named where nodes keep it', () => {
    const keeping = [{ node: 'node-3', label: labels.next }];
    const nodes = {
      ...fleet({ holding: 2, waiting: 1 }),
      keeping,
      waitingHold: [{ label: labels.next, count: 1 }],
    };
    const lines = screen(rolledBack({ nodes }));
    expect(lines).toContain('  Keeping  1: node-3: a version that was taken back');
    expect(lines).toContain('  18       □      1 keep it, withdrawn');
    expect(lines).toContain('  → why: veltrix nodes shop/production --behind');
  });
});

describe('a profile at rest', () => {
  it('takes few lines; one that is fresh says how to undo it', () => {
    const { rollout: _rollout, guard: _guard, ...rest } = rolling({ state: 'deployed', nodes: fleet({}) });
    expect(screen(rest)).toEqual(
      page(`
shop/production/checkout                                              ● deployed
  Version  17  "first"  ben · 25 h ago
  Nodes    none: no report for 2 s
`),
    );
    const fresh = screen({ ...rest, deployed: { ...deployed, startedAt: next.startedAt } });
    expect(fresh.at(-1)).toBe('  → undo: veltrix rollback shop/production/checkout');
    expect(screen({ ...rest, guard: unhealthy }).join('\n')).toContain('Guard    unhealthy · look 4');
    const first = { ...deployed, version: 1, startedAt: next.startedAt };
    expect(screen({ ...rest, deployed: first }).join('\n')).not.toContain('undo:');
  });

  it('tells what spoke against it when the guard last looked, and nothing of what did not', () => {
    const { rollout: _, ...rest } = rolling({ state: 'deployed' });
    const open = healthy.signals.map((signal) => ({ ...signal, level: 'open' as const }));
    const shown = (guard: typeof healthy) => screen({ ...rest, guard }).join('\n');
    expect(shown(healthy)).not.toContain('errors  new');
    expect(shown({ ...healthy, verdict: 'inconclusive', signals: open })).toContain('errors  new');
  });

  it('says no times of nodes that came back to it, and who took what back, and why', () => {
    const said = { author: 'ben', reason: 'checkout is slow', at: next.startedAt };
    const arrivals = { to50PercentMs: 400_000, to95PercentMs: 400_000, to100PercentMs: 400_000 };
    const nodes = { ...fleet({ holding: 3 }), arrivals };
    const base = rolledBack({ nodes });
    const undone = base.undone && { ...base.undone, by: 'person' as const, said };
    const lines = screen({ ...base, ...(undone && { undone }) }).join('\n');
    expect(lines).toContain('rolled back by ben');
    expect(lines).toContain('because: "checkout is slow"');
    expect(lines).toContain('3/3 nodes (100 %)\n');
    const nameless = undone && { ...undone, said: { ...said, author: '', reason: '' } };
    const without = screen({ ...base, ...(nameless && { undone: nameless }) }).join('\n');
    expect(without).toContain('rolled back by hand');
    expect(without).not.toContain('because');
  });

  it('does not say twice that it was not judged', () => {
    const summary = 'baking: not judged, 0 requests on 0 nodes with the version';
    const { rollout: _, ...rest } = rolling({ state: 'deployed' });
    const guard: GuardReport = { ...healthy, verdict: 'inconclusive', summary };
    expect(screen({ ...rest, guard }).join('\n')).toContain(`Guard    ${summary}`);
    expect(screen({ ...rest, guard: healthy }).join('\n')).toContain('Guard    healthy: at 40 %: no sign');
  });

  it('shows why AppConfig says the guard took it back, where the report that says so was not kept', () => {
    const shown = screen(rolledBack({ guard: { ...healthy, verdict: 'inconclusive' } })).join('\n');
    expect(shown).toContain('errors: new 310 in 12,400 requests');
    expect(
      screen(rolledBack())
        .join('\n')
        .match(/errors: new 310 in 12,400 requests/g),
    ).toHaveLength(1);
  });
});

describe('no screen', () => {
  const states: readonly ProfileStatus['state'][] = [
    'rolling-out',
    'baking',
    'deployed',
    'rolling-back',
    'rolled-back',
  ];
  const many = fc.integer({ min: 0, max: 1_200 });
  const profiles = fc.record({
    state: fc.constantFrom(...states),
    numbers: fc.record({ holding: many, waiting: many, refused: many, silent: many }),
    reason: fc.string({ maxLength: 300 }).map((text) => text.replace(/[^ -~]/g, 'x')),
    guard: fc.constantFrom(healthy, unhealthy, { ...unhealthy, blind: { why: 'x'.repeat(90), looks: 2 } }),
    columns: fc.integer({ min: 60, max: 200 }),
  });

  it('is wider than its terminal, and every square is drawn within five rows and a few', () => {
    fc.assert(
      fc.property(profiles, ({ state, numbers, reason, guard, columns }) => {
        const nodes = fleet(numbers);
        const lines = screen(rolling({ state, nodes, guard, rollout: { ...rollout, reason } }), columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(lines.filter((line) => /[■□▨?]{2}/.test(line)).length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 300 },
    );
  });
});
