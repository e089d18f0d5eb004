/** What commands print for people, whole: each page as somebody would read it in 80 columns. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context, Runnable } from '../../../cli/command.js';
import { check } from '../../../cli/commands/act/check.js';
import { plan } from '../../../cli/commands/act/plan.js';
import { diff } from '../../../cli/commands/see/diff.js';
import { events } from '../../../cli/commands/see/events.js';
import { history } from '../../../cli/commands/see/history.js';
import { nodes } from '../../../cli/commands/see/nodes.js';
import { trace } from '../../../cli/commands/see/trace.js';
import { createPaint, widthOf } from '../../../cli/terminal/paint.js';
import { createScreen } from '../../../cli/terminal/screen.js';
import { publish } from '../../../control/act/publish.js';
import { openWorkspace } from '../../../control/files/workspace.js';
import { pendingChanges, startOfChanges } from '../../../core/delivery/change-events.js';
import { record, startMs } from '../../control/in-memory-cloud.js';
import { createWorld, rules, type World, yamlWith } from '../../control/world.js';
import { unhealthy } from './statuses.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** Everything a command prints, line by line. */
async function page(
  command: Runnable,
  positional: readonly string[],
  options = {},
): Promise<readonly string[]> {
  const printed: string[] = [];
  const context: Context = {
    screen: createScreen({ write: (text: string) => void printed.push(...text.trimEnd().split('\n')) }, {}),
    json: false,
    yes: false,
    home: async () => ({ name: 'main' }),
    directory: world.project.root,
    environment: {},
    signal: new AbortController().signal,
    cloud: async () => world.cloud,
    workspace: () => openWorkspace(world.project.root),
    author: () => 'anna',
    confirm: async () => true,
  };
  const outcome = await command(context, { positional, options });
  const lines = outcome.lines(createPaint(false), { columns: 80, isTerminal: false });
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(80);
  return [...printed, ...lines];
}

/** Version 1 stands; version 2 was rolled back by the guard. */
async function rollBackTheSecond(): Promise<string> {
  await world.publishAndFinish(yamlWith(5000), 'first');
  world.edit(yamlWith(4000));
  const reason = 'shorter cool-down, since players in the evening wait far too long for the next clue';
  await publish(world.cloud, world.loaded, { address: rules, author: 'ben', reason });
  world.cloud.appConfig.step('staging');
  world.cloud.appConfig.rollBack('staging');
  const validatedAt = new Date(startMs + 5_000).toISOString();
  const publication = {
    author: 'ben',
    caller: 'arn:aws:sts::123456789012:assumed-role/Deployer/ben',
    reason,
    commit: '3f2c1e9a1b2c3f2c1e9a1b2c3f2c1e9a1b2c3f2c',
    strategy: 'linear-50',
    validatedAt,
  } as const;
  const guard = { ...unhealthy, lookedAtMs: startMs + 8_000 };
  world.cloud.rolloutRecords.set('quest/staging 2', { publication, guard });
  world.cloud.rolloutRecords.delete('quest/staging 1');
  return world.cloud.appConfig.versions.get('rules')?.[0]?.label ?? '';
}

describe('veltrix history', () => {
  it('tells who, when, why, under which strategy, how judged and what became of it', async () => {
    await rollBackTheSecond();
    expect(await page(history, [])).toEqual([
      'memory',
      '',
      '2026-01-01 00:00 UTC  quest/staging/rules@2',
      '  deployment 2 · rolled back by the guard at 50 % · linear-50 · guard: unhealthy',
      '  "shorter cool-down, since players in the evening wait far too long for the',
      '  next clue"  ben (arn:aws:sts::123456789012:assumed-role/Deployer/ben) ·',
      '  3f2c1e9a1b2c',
      '  Rollback initiated by a test',
      '  guard: errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse;',
      '  evidence over 1,000,000 (needs 100)',
      '2026-01-01 00:00 UTC  quest/staging/rules@1',
      '  deployment 1 · complete · immediate: everybody at once',
      '  "first"  anna (user/anna)',
    ]);
  });

  it('tells who took it back and why, where that was kept; so does a trace', async () => {
    for (const coolDownMs of [5000, 4000]) await world.publishAndFinish(yamlWith(coolDownMs));
    world.cloud.appConfig.revert('staging', 'rules');
    const undone = { author: 'ben', reason: 'errors doubled', at: '2026-01-01T00:00:09.000Z' };
    const say = (given: typeof undone) => {
      const stored = world.cloud.rolloutRecords.get('quest/staging 2');
      world.cloud.rolloutRecords.set('quest/staging 2', { ...stored, undone: given });
    };
    expect((await page(history, [])).join('\n')).toContain('  deployment 2 · reverted by hand · linear-50\n');
    say(undone);
    const told = (await page(history, [])).join('\n');
    expect(told).toContain('  deployment 2 · reverted by ben · linear-50\n');
    expect(told).toContain('  undone: "errors doubled"\n');
    const traced = (await page(trace, ['quest/staging', '2'])).join('\n');
    expect(traced).toContain('deployment 2  reverted by ben\n');
    expect(traced).toContain('  Undone     by ben: errors doubled\n');
    say({ ...undone, author: '', reason: '' });
    expect((await page(history, [])).join('\n')).not.toContain('undone:');
    expect((await page(trace, ['quest/staging', '2'])).join('\n')).toContain('no reason given\n');
  });

  it('says as plainly that nothing changed, and since when', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.cloud.appConfig.nowMs = Date.UTC(2026, 0, 2, 3);
    expect(await page(history, [], { since: '2h' })).toEqual([
      'memory',
      '',
      'No configuration changed since 00:00 UTC yesterday, when quest/staging/rules@1',
      'was completed.',
    ]);
    world.cloud.appConfig.nowMs = Date.UTC(2026, 0, 1, 3);
    expect((await page(history, [], { since: '2h' })).join(' ')).toContain('since 00:00 UTC today');
    world.cloud.appConfig.nowMs = Date.UTC(2026, 0, 9);
    expect((await page(history, [], { since: '2h' })).join(' ')).toContain('since 2026-01-01 00:00 UTC,');
  });
});

describe('veltrix trace', () => {
  it('tells each step with its time, the guard, and what is not known', async () => {
    await rollBackTheSecond();
    const deployments = world.cloud.appConfig.history('staging');
    world.cloud.events.push(
      ...pendingChanges(startOfChanges('quest/staging/rules'), rules, deployments).slice(0, -1),
    );
    world.cloud.appConfig.nowMs = startMs + 20_000;
    expect(await page(trace, ['quest/staging', '2'])).toEqual([
      'memory',
      '',
      'quest/staging/rules@2  deployment 2  rolled back by the guard at 50 %',
      '  Commit     3f2c1e9a1b2c3f2c1e9a1b2c3f2c1e9a1b2c3f2c',
      '  Published  by ben (arn:aws:sts::123456789012:assumed-role/Deployer/ben)',
      '  Why        shorter cool-down, since players in the evening wait far too long',
      '             for the next clue',
      '  Started    2026-01-01 00:00 UTC',
      '  Strategy   linear-50',
      '',
      '  UTC       SINCE START',
      '  00:00:05      -0:01  checked by the publish function',
      '  00:00:07      +0:01  started  (event after 1.5 s)',
      '  00:00:08      +0:02  offered to 50 %  (event after 1.5 s)',
      '  00:00:09      +0:03  rolling back: Rollback initiated by a test  (event after',
      '                       1.5 s)',
      '  00:00:10      +0:04  rolled back  (no event)',
      '',
      '  Guard  unhealthy · look 4, 12 s ago · 15 nodes with it, 25 without',
      '         errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse;',
      '         evidence over 1,000,000 (needs 100)',
      '    errors  new 310/12,400  old 11/29,800  68×  ████████  1M/100  worse',
      '',
      '  NOT KNOWN',
      '  ! 1 of 4 entries have no change event on the stream: not yet, or no longer',
      '    kept there',
      '  ! when nodes took it: it is not what they are meant to hold now, and records',
      '    keep no past',
    ]);
  });
});

describe('veltrix nodes', () => {
  it('--behind gives each laggard its cause and what to do, and counts them', async () => {
    const label = await rollBackTheSecond();
    const reason = 'coolDownMs is 5000, expected at most 500';
    world.cloud.nodes.push(
      record({ node: 'node-30', label }),
      record({ node: 'node-31', label: 'v2-0a0a0a0a', refused: { label, reason } }),
      record({ node: 'node-32', label, arrivedAtMs: startMs - 40_000, endpoint: 'http://10.0.0.7:80' }),
    );
    expect(await page(nodes, ['quest/staging'], { behind: true })).toEqual([
      'memory',
      '',
      `! node-31 refuses rules ${label}: coolDownMs is 5000, expected at most 500`,
      '  (its schema is 2)',
      '  → veltrix diff quest/staging/rules@2 quest/staging/rules@1',
      '! node-32 silent for 40 s: gone, or cut off and still serving',
      '  → ask it: curl http://10.0.0.7:80',
      '',
      'quest/staging: 2 of 3 nodes behind',
    ]);
  });

  it('NODE tells everything of one, at night', async () => {
    const label = await rollBackTheSecond();
    const counters = { [label]: { requests: 120_000, errors: 12, slow: 3 } };
    const facts = {
      node: 'node-31',
      label,
      heldSinceMs: startMs - 600_000,
      counters,
      lastError: 'no route to host',
    };
    world.cloud.nodes.push(record({ ...facts, health: 'degraded', endpoint: 'http://10.0.0.7:80' }));
    world.cloud.appConfig.nowMs = startMs + 10_000;
    expect(await page(nodes, ['quest/staging', 'node-31'])).toEqual([
      'memory',
      '',
      'node-31',
      '  State     degraded, last report 10 s ago',
      '  Life      began 2 min ago',
      '  Endpoint  http://10.0.0.7:80',
      '  Load      50 % of 10, 1 in flight, 0 queued',
      '',
      `  rules  ${label} for 10 min · from cloud · schema 2`,
      '         120k requests under it, 12 failed, 3 slow',
      '         last poll failed: no route to host',
      '',
      '! node-31 says it cannot reach AWS: it serves what it has; last error: no route',
      '  to host',
      "  → look at the node's network and permissions",
    ]);
  });

  it('shows who is overridden by hand, until when, and why', async () => {
    const label = await rollBackTheSecond();
    const override = { paths: ['hints'], until: '2026-01-01T02:00:00Z', reason: 'INC-7' };
    world.cloud.nodes.push(record({ node: 'node-1', label, override }), record({ node: 'node-2', label }));
    expect(await page(nodes, ['quest/staging'])).toEqual([
      'memory',
      '',
      'NODE    STATE  LOAD  RULES',
      'node-1  ready  50 %  1 (override)',
      'node-2  ready  50 %  1',
      '',
      '! node-1 overrides rules: hints by hand until 2026-01-01T02:00:00Z (INC-7)',
      '  → publish what it says, then remove override.json on that node',
      '',
      'quest/staging: 2 nodes, 2 live',
    ]);
    expect(await page(nodes, ['quest/staging', 'node-1'])).toContain(
      '         override: hints until 2026-01-01T02:00:00Z',
    );
  });

  it('says who is well', async () => {
    const label = await rollBackTheSecond();
    world.cloud.nodes.push(record({ node: 'node-1', label }));
    expect((await page(nodes, ['quest/staging', 'node-1'])).at(-1)).toBe('✔ It holds what it is meant to.');
    expect((await page(nodes, ['quest/staging'], { behind: true })).at(-1)).toBe(
      '✔ Every node of quest/staging holds what it is meant to (1 node).',
    );
    expect(await page(nodes, ['quest/staging'])).toEqual([
      'memory',
      '',
      'NODE    STATE  LOAD  RULES',
      'node-1  ready  50 %  1',
      '',
      'quest/staging: 1 node, 1 live',
    ]);
  });
});

describe('veltrix plan', () => {
  it('of content that failed lately says that publish refuses it', async () => {
    await rollBackTheSecond();
    expect(await page(plan, ['quest/staging/rules'])).toEqual([
      'memory',
      '',
      'quest/staging/rules  config/quest/rules.staging.yaml',
      '  ~  coolDownMs  5000 → 4000',
      '  ✖ this content was taken back 0 min ago as version 2: Rollback initiated by a',
      '    test',
      '    publish refuses it for an hour: change it, or say why it is safe now',
      '    (--force -m "…")',
    ]);
  });

  it('shows nodes, price, and what makes it hard to judge', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    world.cloud.nodes.push(...Array.from({ length: 40 }, (_, index) => record({ node: `n${index}` })));
    expect((await page(plan, ['quest/staging/rules'], { strategy: 'linear-20' })).slice(3)).toEqual([
      '  ~  coolDownMs  5000 → 4000',
      '  → over version 1, linear-20, 40 nodes, about $0.032',
      '  ! a step lasts 100 s; until the guard sees it 125 s pass (poll 60, report 5,',
      '    look 60), so the next step may go out unjudged',
      '  ! --strategy canary-10 would be judged better',
    ]);
  });

  it('says who waits ahead', async () => {
    await world.publishAndFinish(yamlWith(5000));
    world.edit(yamlWith(4000));
    const entry = { profile: 'limits', version: 4, label: 'v4-c', author: 'a', reason: 'b', queuedAt: 'c' };
    world.cloud.queues.set('quest/staging', [entry]);
    expect((await page(plan, ['quest/staging/rules'])).slice(4)).toEqual([
      '  ! limits v4 waits for this environment: publish with --queue to stand behind',
      '  → over version 1, default strategy, no node reports yet',
    ]);
  });
});

describe('values and events', () => {
  it('diff cuts long values to what fits, and gives long paths a line of their own', async () => {
    const yaml = (key: string, text: string) => `${yamlWith(5000)}notes:\n  ${key}: ${text.repeat(30)}\n`;
    await world.publishAndFinish(yaml('a', 'old '));
    await world.publishAndFinish(yaml('a', 'new '));
    const versions = ['quest/staging/rules@1', 'quest/staging/rules@2'];
    expect((await page(diff, versions)).slice(3)).toEqual([
      '  ~  notes.a  "old old old old old old old o… → "new new new new new new new n…',
    ]);
    await world.publishAndFinish(yaml('k'.repeat(70), 'x '));
    const [from = '', to = ''] = (await page(diff, ['quest/staging/rules@2', 'quest/staging/rules@3'])).slice(
      5,
    );
    expect(from).toMatch(/^ {2}\+ {2}notes\.k+…$/);
    expect(to).toMatch(/^ {5} → {2}"x|^ {7}"x/);
  });

  it('events say when, of what, which step and why', async () => {
    await rollBackTheSecond();
    const deployments = world.cloud.appConfig.history('staging');
    world.cloud.events.push(...pendingChanges(startOfChanges('quest/staging/rules'), rules, deployments));
    const lines = await page(events, ['quest/staging']);
    expect(lines.at(-2)).toContain('quest/staging/rules@2  rolling-back  Rollback initiated by a test');
  });

  it('check keeps to the page', async () => {
    world.edit('coolDownMs: "800ms"\ndifficulty: "far too hard for anybody who has ever tried it"\n');
    expect((await page(check, [])).length).toBeGreaterThan(4);
  });
});
