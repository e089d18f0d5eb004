import { describe, expect, it } from 'vitest';
import { Fleet, finding, fresh, old, times, Watch, watched } from './fleet.js';

describe('without old nodes', () => {
  const steady = times(10, { a: old(1_000, 1), b: old(1_000, 1), c: old(1_000, 1) });
  const replaced = (errors: number, count: number) =>
    times(count, { a: fresh(1_000, errors), b: fresh(1_000, errors), c: fresh(1_000, errors) });

  it('holds the version against the fleet’s own last 30 minutes, at a bar of 1,000', () => {
    const { last, judgements } = watched([...steady, ...replaced(10, 6)]);
    expect(judgements.slice(10).map(({ action }) => action)).toEqual([
      'none',
      'none',
      'none',
      ...Array(3).fill('rollback'),
    ]);
    expect(last.summary).toMatch(
      /^new 180 errors in 18,000 requests, before 30 in 30,000: 10× worse; evidence 56,000 \(needs 1,000\)$/,
    );
  });

  it('lets a bad minute of the whole fleet pass, and even two', () => {
    const actions = watched([...steady, ...replaced(100, 2), ...replaced(1, 8)]).judgements.map(
      ({ action }) => action,
    );
    expect(actions).toEqual(Array(20).fill('none'));
  });

  it('does not mistake one sick node for the version', () => {
    const sick = times(8, { a: fresh(1_000, 100), b: fresh(1_000, 1), c: fresh(1_000, 1) });
    const { last } = watched([...steady, ...sick]);
    expect(last.action).toBe('warn');
    expect(last.summary).toMatch(/; without a /);
  });

  it('takes what its nodes counted before the rollout, when it never saw both at once', () => {
    const [watch, fleet] = [new Watch(), new Fleet()];
    watch.look(fleet.work(0, { a: old(50_000, 50), b: old(50_000, 50) }));
    const actions = Array.from(
      { length: 5 },
      () => watch.look(fleet.work(watch.minute, { a: fresh(1_000, 20), b: fresh(1_000, 20) })).action,
    );
    expect(actions).toEqual(['none', 'none', 'none', 'rollback', 'rollback']);
  });

  it('prefers old nodes as long as they serve a tenth of the requests', () => {
    const shared = { a: fresh(900, 1), b: fresh(900, 1), c: old(200, 1) };
    expect(finding(watched([...steady, shared]).last, 'errors', 'past')).toBeUndefined();
    const alone = { a: fresh(900, 1), b: fresh(950, 1), c: old(200, 1) };
    expect(finding(watched([...steady, alone]).last, 'errors', 'past')).toMatchObject({ level: 'fine' });
  });

  it('forgets what is older than 30 minutes', () => {
    const { last } = watched(times(50, { a: old(100, 1) }));
    expect(last.state.minutes.map(({ tally: [requests] }) => requests)).toEqual(Array(30).fill(100));
  });
});

describe('a ceiling', () => {
  const errorsPercent = 5;
  const over = { a: fresh(100, 6), c: old(100, 4) };
  const actions = (steps: Parameters<typeof watched>[0], ceilings: object = { errorsPercent }) =>
    watched(steps, { ceilings }).judgements.map((each) => finding(each, 'errors', 'ceiling')?.level);

  it('is broken by three looks in a row', () => {
    expect(actions(times(3, over))).toEqual(['suspect', 'suspect', 'bad']);
    expect(watched(times(3, over), { ceilings: { errorsPercent } }).last).toMatchObject({
      action: 'rollback',
      summary: 'errors over 5 % at 3 looks in a row (needs 3)',
    });
  });

  it('is not broken at its own height, nor with an interruption', () => {
    expect(actions(times(3, { ...over, a: fresh(100, 5) }))).toEqual(['fine', 'fine', 'fine']);
    expect(actions([over, over, { ...over, a: fresh(100, 1) }, over])).toEqual([
      'suspect',
      'suspect',
      'fine',
      'suspect',
    ]);
  });

  it('does not hear of fewer than 50 requests', () => {
    expect(actions(times(4, { ...over, a: fresh(49, 49) })).at(-1)).toBe('fine');
    expect(actions(times(3, { ...over, a: fresh(50, 3) })).at(-1)).toBe('bad');
  });

  it('is not the version’s doing when the old nodes are over it too', () => {
    expect(actions(times(4, { a: fresh(100, 9), c: old(100, 6) })).at(-1)).toBe('fine');
  });

  it('of slow requests is its own', () => {
    const { last } = watched(times(3, { a: fresh(100, 0, 11), c: old(100, 0, 9) }), {
      ceilings: { slowPercent: 10 },
    });
    expect(last).toMatchObject({
      action: 'rollback',
      summary: 'slow over 10 % at 3 looks in a row (needs 3)',
    });
  });
});
