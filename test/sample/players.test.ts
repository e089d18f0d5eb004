import { describe, expect, it } from 'vitest';
import { noProgress } from '../../sample/game/progress.js';
import { createPlayers } from '../../sample/players.js';

const withPoints = (points: number) => () => ({ ...noProgress, points });

describe('the players', () => {
  it('are new until they have done something', () => {
    expect(createPlayers().get('anna')).toEqual({ progress: noProgress });
  });

  it('keep their bucket when their progress changes, and their progress when their bucket does', () => {
    const players = createPlayers();
    players.change('anna', withPoints(7));
    players.keepBucket('anna', { tokens: 1, filledAtMs: 5 });
    players.change('anna', (progress) => ({ ...progress, streakDays: 2 }));
    expect(players.get('anna')).toEqual({
      progress: { ...noProgress, points: 7, streakDays: 2 },
      bucket: { tokens: 1, filledAtMs: 5 },
    });
  });

  it('are forgotten when there are too many, beginning with whoever was unseen for longest', () => {
    const players = createPlayers(2);
    players.change('anna', withPoints(1));
    players.change('ben', withPoints(2));
    players.change('anna', withPoints(3));
    players.change('cleo', withPoints(4));
    expect(['anna', 'ben', 'cleo'].map((name) => players.get(name).progress.points)).toEqual([3, 0, 4]);
  });
});
