import { describe, expect, it } from 'vitest';
import { admit, attemptSchema, solves, type Trial } from '../../../sample/game/attempts.js';
import { noProgress, type Progress, withAttempt, withoutAttempt } from '../../../sample/game/progress.js';
import { gameplayWith, noonMs } from './gameplay.js';

const trial = (members: Partial<Trial> = {}): Trial => ({
  huntId: 'walk',
  clueId: 'door',
  progress: noProgress,
  nowMs: noonMs,
  ...members,
});

const solved = (...keys: string[]): Progress => ({ ...noProgress, solved: new Set(keys) });

describe('an attempt', () => {
  it.each([
    ['a hunt nobody knows', { huntId: 'sail' }, { kind: 'unknown-hunt' }],
    ['a hunt that is over', { huntId: 'spring', clueId: 'green' }, { kind: 'unknown-hunt' }],
    [
      'a hunt to come',
      { huntId: 'winter', clueId: 'flakes' },
      { kind: 'not-open', opensAt: '2026-12-01T00:00:00Z' },
    ],
    ['a clue of another hunt', { clueId: 'flakes' }, { kind: 'unknown-clue' }],
    ['a clue too early', { clueId: 'wet' }, { kind: 'locked', requires: ['door'] }],
    ['a clue again', { progress: solved('walk/door') }, { kind: 'already-solved' }],
  ])('at %s is turned away', (_, members, admission) => {
    expect(admit(gameplayWith(), trial(members))).toEqual(admission);
  });

  it('is admitted once what the clue requires is solved', () => {
    const admission = admit(gameplayWith(), trial({ clueId: 'wet', progress: solved('walk/door') }));
    expect(admission).toMatchObject({ kind: 'admitted', hunt: { id: 'walk' }, clue: { id: 'wet' } });
  });

  it('waits for the cool-down of its hunt, to the millisecond', () => {
    const progress = withAttempt(noProgress, 'walk', noonMs);
    const afterWaiting = (waitedMs: number) =>
      admit(gameplayWith(), trial({ progress, nowMs: noonMs + waitedMs }));
    expect(afterWaiting(29_999)).toEqual({ kind: 'cooling-down', retryAfterMs: 1 });
    expect(afterWaiting(30_000)).toMatchObject({ kind: 'admitted' });
  });

  it('follows a cool-down that was published since the last attempt', () => {
    const progress = withAttempt(noProgress, 'walk', noonMs);
    const later = trial({ progress, nowMs: noonMs + 5_000 });
    expect(admit(gameplayWith({ coolDownMs: 5_000 }), later)).toMatchObject({ kind: 'admitted' });
    expect(admit(gameplayWith({ coolDownMs: 60_000 }), later)).toEqual({
      kind: 'cooling-down',
      retryAfterMs: 55_000,
    });
  });

  it('costs no cool-down in another hunt, nor once it was taken back', () => {
    const elsewhere = withAttempt(noProgress, 'legend', noonMs);
    const takenBack = withoutAttempt(withAttempt(noProgress, 'walk', noonMs), 'walk');
    expect(admit(gameplayWith(), trial({ progress: elsewhere })).kind).toBe('admitted');
    expect(admit(gameplayWith(), trial({ progress: takenBack })).kind).toBe('admitted');
  });
});

describe('a proof', () => {
  const [door, towel] = gameplayWith().hunts[0]?.clues ?? [];
  if (!door || !towel) throw new Error('the game has lost its clues');
  const at = (latitudeDegrees: number, longitudeDegrees: number) =>
    ({ kind: 'position', latitudeDegrees, longitudeDegrees }) as const;
  const say = (text: string) => ({ kind: 'answer', text }) as const;

  it.each([
    ['one of the answers', say('towel'), true],
    ['an answer in capitals, with space around', say('  a TOWEL '), true],
    ['another answer', say('sponge'), false],
    ['nothing', say(''), false],
    ['a position', at(51.5, 0), false],
  ])('of a riddle: %s', (_, proof, right) => {
    expect(solves(proof, towel)).toBe(right);
  });

  // One degree of a great circle is 111.195 km.
  it.each([
    ['the place itself', at(51.5, 0), true],
    ['99 m to the north', at(51.50089, 0), true],
    ['101 m to the north', at(51.500909, 0), false],
    ['99 m to the east, where degrees are narrower', at(51.5, 0.00143), true],
    ['101 m to the east', at(51.5, 0.00146), false],
    ['the other side of the Earth', at(-51.5, 180), false],
    ['an answer', say('door'), false],
  ])('of a place: %s', (_, proof, right) => {
    expect(solves(proof, door)).toBe(right);
  });
});

describe('the form of an attempt', () => {
  const attempt = { player: 'anna', tier: 'free', clue: 'door', proof: { kind: 'answer', text: 'x' } };

  it('counts no hints where none are named', () => {
    expect(attemptSchema.parse(attempt).hintsOpened).toBe(0);
  });

  it.each([
    ['an unknown tier', { tier: 'admiral' }],
    ['a negative hint', { hintsOpened: -1 }],
    ['an unknown member', { cheat: true }],
    ['a position off the map', { proof: { kind: 'position', latitudeDegrees: 91, longitudeDegrees: 0 } }],
  ])('refuses %s', (_, members) => {
    expect(attemptSchema.safeParse({ ...attempt, ...members }).success).toBe(false);
  });
});
