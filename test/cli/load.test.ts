import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load } from '../../cli/commands/see/load.js';
import { nodes } from '../../cli/commands/see/nodes.js';
import { status } from '../../cli/commands/see/status.js';
import { ServiceUnavailable } from '../../core/errors.js';
import { epochMs } from '../../core/time.js';
import { assign, report, tableOf } from '../control/fleet-at-work.js';
import { startMs } from '../control/in-memory-cloud.js';
import { createWorld, type World } from '../control/world.js';
import { type PersonOptions, personAt } from './person.js';

const at = ['quest/staging'];

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** A fleet in which one node melts, of a hot key. */
function melting(): void {
  report(
    world,
    {
      node: 'n7',
      load: {
        load: 1.25,
        capacity: 200,
        unitsPerSecond: 198,
        queueDepth: 1_240,
        shed: 31,
        work: { 2: 170, 0: 20 },
        hotKeys: [{ key: 'user:42', partition: 2, unitsPerSecond: 153 }],
      },
    },
    { node: 'n8', load: { load: 0.4, capacity: 200, unitsPerSecond: 200, work: { 1: 60 } } },
    { node: 'n9', load: { load: 0.1, capacity: 200 } },
    { node: 'n10', health: 'stopped', load: { load: 0 } },
  );
  assign(world, tableOf(41, ['n7', 'n8', { owners: ['n7'], movedSecondsAgo: 30 }, 'n9']));
  const drain = { node: 'n9', sinceMs: epochMs(startMs - 60_000), untilMs: epochMs(startMs + 1_440_000) };
  const about = { reason: 'new disk', by: 'arn:aws:sts::123456789012:assumed-role/Operator/ben' };
  world.cloud.drained.set('quest/staging', [{ ...drain, ...about }]);
}

async function page(options: PersonOptions = {}) {
  const anna = personAt(world, { isTerminal: false, ...options });
  const ended = await anna.types(load, at);
  return { ...ended, lines: anna.shown().trimEnd().split('\n') };
}

describe('veltrix load', () => {
  it('says that partitions are too few below sixteen for each node that serves', async () => {
    const few = async () => (await page()).lines.find((line) => line.startsWith('  Few'));
    report(world, { node: 'n1' }, { node: 'n2', health: 'stopped' }, { node: 'n3', health: 'starting' });
    assign(world, tableOf(1, Array(15).fill('n1')));
    expect(await few()).toBe('  Few     15 for 1 node: with fewer than 16 each, work is not shared evenly');
    assign(world, tableOf(2, Array(16).fill('n1')));
    expect(await few()).toBeUndefined();
  });

  it('shows who melts, who idles and why, in 80 columns', async () => {
    melting();
    const { lines, exitCode } = await page();
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      'memory',
      '',
      'quest/staging  4 nodes, 3 live',
      '  Spread  max 1.25 (n7) · mean 0.82 · band 0.72 to 0.92: 1 above, 1 below',
      '  Table   generation 41, 0 s ago · 4 partitions',
      '  Few     4 for 3 nodes: with fewer than 16 each, work is not shared evenly',
      '  Moves   1 in the last minute, 1 in ten · last 30 s ago',
      '',
      'NODE  LOAD                    QUEUE  SHED  UNITS/S  PARTITIONS  STATE',
      'n7    1.25  ████████████████  1,240  31    198      2           ready',
      'n8    0.40  ██████░░░░░░░░░░  0      0     200      1           ready',
      'n9    0.10  ██░░░░░░░░░░░░░░  0      0     ~200     1           drained',
      'n10   0.00  ░░░░░░░░░░░░░░░░  0      0     ~10      0           left',
      '',
      'PARTITION  UNITS/S  SHARE',
      '2          170      0.86 of n7',
      '1          60       0.30 of n8',
      '0          20       0.10 of n7',
      '',
      'KEY        UNITS/S  SHARE',
      '"user:42"  153      90 % of partition 2',
      '',
      '! n7 has a hot key: partition 2 is 0.86 of it, and the key "user:42" is 90 % of',
      '  that',
      '  → no move helps: split the key, cache what it reads, or declare owners.most',
      '    above 1 where several may do its work',
      '',
      '◌ n9 is drained until 00:24:00 UTC (24 min): "new disk"',
      '  (assumed-role/Operator/ben)',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('keeps to a page in a large fleet: the busiest, and the idlest', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      node: `n${index}`,
      load: { load: (1_000 - index) / 2_000, capacity: 100 },
    }));
    report(world, ...many);
    const { lines } = await page();
    const table = lines.slice(lines.findIndex((line) => line.startsWith('NODE')) + 1);
    expect(table[0]).toMatch(/^n0 /);
    expect(table[36]).toBe('… 961 nodes between');
    expect(table.slice(37, 40).map((line) => line.slice(0, 4))).toEqual(['n997', 'n998', 'n999']);
  });

  it('shows keys as text, whatever is in them', async () => {
    const key = `\u001B[2J\u009B31m${'x'.repeat(50)}`;
    report(world, { node: 'n1', load: { load: 0.1, hotKeys: [{ key, partition: 1, unitsPerSecond: 5 }] } });
    const { lines } = await page();
    expect(lines.find((line) => line.includes('xxx'))).toBe(
      '"\\u001b[2J?31mxxxxxxxxxxxxxxx…  5        100 % of partition 1',
    );
  });

  it('says that nobody reports', async () => {
    expect((await page()).lines).toEqual([
      'memory',
      'No node of quest/staging reported within the last hour.',
    ]);
  });

  it('is of one environment', async () => {
    expect((await personAt(world).types(load, ['quest'])).exitCode).toBe(2);
  });
});

describe('veltrix load --watch', () => {
  /** Looks until something is over, as if at a pipe. */
  async function watching(looks: number, happen: (look: number) => void, options: PersonOptions = {}) {
    const anna = personAt(world, { isTerminal: false, ...options });
    const controller = new AbortController();
    const context = { ...anna.context, signal: controller.signal };
    const say = world.cloud.onWait;
    let look = 0;
    world.cloud.onWait = () => {
      say();
      look += 1;
      happen(look);
      if (look > looks) controller.abort();
    };
    await load(context, { positional: at, options: { watch: true } });
    return anna.shown().trimEnd().split('\n');
  }

  it('tells each change in a line, and troubles once', async () => {
    melting();
    const { list } = world.cloud.records;
    const fail = () => Promise.reject(new ServiceUnavailable('no answer', { hint: 'none', retryable: true }));
    const lines = await watching(5, (look) => {
      world.cloud.records.list = look === 2 || look === 3 ? fail : list;
      if (look === 4) assign(world, tableOf(42, ['n8', 'n8', 'n8', 'n9']));
    });
    expect(lines).toEqual([
      'quest/staging: 3 live · max 1.25 (n7), mean 0.82 · generation 41, 1 moves/min',
      '! no answer; what is shown is as it was before',
      'quest/staging: 3 live · max 1.25 (n7), mean 0.82 · generation 42, 0 moves/min',
    ]);
  });

  it('prints a document for each change under --json', async () => {
    melting();
    const lines = await watching(
      3,
      (look) => {
        if (look === 2) assign(world, tableOf(42, ['n8', 'n8', 'n8', 'n9']));
      },
      { json: true },
    );
    const generations = lines.map((line) => JSON.parse(line).assignment?.generation);
    expect(generations[0]).toBe(41);
    expect(generations.at(-1)).toBe(42);
  });

  it('paints the page on a terminal', async () => {
    melting();
    const lines = await watching(1, () => undefined, { isTerminal: true });
    expect(lines).toContain('n8    0.40  ██████░░░░░░░░░░  0      0     200      1           ready');
  });
});

describe('a drain is shown', () => {
  it('by nodes and by the page of one node', async () => {
    melting();
    const anna = personAt(world, { isTerminal: false });
    await anna.types(nodes, at);
    expect(anna.shown()).toMatch(/^n9 {4}drained {2}/m);
    expect(anna.shown()).toContain('◌ n9 is drained until 00:24:00 UTC (24 min): "new disk"\n');
    const ben = personAt(world, { isTerminal: false });
    await ben.types(nodes, [...at, 'n9']);
    expect(ben.shown()).toContain('  Drain     it is drained until 00:24:00 UTC (24 min): "new disk"\n');
  });

  it('by status', async () => {
    melting();
    const anna = personAt(world, { isTerminal: false });
    await anna.types(status, at);
    expect(anna.shown()).toContain('◌ n9 is drained until 00:24:00 UTC (24 min): "new disk"\n');
  });
});
