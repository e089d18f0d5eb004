import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyState, endProbation, foldAnswer, type PollState } from '../../../client/profiles/poll-state.js';
import type { Checked } from '../../../core/content/content.js';
import type { PollAnswer } from '../../../core/delivery/configuration-sessions.js';
import { epochMs } from '../../../core/time.js';

/** Content is a number as text; a negative one does not suit. */
function parse(bytes: Uint8Array): Checked<unknown> {
  const value = Number(new TextDecoder().decode(bytes));
  return value >= 0
    ? { ok: true, value: { value } }
    : { ok: false, problems: [{ path: 'value', message: `is ${value}, expected at least 0` }] };
}

const bytes = (content: number) => new TextEncoder().encode(String(content));
const content = (label: string, value: number, nextToken = 't'): PollAnswer => ({
  kind: 'content',
  nextToken,
  intervalSeconds: 60,
  label,
  bytes: bytes(value),
});
const unchanged: PollAnswer = { kind: 'unchanged', nextToken: 't', intervalSeconds: 60 };

function fold(answers: readonly PollAnswer[], from: PollState = emptyState): PollState {
  return answers.reduce((state, answer, at) => foldAnswer(state, answer, { parse, now: epochMs(at) }), from);
}

describe('foldAnswer', () => {
  it('moves token and content together', () => {
    const state = fold([content('v1', 1, 't1'), content('v2', 2, 't2')]);
    expect(state).toMatchObject({
      session: { token: 't2', obtainedAtMs: 1 },
      active: { label: 'v2', value: { value: 2 } },
    });
  });

  it('moves the token also when the content is refused', () => {
    const state = fold([content('v1', 1, 't1'), content('v2', -2, 't2')]);
    expect(state).toMatchObject({
      session: { token: 't2' },
      active: { label: 'v1' },
      refused: { label: 'v2', reason: 'value is -2, expected at least 0', cause: 'content' },
    });
  });

  it('keeps the same value when a new session sends the version in force', () => {
    const before = fold([content('v1', 1)]);
    const after = fold([content('v1', 1)], before);
    expect(after.active?.value).toBe(before.active?.value);
    expect(after).not.toHaveProperty('probationSinceMs');
  });

  it('takes other content under a label it knows', () => {
    expect(fold([content('v1', 1), content('v1', 2)]).active?.value).toEqual({ value: 2 });
  });

  it('takes back the version in force and forgets the one it refused', () => {
    const state = fold([content('v1', 1), content('v2', -1), content('v1', 1)]);
    expect(state.active?.label).toBe('v1');
    expect(state).not.toHaveProperty('refused');
  });

  it('puts a version on probation, with the last good one to go back to', () => {
    const state = fold([content('v1', 1), content('v2', 2), content('v3', 3)]);
    expect(state).toMatchObject({ previous: { label: 'v1', text: '1' }, probationSinceMs: 2 });
    expect(fold([content('v3', 3)], endProbation(fold([content('v1', 1), content('v2', 2)])))).toMatchObject({
      previous: { label: 'v2' },
    });
  });

  it('needs no probation for the good version it goes back to', () => {
    const state = fold([content('v1', 1), content('v2', 2), content('v1', 1)]);
    expect(state.active?.label).toBe('v1');
    expect(state).not.toHaveProperty('probationSinceMs');
    expect(state).not.toHaveProperty('previous');
  });

  describe('with a version that was refused for a secret', () => {
    const [one, two] = [fold([content('v1', 1)]), fold([content('v1', 1), content('v2', 2)])];
    const { active: version } = two;
    if (!version) throw new Error('nothing was taken');
    const refused = {
      label: 'v2',
      reason: 'not there',
      cause: 'secret',
      again: { version, atMs: 100 },
    } as const;
    const waiting: PollState = { ...one, refused };
    const at = (now: number, answer: PollAnswer) => foldAnswer(waiting, answer, { parse, now: epochMs(now) });

    it('offers it again when it is time, as if it had come then', () => {
      expect(at(99, unchanged)).toMatchObject({ active: { label: 'v1' }, refused: { label: 'v2' } });
      const again = at(100, unchanged);
      expect(again).toMatchObject({
        active: { label: 'v2', value: { value: 2 }, source: 'cloud', storedAtMs: 100, confirmedAtMs: 100 },
        previous: { label: 'v1' },
        probationSinceMs: 100,
      });
      expect(again).not.toHaveProperty('refused');
    });

    it('takes it at once when a new session sends it, and forgets it for another', () => {
      expect(at(5, content('v2', 2))).toMatchObject({ active: { label: 'v2' } });
      expect(at(5, content('v3', 3))).toMatchObject({ active: { label: 'v3' } });
      expect(at(5, content('v1', 1))).not.toHaveProperty('refused');
    });

    it('does not offer it for want of an answer', () => {
      const { active, refused: still } = at(200, { kind: 'unreachable', reason: 'down' });
      expect([active?.label, still]).toEqual(['v1', refused]);
    });
  });

  it('drops a session whose token is spent, and nothing else', () => {
    const before = fold([content('v1', 1)]);
    const { session, active, failures } = fold([{ kind: 'spent', reason: 'Expired' }], before);
    expect({ session, active, failures }).toEqual({ session: undefined, active: before.active, failures: 1 });
  });

  it('takes an empty answer without any version as nothing to start with', () => {
    expect(fold([unchanged])).toMatchObject({ failures: 1, failure: { kind: 'not-found' } });
  });
});

/** The rules once more, by brute force over the whole history: what must be in force after these answers. */
function oracle(answers: readonly PollAnswer[]) {
  let held: string | undefined;
  let refused: string | undefined;
  for (const answer of answers) {
    if (answer.kind !== 'content' || answer.label === refused) continue;
    const suits = parse(answer.bytes).ok;
    refused = suits || answer.label === held ? undefined : answer.label;
    if (suits) held = answer.label;
  }
  return { held, refused };
}

const answer: fc.Arbitrary<PollAnswer> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => content(`v${n}`, n % 3 === 0 ? -n : n, `t${n}`)),
  },
  { weight: 2, arbitrary: fc.constant(unchanged) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('spent', 'too-early', 'throttled', 'not-found', 'denied', 'unreachable')
      .map((kind) => ({ kind, reason: kind }) as PollAnswer),
  },
);

describe('foldAnswer, over any history', () => {
  it('holds and refuses what the rules say', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), (answers) => {
        const state = fold(answers);
        expect({ held: state.active?.label, refused: state.refused?.label }).toEqual(oracle(answers));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its invariants', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(answer, fc.constant('proved' as const)), { maxLength: 40 }), (steps) => {
        let state = emptyState;
        steps.forEach((step, at) => {
          const next =
            step === 'proved' ? endProbation(state) : foldAnswer(state, step, { parse, now: epochMs(at) });
          checkInvariants(state, next, step);
          state = next;
        });
      }),
      { numRuns: 500 },
    );
  });
});

function checkInvariants(before: PollState, next: PollState, step: PollAnswer | 'proved'): void {
  expect(next.refused?.label === undefined || next.refused.label !== next.active?.label).toBe(true);
  expect(next.probationSinceMs === undefined || next.previous !== undefined).toBe(true);
  expect(next.previous === undefined || next.previous.label !== next.active?.label).toBe(true);
  expect(before.active === undefined || next.active !== undefined).toBe(true);
  if (step === 'proved') return;
  const isAnswer = step.kind === 'content' || step.kind === 'unchanged';
  expect(next.session?.token).toBe(
    isAnswer ? step.nextToken : step.kind === 'spent' ? undefined : before.session?.token,
  );
  if (!isAnswer) expect([next.active, next.refused]).toEqual([before.active, before.refused]);
}
