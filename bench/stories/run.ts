/**
 * Tells the five stories, and writes docs/stories.md: `npm run bench:stories`. With names (`-- configServer balancer`) only those
 * are told, and nothing is written; `--quick` takes a look at each, says whether it runs, and writes nothing either.
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { withScratch } from '../machinery/scratch.js';
import { describeMachine, today } from '../occasion.js';
import { withCloud } from '../world/cloud.js';
import { renderFindings, renderStories, renderStory } from './page.js';
import { ProgramFiles } from './servers.js';
import { stories } from './stories.js';
import { fullPace, type Pace, quickPace, type Told } from './story.js';

const page = new URL('../../docs/stories.md', import.meta.url);

const { values, positionals: chosen } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, date: { type: 'string', default: today() } },
  allowPositionals: true,
});
const unknown = chosen.filter((name) => !Object.hasOwn(stories, name));
if (unknown.length > 0) {
  console.error(`There is no story ${unknown.join(', ')}: use ${Object.keys(stories).join(', ')}.`);
  process.exitCode = 2;
} else {
  await run();
}

async function run(): Promise<void> {
  const told = await tellAll(values.quick ? quickPace : fullPace);
  console.log(renderFindings(told));
  if (chosen.length > 0 || values.quick) return;
  await writeFile(page, renderStories(told, { machine: describeMachine(), date: values.date }));
}

/** Each has an AWS of its own: what one leaves there is not in the way of the next. */
async function tellAll(pace: Pace): Promise<Told[]> {
  const told: Told[] = [];
  for (const [name, story] of Object.entries(stories)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const startedMs = performance.now();
    const one = await withScratch((directory) =>
      withCloud((aws) => story({ aws, files: new ProgramFiles(directory), pace })),
    );
    told.push(one);
    console.log(`${renderStory(one)}\n`);
    console.error(`${name} took ${Math.round((performance.now() - startedMs) / 1_000)} s\n`);
  }
  return told;
}
