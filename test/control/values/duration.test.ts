import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../../control/values/duration.js';

describe('parseDurationMs', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1.5h', 5_400_000],
    ['3d', 259_200_000],
  ])('reads %s', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  it.each(['', '5', 'm', '-5m', '5 m', '5w', '1e3s'])('refuses %j', (text) => {
    expect(() => parseDurationMs(text)).toThrow('is not a duration');
  });
});
