import { describe, expect, it } from 'vitest';
import { describeHunt, huntsOnOffer, phaseOf } from '../../../sample/game/hunts.js';
import { gameplayWith, noonMs } from './gameplay.js';

const idsOf = (gameplay = gameplayWith(), nowMs = noonMs) =>
  huntsOnOffer(gameplay, nowMs).map(({ id }) => id);

function huntOf(id: string, gameplay = gameplayWith()) {
  const hunt = gameplay.hunts.find((item) => item.id === id);
  if (!hunt) throw new Error(`no hunt ${id}`);
  return hunt;
}

describe('the phase of a hunt', () => {
  const hunt = huntOf('spring');

  it.each([
    ['a moment before it opens', '2026-02-28T23:59:59.999Z', 'upcoming'],
    ['when it opens', '2026-03-01T00:00:00Z', 'open'],
    ['a moment before it closes', '2026-06-01T11:59:59.999Z', 'open'],
    ['when it closes', '2026-06-01T12:00:00Z', 'closed'],
  ])('is, %s, as it should be', (_, instant, phase) => {
    expect(phaseOf(hunt, Date.parse(instant))).toBe(phase);
  });
});

describe('the hunts on offer', () => {
  it('are the open ones and the teasers, never the closed', () => {
    expect(idsOf()).toEqual(['walk', 'legend', 'winter']);
  });

  it('hold no teasers when these are switched off', () => {
    expect(idsOf(gameplayWith({ features: { teasers: false } }))).toEqual(['walk', 'legend']);
  });

  it('hold no legendary hunts when these are switched off', () => {
    expect(idsOf(gameplayWith({ features: { legendaryHunts: false } }))).toEqual(['walk', 'winter']);
  });
});

describe('the description of a hunt', () => {
  it('tells neither answers nor places', () => {
    const text = JSON.stringify(describeHunt(gameplayWith(), huntOf('walk'), noonMs));
    expect(text).toContain('Wetter the more it dries?');
    expect(text).not.toMatch(/towel"|A Towel|latitude|51\.5/);
  });

  it('keeps the clues of an upcoming hunt', () => {
    expect(describeHunt(gameplayWith(), huntOf('winter'), noonMs)).toMatchObject({
      phase: 'upcoming',
      clues: [],
    });
  });

  it('has the hints only while they are switched on', () => {
    const hintsWith = (hints: boolean) =>
      describeHunt(gameplayWith({ features: { hints } }), huntOf('walk'), noonMs).clues[0]?.hints;
    expect(hintsWith(true)).toHaveLength(2);
    expect(hintsWith(false)).toEqual([]);
  });

  it("has the hunt's own cool-down, else the general one", () => {
    expect(describeHunt(gameplayWith(), huntOf('legend'), noonMs).coolDownMs).toBe(0);
    expect(describeHunt(gameplayWith(), huntOf('walk'), noonMs).coolDownMs).toBe(30_000);
  });
});
