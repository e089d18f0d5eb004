import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  isRunning,
  type Rollout,
  rollBack,
  startRollout,
  stop,
} from '../../../../local/services/appconfig/deployments/machine.js';
import { scheduleOf } from '../../../../local/services/appconfig/deployments/schedule.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const by = { allowRevert: true, accountId: '000000000000' };
const cause = { triggeredBy: 'APPCONFIG' as const, description: 'a guard said so' };

function started(bakeMinutes = 0): Rollout {
  const growth = { type: 'LINEAR' as const, factorPercent: 25, durationMs: 15 * minuteMs };
  return startRollout(scheduleOf(growth, 'traced'), bakeMinutes * minuteMs, 0);
}

/** Runs until nothing is due any more, each transition at its own instant. */
function finish(rollout: Rollout): Rollout {
  let moving = rollout;
  while (moving.dueAtMs !== undefined) moving = advance(moving, moving.dueAtMs);
  return moving;
}

const story = (rollout: Rollout) =>
  rollout.events
    .map((event) => `${event.occurredAtMs / minuteMs} ${event.type}: ${event.description}`)
    .reverse();

describe('a rollout', () => {
  it('tells the story of the public trace', () => {
    expect(story(finish(started()))).toEqual([
      '0 DEPLOYMENT_STARTED: Deployment started',
      '3 PERCENTAGE_UPDATED: Configuration available to 25.00% of clients',
      '6 PERCENTAGE_UPDATED: Configuration available to 50.00% of clients',
      '9 PERCENTAGE_UPDATED: Configuration available to 75.00% of clients',
      '12 PERCENTAGE_UPDATED: Configuration available to 100.00% of clients',
      '15 BAKE_TIME_STARTED: Deployment bake time started',
      '15 DEPLOYMENT_COMPLETED: Deployment completed',
    ]);
  });

  it('does nothing before it is due', () => {
    const rollout = started();
    expect(advance(rollout, 3 * minuteMs - 1)).toBe(rollout);
  });

  it('counts the next wait from when a step really came, so that lateness skips nothing', () => {
    const late = advance(started(), 60 * minuteMs);
    expect({ percent: late.percent, dueAtMs: late.dueAtMs }).toEqual({ percent: 25, dueAtMs: 63 * minuteMs });
  });

  it('exposes nothing from the start of a rollback', () => {
    const rolling = rollBack(advance(started(), 3 * minuteMs), 4 * minuteMs, cause);
    expect({ state: rolling.state, percent: rolling.percent }).toEqual({ state: 'ROLLING_BACK', percent: 0 });
    expect(story(finish(rolling)).slice(2)).toEqual([
      '4 ROLLBACK_STARTED: a guard said so',
      '4 ROLLBACK_COMPLETED: Rollback completed',
    ]);
  });

  it('is not rolled back once it is complete', () => {
    const complete = finish(started());
    expect(rollBack(complete, 16 * minuteMs, cause)).toBe(complete);
  });
});

describe('stopping', () => {
  it.each([
    ['72 hours less a millisecond after completion: reverts', 72 * hourMs - 1, 'stopped'],
    ['72 hours after completion: refuses', 72 * hourMs, 'refused'],
  ])('%s', (_, laterMs, kind) => {
    const complete = finish(started());
    expect(stop(complete, (complete.completedAtMs ?? 0) + laterMs, by).kind).toBe(kind);
  });

  it('refuses a complete one without leave to revert, and says what to send', () => {
    expect(stop(finish(started()), 16 * minuteMs, { ...by, allowRevert: false })).toEqual({
      kind: 'refused',
      reason: 'it is COMPLETE; send AllowRevert to go back to the configuration before it',
    });
  });

  it.each(['ROLLING_BACK', 'ROLLED_BACK', 'REVERTED'] as const)('refuses one that is %s', (state) => {
    expect(stop({ ...started(), state }, 0, by)).toEqual({ kind: 'refused', reason: `it is ${state}` });
  });
});

describe('any course of events', () => {
  type Deed = { readonly kind: 'wait' | 'stop' | 'revert' | 'guard'; readonly ms: number };
  const deeds = fc.array(
    fc.record<Deed>({
      kind: fc.oneof(
        { weight: 8, arbitrary: fc.constant('wait' as const) },
        { weight: 1, arbitrary: fc.constantFrom('stop' as const, 'revert' as const, 'guard' as const) },
      ),
      ms: fc.integer({ min: 0, max: 10 * minuteMs }),
    }),
    { maxLength: 40 },
  );
  const starts = fc
    .record({
      type: fc.constantFrom('LINEAR' as const, 'EXPONENTIAL' as const),
      factorPercent: fc.integer({ min: 1, max: 100 }),
      durationMs: fc.integer({ min: 0, max: 60 }).map((minutes) => minutes * minuteMs),
    })
    .map((growth) => startRollout(scheduleOf(growth, 'traced'), 10 * minuteMs, 0));

  function act(rollout: Rollout, deed: Deed, nowMs: number): Rollout {
    if (deed.kind === 'wait') return advance(rollout, nowMs);
    if (deed.kind === 'guard') return rollBack(rollout, nowMs, cause);
    const result = stop(rollout, nowMs, { ...by, allowRevert: deed.kind === 'revert' });
    return result.kind === 'stopped' ? result.rollout : rollout;
  }

  const after: Record<Rollout['state'], readonly Rollout['state'][]> = {
    DEPLOYING: ['DEPLOYING', 'BAKING', 'ROLLING_BACK'],
    BAKING: ['BAKING', 'COMPLETE', 'ROLLING_BACK'],
    COMPLETE: ['COMPLETE', 'REVERTED'],
    ROLLING_BACK: ['ROLLING_BACK', 'ROLLED_BACK'],
    ROLLED_BACK: ['ROLLED_BACK'],
    REVERTED: ['REVERTED'],
  };

  it('keeps to the arrows, never shrinks while it runs, and only adds to the front of its log', () => {
    fc.assert(
      fc.property(starts, deeds, (start, course) => {
        let rollout = start;
        let nowMs = 0;
        for (const deed of course) {
          nowMs += deed.ms;
          const next = act(rollout, deed, nowMs);
          expect(after[rollout.state]).toContain(next.state);
          if (isRunning(next)) expect(next.percent).toBeGreaterThanOrEqual(rollout.percent);
          expect(next.events.slice(-rollout.events.length)).toEqual(rollout.events);
          for (const [index, event] of next.events.entries())
            expect(event.occurredAtMs).toBeGreaterThanOrEqual(next.events[index + 1]?.occurredAtMs ?? 0);
          rollout = next;
        }
      }),
    );
  });

  it('ends by itself, with everybody served', () => {
    fc.assert(
      fc.property(starts, (start) => {
        const end = finish(start);
        expect({ state: end.state, percent: end.percent }).toEqual({ state: 'COMPLETE', percent: 100 });
      }),
    );
  });
});
