/** What `veltrix dev` shows of nodes that take a version: a line each to a pipe, one growing line a profile on a terminal. */

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { StoryEvent } from '../../cli/dev/story.js';
import { createView } from '../../cli/dev/view.js';
import { createScreen } from '../../cli/terminal/screen.js';
import { now, rolling } from './terminal/statuses.js';

const took = (node: string, previous: string | undefined, label: string): StoryEvent => ({
  event: 'took',
  node,
  profile: 'checkout',
  ...(previous !== undefined && { previous }),
  label,
});

const look: StoryEvent = {
  event: 'status',
  status: { target: 'local AWS', askedAt: now, profiles: [rolling()], queues: [], drains: [], blind: [] },
};

/** The lines written since the last repaint began, as a screen of 80 columns shows them. */
function linesAfter(events: readonly StoryEvent[], isTTY: boolean): readonly string[] {
  let written = '';
  const output = {
    isTTY,
    columns: 80,
    rows: 40,
    write: (text: string) => {
      written = isTTY ? text : written + text;
    },
  };
  const tell = createView(createScreen(output, { NO_COLOR: '1' }), false);
  for (const event of events) tell(event);
  return stripVTControlCharacters(written).trimEnd().split('\n');
}

describe('the view of veltrix dev', () => {
  it('on a terminal names each node under its profile, with the version before and after', () => {
    const shown = linesAfter(
      [took('node-2', 'v17-aaaaaaaa', 'v18-bbbbbbbb'), took('node-9', 'v17-aaaaaaaa', 'v18-bbbbbbbb'), look],
      true,
    );
    expect(shown.at(-1)).toBe('  checkout v17 → v18  node-2 node-9');
  });

  it('keeps only the newest change of a profile, and goes on below where the names are too many', () => {
    const names = Array.from({ length: 12 }, (_, index) => `node-${index + 1}`);
    const shown = linesAfter(
      [
        ...names.map((name) => took(name, 'v17-aaaaaaaa', 'v18-bbbbbbbb')),
        ...names.map((name) => took(name, 'v18-bbbbbbbb', 'v17-aaaaaaaa')),
        look,
      ],
      true,
    );
    expect(shown.slice(-2)).toEqual([
      '  checkout v18 → v17  node-1 node-2 node-3 node-4 node-5 node-6 node-7 node-8',
      '                      node-9 node-10 node-11 node-12',
    ]);
    expect(shown.join('\n')).not.toContain('v17 → v18');
  });

  it('says a node once that took the same version again', () => {
    const again = took('node-2', 'v17-aaaaaaaa', 'v18-bbbbbbbb');
    expect(linesAfter([again, again, look], true).at(-1)).toBe('  checkout v17 → v18  node-2');
  });

  it('shows nothing of it where no node has changed', () => {
    expect(linesAfter([look], true).at(-1)).toMatch(/waiting$/);
  });

  it('elsewhere has a line for each node; what it holds without any version is the default', () => {
    expect(
      linesAfter([took('node-2', undefined, 'v1-aaaaaaaa'), took('node-9', 'v1-aaaaaaaa', 'odd')], false),
    ).toEqual(['  node-2  checkout default → v1', '  node-9  checkout v1 → odd']);
  });

  it('tells how long things took in tenths, and the stacks without what all of them share', () => {
    const shown = linesAfter(
      [
        { event: 'synthesized', durationMs: 1_234 },
        {
          event: 'deployed',
          durationMs: 449,
          stacks: [
            { name: 'Veltrix-main-Data', outcome: 'created', outputs: {}, retained: [] },
            { name: 'Veltrix-main-Delivery', outcome: 'created', outputs: {}, retained: [] },
          ],
        },
      ],
      false,
    );
    expect(shown).toEqual(['✔ stacks synthesized in 1.2 s', '✔ 2 stacks deployed in 0.4 s: Data, Delivery']);
  });
});
