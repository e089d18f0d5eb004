/**
 * Measures, and writes docs/benchmarks.md. With names (`npm run bench -- reads weight`) only those suites run, and nothing
 * is written: a page holds one run.
 */

import { writeFile } from 'node:fs/promises';
import { describeMachine, today } from './occasion.js';
import { type Measured, renderPage, renderSection, type Section } from './report.js';
import { delivery } from './suites/delivery.js';
import { firstValue } from './suites/first-value.js';
import { fold } from './suites/fold.js';
import { functions } from './suites/functions.js';
import { guard } from './suites/guard.js';
import { publish } from './suites/publish.js';
import { reads } from './suites/reads.js';
import { start } from './suites/start.js';
import { weight } from './suites/weight.js';

const page = new URL('../docs/benchmarks.md', import.meta.url);

const suites: Readonly<Record<string, () => Promise<Section>>> = {
  reads,
  weight,
  firstValue,
  functions,
  fold,
  guard,
  publish,
  delivery,
  start,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}: use ${Object.keys(suites).join(', ')}.`);
  process.exitCode = 2;
} else {
  await run();
}

async function run(): Promise<void> {
  const measured: Measured[] = [];
  for (const [suite, measure] of Object.entries(suites)) {
    if (chosen.length > 0 && !chosen.includes(suite)) continue;
    const startedMs = performance.now();
    const result = { suite, section: await measure() };
    measured.push(result);
    console.log(`${renderSection(result)}\n`);
    console.error(`${suite} took ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  }
  if (chosen.length > 0) return;
  await writeFile(page, renderPage(measured, { machine: describeMachine(), date: today() }));
}
