import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, undrain } from '../../cli/commands/act/drain.js';
import { assign, report, tableOf } from '../control/fleet-at-work.js';
import { startMs } from '../control/in-memory-cloud.js';
import { createWorld, type World } from '../control/world.js';
import { type PersonOptions, personAt } from './person.js';

const at = ['quest/staging', 'n1'];
const why = { message: 'melting' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.project.remove());

/** Nodes of 100 units/s each, and a table that follows a drain after so many looks. */
function fleet(loads: readonly number[], looks = 4): void {
  report(world, ...loads.map((load, index) => ({ node: `n${index + 1}`, load: { load, capacity: 100 } })));
  assign(world, tableOf(41, ['n1', 'n2', 'n1', 'n3']));
  const say = world.cloud.onWait;
  let waits = 0;
  world.cloud.onWait = () => {
    say();
    waits += 1;
    const taken = { owners: ['n2'], began: 42 };
    if (waits >= looks) assign(world, tableOf(42, [taken, 'n2', taken, 'n3']));
  };
}

const script: PersonOptions = { isTerminal: false };

describe('drain at a terminal', () => {
  it('shows what it means, asks once, and says in which generation it took effect', async () => {
    fleet([0.3, 0.3, 0.3]);
    const anna = personAt(world);
    const { exitCode } = await anna.types(drain, at, why);
    expect(exitCode).toBe(0);
    expect(anna.questions).toEqual(['Drain n1 for 30 min?']);
    expect(anna.shown().split('\n')).toEqual([
      'memory',
      '◌ n1 owns 2 partitions, which others take',
      '  ✔ the other 2 nodes would be offered 90 of the 200 units/s they can do: 0.45,',
      '    within 0.90',
      ...Array.from({ length: 4 }, () => '  n1 owns 2 partitions still'),
      '  n1 owns 0 partitions still',
      '',
      '✔ n1 of quest/staging is drained until 00:30:00 UTC (30 min): "melting"',
      '  (user/anna)',
      '  ✔ others took its 2 partitions in generation 42, after 4 s',
      '  → undo: veltrix undrain quest/staging n1 -m "…"',
      '',
    ]);
  });

  it('does nothing when it is declined', async () => {
    fleet([0.3, 0.3, 0.3]);
    const anna = personAt(world, { answer: false });
    await anna.types(drain, at, why);
    expect(anna.shown()).toContain('Nothing was drained.');
    expect(world.cloud.drained.size).toBe(0);
  });

  it('asks nobody where there is no room, but with --force', async () => {
    fleet([0.7, 0.6, 0.6]);
    const anna = personAt(world);
    expect((await anna.types(drain, at, why)).exitCode).toBe(4);
    expect(anna.questions).toEqual([]);
    expect((await anna.types(drain, at, { ...why, force: true })).exitCode).toBe(0);
    expect(anna.questions).toHaveLength(1);
    expect(anna.shown()).toContain('"melting"\n  (user/anna), although the rest is too small\n');
  });
});

describe('drain in a script', () => {
  it('is refused with its arithmetic where the others have no room', async () => {
    fleet([0.7, 0.6, 0.6]);
    const anna = personAt(world, { ...script, yes: true });
    const { exitCode, failure } = await anna.types(drain, at, why);
    expect(exitCode).toBe(4);
    expect(failure).toMatchObject({ code: 'VELTRIX_DRAIN_REFUSED' });
    expect(anna.shown().replace(/\s+/g, ' ')).toBe(
      '✖ n1 of quest/staging was not drained: the other 2 nodes would be offered 190 of the 200 units/s they can do: 0.95, above 0.90 → Add nodes first, or insist with --force. ',
    );
  });

  it('ends with 6 while it owns something still, and stays drained', async () => {
    fleet([0.3, 0.3, 0.3], 99);
    const anna = personAt(world, script);
    const { exitCode, data, failure } = await anna.types(drain, at, { ...why, timeout: '5s' });
    expect(exitCode).toBe(6);
    expect(data).toMatchObject({ moved: { kind: 'late', generation: 41, partitions: 2, afterMs: 5_000 } });
    expect(failure).toMatchObject({ code: 'VELTRIX_NOT_CONVERGED', behind: ['n1'] });
    expect(anna.shown()).toContain('✖ it owns 2 partitions still after 5 s (generation 41)\n');
    expect(world.cloud.drained.get('quest/staging')).toHaveLength(1);
  });

  it('waits for nothing with --no-wait', async () => {
    fleet([0.3, 0.3, 0.3]);
    const anna = personAt(world, script);
    const { data } = await anna.types(drain, at, { ...why, wait: false, for: '2h' });
    expect(data).toMatchObject({ partitions: 2, drain: { until: '2026-01-01T02:00:00.000Z' } });
    expect(data).not.toHaveProperty('moved');
    expect(world.cloud.clock()).toBe(startMs);
    expect(anna.shown()).toContain('→ its 2 partitions move within seconds: `veltrix load quest/staging`\n');
  });

  it('says so where no partitions are assigned', async () => {
    fleet([0.3, 0.3, 0.3]);
    world.cloud.tables.clear();
    const anna = personAt(world, script);
    expect((await anna.types(drain, at, why)).exitCode).toBe(0);
    expect(anna.shown()).toContain(
      '! no partitions are assigned here: only `veltrix agent-check` keeps work away from it\n',
    );
  });

  it.each<[string, object, string]>([
    ['a reason', {}, '--message: say why'],
    ['a time within bounds', { ...why, for: '2d' }, 'A drain lasts from one minute to one day'],
    ['a time at all', { ...why, for: 'soon' }, '"soon" is not a duration'],
  ])('takes %s', async (_, options, message) => {
    fleet([0.3, 0.3, 0.3]);
    const anna = personAt(world, script);
    expect((await anna.types(drain, at, options)).exitCode).toBe(2);
    expect(anna.shown()).toContain(message);
  });
});

describe('drain without a node', () => {
  it('lists who is drained, and who was', async () => {
    fleet([0.1, 0.1, 0.1], 1);
    const anna = personAt(world, script);
    await anna.types(drain, at, { ...why, for: '1m' });
    await anna.types(drain, ['quest/staging', 'n3'], { message: 'disk', wait: false });
    await anna.types(undrain, ['quest/staging', 'n3'], { message: 'new disk' });
    world.cloud.appConfig.nowMs = startMs + 120_000;
    world.cloud.onWait();
    await anna.types(drain, ['quest/staging', 'n2'], { message: 'kernel', wait: false });
    const ben = personAt(world, script);
    const { exitCode } = await ben.types(drain, ['quest/staging']);
    expect(exitCode).toBe(0);
    expect(ben.shown().split('\n')).toEqual([
      'memory',
      'quest/staging  1 node drained',
      '◌ n2 is drained until 00:32:00 UTC (30 min): "kernel" (user/anna)',
      '· n3 was drained 2026-01-01 00:00:01 to 00:00:01 UTC, ended by user/anna, "new disk": "disk" (user/anna)',
      '· n1 was drained 2026-01-01 00:00:00 to 00:01:00 UTC, over by itself: "melting" (user/anna)',
      '',
    ]);
  });

  it('says that none is, nor was', async () => {
    const anna = personAt(world, script);
    await anna.types(drain, ['quest/staging']);
    expect(anna.shown()).toBe('memory\nNo node of quest/staging is drained, nor was one lately.\n');
  });
});

describe('undrain', () => {
  it('says that it may have work again, or that it did', async () => {
    fleet([0.1, 0.1, 0.1], 1);
    const anna = personAt(world, script);
    await anna.types(drain, at, { ...why, wait: false });
    await anna.types(undrain, at, { message: 'cooled' });
    await anna.types(undrain, at, { message: 'cooled' });
    await anna.types(undrain, ['quest/staging', 'n2'], { message: 'cooled' });
    const lines = anna.shown().trimEnd().split('\n').slice(-3);
    expect(lines).toEqual([
      '✔ n1 of quest/staging may have work again; it takes it by degrees',
      '= n1 of quest/staging is not drained, nothing done; it was drained 2026-01-01 00:00:00 to 00:00:00 UTC, ended by user/anna, "cooled": "melting" (user/anna)',
      '= n2 of quest/staging is not drained, nothing done',
    ]);
  });
});
