/**
 * Looks for a history in which two nodes serve one partition (`core/ownership`): `node --import tsx bench/simulations/ownership.ts
 * [--seeds 5000] [--first 1]`. The same seeds print the same figures, but for the pace.
 */

import { parseArgs } from 'node:util';
import { type End, gapMs, simulate } from './ownership/simulate.js';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '5000' }, first: { type: 'string', default: '1' } },
});
const [count, first] = [Number(values.seeds), Number(values.first)];
const gapSeeds = 200;

if (Number.isInteger(count) && count > 0 && Number.isInteger(first)) {
  run();
} else {
  console.error('Use [--seeds COUNT] [--first SEED], whole numbers.');
  process.exitCode = 2;
}

function run(): void {
  const startedMs = performance.now();
  let [successions, staleWrites] = [0, 0];
  const violations: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const outcome = simulate(seed);
    successions += outcome.successions;
    staleWrites += outcome.staleWrites;
    for (const what of outcome.violations) violations.push(`seed ${seed}: ${what}`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(
    `violations = ${violations.length} in ${count} histories, ${Math.round(count / seconds)} seeds/s`,
  );
  for (const violation of violations.slice(0, 20)) console.log(`* ${violation}`);
  console.log(`${successions} successions; ${staleWrites} writes turned away for an older token`);
  for (const end of ['killed', 'drained'] as const) console.log(describeGaps(end));
  if (violations.length > 0) process.exitCode = 1;
}

function describeGaps(end: End): string {
  const gaps = Array.from({ length: gapSeeds }, (_, index) => gapMs(first + index, end)).sort(
    (a, b) => a - b,
  );
  const at = (share: number) => ((gaps[Math.ceil(share * gaps.length) - 1] ?? 0) / 1_000).toFixed(1);
  return `${end}: some partition unserved for ${at(0.5)} s (median), ${at(1)} s at most`;
}
