/** A value that every gate admits, and that hurts: what a rollout's guard is for. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Limits, limits, tierNames } from '../../config/treasure-hunt/limits.js';
import { prepareContent } from '../../core/content/content.js';
import { drawAnswer } from '../../sample/judging.js';
import { seededRandom } from '../../sample/random.js';

const file = new URL('../../config/treasure-hunt/limits.staging.yaml', import.meta.url);
const good: Limits = parse(readFileSync(file, 'utf8'));
const hasty: Limits = {
  ...good,
  tiers: { ...good.tiers, free: { ...good.tiers.free, timeoutMs: 240 } },
};

/** The share of attempts, of players of all tiers, that fail at every try: in the service's own draws, without its waiting. */
function failureShare({ tiers }: Limits): number {
  const random = seededRandom(1);
  const attempts = 60_000;
  let failures = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { timeoutMs, retries } = tiers[tierNames[attempt % tierNames.length] ?? 'free'];
    let left = retries + 1;
    const isLost = ({ durationMs, failed }: ReturnType<typeof drawAnswer>) =>
      failed || durationMs > timeoutMs;
    while (left > 0 && isLost(drawAnswer(random))) left -= 1;
    if (left === 0) failures += 1;
  }
  return failures / attempts;
}

describe('a time-out of 240 ms for the free tier', () => {
  it('passes the schema', () => {
    expect(prepareContent(limits, hasty).ok).toBe(true);
  });

  it('fails about 5 of 100 attempts, where hardly any failed before', () => {
    expect(failureShare(good)).toBeGreaterThan(0.0001);
    expect(failureShare(good)).toBeLessThan(0.001);
    expect(failureShare(hasty)).toBeGreaterThan(0.045);
    expect(failureShare(hasty)).toBeLessThan(0.055);
  });
});
