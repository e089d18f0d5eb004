/** Each story runs, and measures both designs. What the figures come to is a matter of a quiet machine: `npm run bench:stories`. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withScratch } from '../../../bench/machinery/scratch.js';
import { headlines } from '../../../bench/stories/headlines.js';
import { ProgramFiles } from '../../../bench/stories/servers.js';
import { stories } from '../../../bench/stories/stories.js';
import { quickPace, type Told } from '../../../bench/stories/story.js';
import { withCloud } from '../../../bench/world/cloud.js';
import type { LocalAws } from '../../../local/index.js';

const storyTimeoutMs = 180_000;

let aws: LocalAws;
let files: ProgramFiles;
let end: () => void = () => undefined;
let ended: Promise<void>;
const told: Told[] = [];

beforeAll(async () => {
  await new Promise<void>((ready, fail) => {
    ended = withScratch((directory) =>
      withCloud(async (cloud) => {
        [aws, files] = [cloud, new ProgramFiles(directory)];
        await new Promise<void>((resolve) => {
          end = resolve;
          ready();
        });
      }),
    );
    ended.catch(fail);
  });
}, storyTimeoutMs);

afterAll(async () => {
  end();
  await ended;
});

describe('the stories', () => {
  it.each(Object.keys(stories))(
    '%s is told',
    async (name) => {
      const one = await stories[name]?.({ aws, files, pace: quickPace });
      if (!one) throw new Error(`there is no story ${name}`);
      told.push(one);
      for (const { columns, rows } of one.tables) {
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(row).toHaveLength(columns.length);
        for (const side of ['before', 'after']) expect(figuresOf({ columns, rows }, side)).not.toEqual([]);
      }
      for (const { before, after } of one.findings) {
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeGreaterThanOrEqual(0);
      }
    },
    storyTimeoutMs,
  );

  it('find something for every headline', () => {
    const found = new Set(told.flatMap(({ findings }) => findings.map(({ headline }) => headline)));
    expect([...found].toSorted()).toEqual(Object.keys(headlines).toSorted());
  });

  it('never grant a resource twice, in either design', () => {
    const tables = told.flatMap((one) => one.tables);
    const counts = tables.flatMap(({ columns, rows }) =>
      rows.flatMap((row) => row.filter((_, index) => columns[index]?.includes('double grants'))),
    );
    expect(new Set(counts)).toEqual(new Set(['', '0']));
  });
});

/** The cells of one side's columns that hold a figure. */
function figuresOf(
  { columns, rows }: Pick<Told['tables'][number], 'columns' | 'rows'>,
  side: string,
): string[] {
  return rows.flatMap((row) =>
    row.filter((cell, index) => columns[index]?.startsWith(`${side}:`) && /^[\d.,]+$/.test(cell)),
  );
}
