import { describe, expect, it } from 'vitest';
import { type Measured, renderPage, renderSection } from '../../bench/report.js';

const reads: Measured = {
  suite: 'reads',
  section: {
    title: 'Reading',
    method: 'Reads a value.',
    tables: [
      {
        columns: ['what', 'ns'],
        rows: [
          ['a property', '1'],
          ['`get()`', '2'],
        ],
      },
    ],
    goals: [{ what: '`get()` against a property', found: 2, atMost: 3, unit: '×' }],
  },
};

const weight: Measured = {
  suite: 'weight',
  section: {
    title: 'Weight',
    method: 'Weighs it.',
    tables: [
      { about: 'In all:', columns: ['part', 'KB'], rows: [['own', '27']] },
      { columns: ['part', 'MB'], rows: [['heap', '9']] },
    ],
    goals: [
      { what: 'memory', found: 7, atMost: 2, unit: ' MB' },
      { what: 'size', found: 1.4, atMost: 1.1, unit: '×' },
    ],
  },
};

const occasion = { machine: '2 cores of a processor, 8 GiB, Node v20.19.0', date: '2026-05-01' };

describe('renderSection', () => {
  it('tells method, command, table and goals, in this order', () => {
    expect(renderSection(reads)).toBe(
      [
        '## Reading',
        '',
        'Reads a value.',
        '',
        'Repeat: `npm run bench -- reads`.',
        '',
        '| what | ns |',
        '| --- | ---: |',
        '| a property | 1 |',
        '| `get()` | 2 |',
        '',
        '* `get()` against a property: at most 3×, found 2×: met',
      ].join('\n'),
    );
  });

  it('says above a table what it is about, where there is more than one', () => {
    expect(renderSection(weight)).toContain(
      '\n\nIn all:\n\n| part | KB |\n| --- | ---: |\n| own | 27 |\n\n| part | MB |\n',
    );
  });
});

describe('renderPage', () => {
  it('begins with where and when it was measured', () => {
    expect(renderPage([reads], occasion)).toMatch(
      /^# Benchmarks\n\nWritten by `npm run bench` on 2026-05-01: 2 cores of a processor, 8 GiB, Node v20\.19\.0\./,
    );
  });

  it('counts the goals, and names those that were missed, before anything else is said', () => {
    const page = renderPage([reads, weight], occasion);
    const summary = '1 of 3 goals are met. Missed: memory; size.';
    expect(page).toContain(summary);
    expect(page.indexOf(summary)).toBeLessThan(page.indexOf('## Reading'));
  });

  it('names nothing as missed when every goal is met', () => {
    const page = renderPage([reads], occasion);
    expect(page).toContain('1 of 1 goals are met.\n');
    expect(page).not.toContain('Missed');
  });

  it('holds a section per suite, and ends with a line break', () => {
    const page = renderPage([reads, weight], occasion);
    expect(page.match(/^## .*$/gm)).toEqual(['## Reading', '## Weight']);
    expect(page.endsWith('**missed**\n')).toBe(true);
  });
});
