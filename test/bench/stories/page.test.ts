import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../bench/stories/headlines.js';
import { renderFindings, renderStories, renderStory } from '../../../bench/stories/page.js';
import type { Told } from '../../../bench/stories/story.js';
import { answeringColumns, curveTable } from '../../../bench/stories/tables.js';

const story = (title: string, findings: readonly Finding[]): Told => ({
  title,
  before: 'It asked.',
  after: 'It knows.',
  method: 'Both are asked.',
  tables: [{ columns: ['requests/s', 'p50 ms'], rows: [['100', '5']] }],
  findings,
});

const traffic: Finding = { headline: 'traffic', where: 'held', before: 300, after: 960, unit: '/s' };
const memory: Finding = {
  headline: 'memory',
  where: 'resident',
  before: 200,
  after: 80,
  unit: ' MB',
  unless: 'a process takes 80 MB',
};
const overflow: Finding = { headline: 'overflow', where: 'failed', before: 4, after: 1, unit: ' %' };

describe('renderStory', () => {
  it('tells both designs, how they were measured, and the curve', () => {
    expect(renderStory(story('A store', []))).toBe(
      [
        '## A store',
        '',
        '*Before.* It asked.',
        '',
        '*After.* It knows.',
        '',
        'Both are asked.',
        '',
        '| requests/s | p50 ms |',
        '| --- | ---: |',
        '| 100 | 5 |',
      ].join('\n'),
    );
  });
});

describe('renderFindings', () => {
  it('puts them in the order of the headlines, whichever story found them, and counts those that are reached', () => {
    const lines = renderFindings([story('b', [overflow, traffic]), story('a', [memory])]).split('\n');
    expect(lines[0]).toBe('1 of 3 are reached.');
    expect(lines.slice(4)).toEqual([
      '| the heap-bound layer | memory | 16 → 4 GB | resident | 200 MB | 80 MB | −60 % | **missed**: a process takes 80 MB |',
      '| static weights | traffic | 3× | held | 300/s | 960/s | 3.2× | yes |',
      '| more than 15 nodes | overflow errors | −90 % | failed | 4 % | 1 % | −75 % | **missed** |',
    ]);
  });
});

describe('renderStories', () => {
  const occasion = { machine: '2 cores of a processor', date: '2026-05-01' };
  const page = renderStories([story('One', [traffic]), story('Two', [memory])], occasion);

  it('begins with the command, the date and the machine', () => {
    expect(page).toContain('Written by `npm run bench:stories` on 2026-05-01: 2 cores of a processor.');
  });

  it('tells what was found, how to read it, and each story, in this order', () => {
    const places = ['1 of 2 are reached.', '## How to read it', '## One', '## Two'].map((text) =>
      page.indexOf(text),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(page.endsWith('|\n')).toBe(true);
  });
});

describe('curveTable', () => {
  it('has a row for each point of either curve, and leaves empty what was not measured', () => {
    const row = (at: number, p99Ms: number) => ({ at, median: { p50Ms: 5, p99Ms, failedShare: 0.25 } });
    const curves = { before: [row(200, 9)], after: [row(200, 8), row(1_000, Number.POSITIVE_INFINITY)] };
    expect(curveTable({ about: 'Under load:', at: 'requests/s' }, curves, answeringColumns)).toEqual({
      about: 'Under load:',
      columns: [
        'requests/s',
        'before: p50 ms',
        'before: p99 ms',
        'before: failed %',
        'after: p50 ms',
        'after: p99 ms',
        'after: failed %',
      ],
      rows: [
        ['200', '5', '9', '25', '5', '8', '25'],
        ['1,000', '', '', '', '5', 'none', '25'],
      ],
    });
  });
});
