import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  guardSettingsSchema,
  guardSignals,
  signalActions,
  withoutRollback,
} from '../../../core/guard/settings.js';

describe('the settings of a guard', () => {
  it('are all there by default: on, without ceilings, accepting what nobody could judge', () => {
    expect(guardSettingsSchema.parse({})).toEqual({
      enabled: true,
      actions: {
        refusals: 'rollback',
        crashes: 'rollback',
        silence: 'rollback',
        health: 'warn',
        errors: 'rollback',
        slow: 'rollback',
      },
      ceilings: {},
      warmUpSeconds: 10,
      inconclusiveAtTheEnd: 'accept',
      withoutInputs: 'accept',
    });
  });

  it('keep the defaults of what an owner does not mention', () => {
    const settings = guardSettingsSchema.parse({
      actions: { slow: 'observe' },
      ceilings: { errorsPercent: 5 },
    });
    expect(settings.actions).toMatchObject({ slow: 'observe', errors: 'rollback' });
    expect(settings.ceilings).toEqual({ errorsPercent: 5 });
  });

  it('keep what an owner says of missing inputs and of latency', () => {
    const said = { withoutInputs: 'rollback', latencyObjectiveMs: 250 } as const;
    expect(guardSettingsSchema.parse(said)).toMatchObject(said);
    expect(guardSettingsSchema.parse({})).not.toHaveProperty('latencyObjectiveMs');
  });

  it('of an undo are the same, without rolling back: it is warned of instead', () => {
    const action = fc.constantFrom(...signalActions);
    const either = fc.constantFrom('accept', 'rollback');
    const said = fc.record({
      actions: fc.record(Object.fromEntries(guardSignals.map((signal) => [signal, action]))),
      inconclusiveAtTheEnd: either,
      withoutInputs: either,
      warmUpSeconds: fc.nat(600),
    });
    fc.assert(
      fc.property(said, (options) => {
        const settings = guardSettingsSchema.parse(options);
        const spared = Object.entries(settings.actions).map(([signal, wanted]) => [
          signal,
          wanted === 'rollback' ? 'warn' : wanted,
        ]);
        expect(withoutRollback(settings)).toEqual({
          ...settings,
          actions: Object.fromEntries(spared),
          inconclusiveAtTheEnd: 'accept',
          withoutInputs: 'accept',
        });
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a pause, which AppConfig has not', { actions: { errors: 'pause' } }, 'actions.errors'],
    ['a misspelt signal', { actions: { error: 'warn' } }, 'actions'],
    ['a ceiling of nothing', { ceilings: { errorsPercent: 0 } }, 'ceilings.errorsPercent'],
    ['a ceiling over all', { ceilings: { slowPercent: 101 } }, 'ceilings.slowPercent'],
    ['a pause for missing inputs', { withoutInputs: 'pause' }, 'withoutInputs'],
    ['a latency objective of nothing', { latencyObjectiveMs: 0 }, 'latencyObjectiveMs'],
    ['a misspelt member', { enable: true }, ''],
  ])('refuse %s', (_, settings, path) => {
    expect(guardSettingsSchema.safeParse(settings).error?.issues[0]?.path.join('.')).toBe(path);
  });
});
