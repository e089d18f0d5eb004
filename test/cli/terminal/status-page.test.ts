import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../../cli/terminal/paint.js';
import { createScreen } from '../../../cli/terminal/screen.js';
import { createLiveView, describeStatus } from '../../../cli/terminal/status-page.js';
import type { ProfileStatus, Status } from '../../../control/see/status/status.js';
import { deployed, fleet, now, rolledBack, rolling, rollout } from './statuses.js';

const statusOf = (profiles: readonly ProfileStatus[], change: Partial<Status> = {}): Status => ({
  target: 'local AWS',
  askedAt: now,
  profiles,
  queues: [],
  drains: [],
  blind: [],
  ...change,
});

const entry = {
  profile: 'limits',
  version: 4,
  label: 'v4-cccccccc',
  author: 'ben',
  reason: 'more room',
  queuedAt: '2026-06-01T12:00:00.000Z',
};
const held = {
  ...entry,
  profile: 'checkout',
  version: 9,
  held: { why: 'checkout was rolled back', since: entry.queuedAt },
};
const queues = [{ cluster: 'shop/production', entries: [entry, held] }];

const quiet = (name: string): ProfileStatus => ({
  address: `shop/production/${name}`,
  state: 'deployed',
  deployed,
  log: [],
  nodes: fleet({ holding: 20 }),
});

function output(isTTY: boolean, rows = 40) {
  const written: string[] = [];
  return { isTTY, rows, columns: 80, write: (text: string) => void written.push(text), written };
}

describe('a status page', () => {
  it('shows what waits, what is held and how to let it go, and what could not be read', () => {
    const page = describeStatus(
      statusOf([rolledBack()], { queues, blind: ['the records of nodes cannot be read: no'] }),
      {
        columns: 80,
        paint: createPaint(false),
      },
    );
    expect(page.slice(-7)).toEqual([
      'shop/production  queue, 2 waiting',
      '  1 limits v4  "more room"  ben · 4 min ago',
      '  2 checkout v9  "more room"  ben · 4 min ago',
      '    held, 4 min ago: checkout was rolled back',
      '    → veltrix queue release shop/production/checkout -m "…"',
      '',
      '! the records of nodes cannot be read: no',
    ]);
  });

  it('says that nothing is deployed', () => {
    const look = { columns: 80, paint: createPaint(false) };
    expect(describeStatus(statusOf([]), look)).toEqual(['local AWS', 'Nothing is deployed here.']);
  });
});

describe('the live view', () => {
  it('elsewhere than on a terminal writes one line per change, of what changed', () => {
    const out = output(false);
    const view = createLiveView(createScreen(out, {}));
    const at = (percentage: number) =>
      rolling({
        rollout: { ...rollout, percentage },
        nodes: fleet({ holding: percentage / 2, waiting: 50 - percentage / 2 }),
      });
    view.show(statusOf([at(20), quiet('limits')]));
    view.show(statusOf([at(20), quiet('limits')], { askedAt: '2026-06-01T12:04:01.000Z' }));
    view.show(statusOf([at(40), quiet('limits')], { queues }));
    view.show(statusOf([rolledBack()], { queues }));
    expect(out.written).toEqual([
      'shop/production/checkout  rolling-out  v18 20 %  held by 10/50  healthy\n',
      'shop/production/limits  deployed  v17  held by 20/20\n',
      'shop/production/checkout  rolling-out  v18 40 %  held by 20/50  healthy\n',
      'shop/production  queue: limits v4, checkout v9 (held)\n',
      'shop/production/checkout  rolled-back  v17  held by 20/20  v18 taken back: errors: new 310 in 12,400 requests, old 11 in 29,800: 68× worse; evidence over 1,000,000 (needs 100)\n',
    ]);
  });

  it('tells a look that failed once, until one succeeds', () => {
    const out = output(false);
    const view = createLiveView(createScreen(out, {}));
    for (const message of ['no AWS', 'no AWS', 'throttled']) view.trouble(message);
    view.show(statusOf([quiet('limits')]));
    view.trouble('throttled');
    expect(out.written).toEqual([
      '! no AWS\n',
      '! throttled\n',
      'shop/production/limits  deployed  v17  held by 20/20\n',
      '! throttled\n',
    ]);
  });

  it('under --json writes a document whenever something changed', () => {
    const out = output(true);
    const view = createLiveView(createScreen(out, {}), true);
    const first = statusOf([quiet('limits')]);
    view.show(first);
    view.show({ ...first, askedAt: '2026-06-01T12:05:00.000Z' });
    view.trouble('no AWS');
    view.show(statusOf([rolling()]));
    expect(out.written.map((line) => JSON.parse(line))).toMatchObject([
      { askedAt: now },
      { trouble: 'no AWS' },
      { profiles: [{ state: 'rolling-out' }] },
    ]);
  });

  const lastPage = (out: ReturnType<typeof output>) =>
    stripVTControlCharacters(out.written.at(-1) ?? '').split('\n');

  it('on a terminal keeps what needs nobody to one line where there is no room, and the way back in sight', () => {
    const out = output(true, 26);
    const view = createLiveView(createScreen(out, { NO_COLOR: '1' }));
    const nodes = fleet({ holding: 15, waiting: 25 });
    view.show(statusOf([rolling({ nodes }), quiet('limits'), quiet('prices')]));
    const page = lastPage(out);
    expect(page.length).toBeLessThanOrEqual(26);
    expect(page).toContain('  → undo: veltrix rollback shop/production/checkout');
    expect(page).toContain('shop/production/prices  deployed  v17  held by 20/20');
    expect(page.join('\n')).not.toContain('EVENTS');
  });

  it('on a terminal shows that it is blind above what it saw last', () => {
    const out = output(true);
    const view = createLiveView(createScreen(out, { NO_COLOR: '1' }));
    view.show(statusOf([quiet('limits')]));
    view.trouble('AWS cannot be reached');
    expect(
      lastPage(out)
        .slice(0, 5)
        .map((line) => line.trimEnd()),
    ).toEqual([
      '✖ AWS cannot be reached',
      '',
      'local AWS',
      '',
      expect.stringContaining('shop/production/limits'),
    ]);
  });
});
