import { describe, expect, it } from 'vitest';
import type { DeploymentState, DeploymentSummary } from '../../../core/delivery/deployments.js';
import type { PublishQueue, QueueEntry } from '../../../core/delivery/publish-queue.js';
import type { PublishDecision } from '../../../core/delivery/publishing.js';
import { decideEntry, decideTurn, entryReplacedBy, release } from '../../../core/delivery/queue-turns.js';

const address = { application: 'app', environment: 'staging', profile: 'gameplay' };
const a = 'aaaaaaaa';
const b = 'bbbbbbbb';
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

const entry = (about: Partial<QueueEntry> = {}): QueueEntry => ({
  profile: 'gameplay',
  version: 3,
  label: `v3-${b}`,
  author: 'anna',
  reason: 'why',
  queuedAt: at(10),
  ...about,
});

const queueOf = (...entries: QueueEntry[]): PublishQueue => ({ cluster: 'app/staging', entries });
const held = { why: 'x', since: at(20) };

function deployment(number: number, state: DeploymentState, about: Partial<DeploymentSummary> = {}) {
  const version = about.version ?? number;
  return {
    number,
    profile: 'gameplay',
    version,
    label: `v${version}-${a}`,
    state,
    percentage: 100,
    startedAt: at(number),
    ...about,
  };
}

const running = deployment(9, 'BAKING', { profile: 'limits' });
const decisions = {
  unchanged: { kind: 'unchanged', version: 1, label: 'v1-aaaaaaaa', deployment: 1 },
  conflict: { kind: 'conflict', deployedVersion: 1 },
  failed: { kind: 'failed-lately', failure: { deployment: 1, version: 1, at: at(0), why: '' } },
  busy: { kind: 'busy', running },
  start: { kind: 'start', version: 1, label: 'v1-aaaaaaaa', first: false },
  create: { kind: 'create', after: 1, first: false },
} as const satisfies Record<string, PublishDecision>;

describe('decideTurn', () => {
  it.each([
    { when: 'nobody waits', queue: queueOf(), direct: 'go', queued: 'go', busy: 'go', busyQueued: 'wait' },
    {
      when: 'somebody waits for a person only',
      queue: queueOf(entry({ held })),
      direct: 'go',
      queued: 'go',
      busy: 'go',
      busyQueued: 'wait',
    },
    {
      when: 'somebody waits for his turn',
      queue: queueOf(entry({ held }), entry({ profile: 'limits' })),
      direct: 'behind',
      queued: 'wait',
      busy: 'behind',
      busyQueued: 'wait',
    },
  ])('when $when', ({ queue, direct, queued, busy, busyQueued }) => {
    for (const decision of [decisions.start, decisions.create]) {
      expect(decideTurn(decision, queue, false).kind).toBe(direct);
      expect(decideTurn(decision, queue, true).kind).toBe(queued);
    }
    expect(decideTurn(decisions.busy, queue, false).kind).toBe(busy);
    expect(decideTurn(decisions.busy, queue, true).kind).toBe(busyQueued);
    for (const decision of [decisions.unchanged, decisions.conflict, decisions.failed]) {
      expect(decideTurn(decision, queue, false)).toEqual({ kind: 'go' });
      expect(decideTurn(decision, queue, true)).toEqual({ kind: 'go' });
    }
  });

  it('names who waits for a turn, and nobody else', () => {
    const next = entry({ profile: 'limits' });
    const turn = decideTurn(decisions.create, queueOf(entry({ held }), next), false);
    expect(turn).toEqual({ kind: 'behind', ahead: [next] });
  });
});

describe('entryReplacedBy', () => {
  const published = { profile: 'gameplay', hash8: a, startedAt: at(30), mayWait: false };

  it('is the held entry of the profile, when the deployment started after it was held', () => {
    const queue = queueOf(entry({ profile: 'limits', held }), entry({ held }));
    expect(entryReplacedBy(published, queue)).toEqual(entry({ held }));
    expect(entryReplacedBy({ ...published, startedAt: at(19) }, queue)).toBeUndefined();
    expect(entryReplacedBy({ ...published, profile: 'other' }, queue)).toBeUndefined();
  });

  it('is an entry of other content, when the publish would have waited too', () => {
    const queue = queueOf(entry());
    expect(entryReplacedBy(published, queue)).toBeUndefined();
    expect(entryReplacedBy({ ...published, mayWait: true }, queue)).toEqual(entry());
    expect(entryReplacedBy({ ...published, mayWait: true, hash8: b }, queue)).toBeUndefined();
  });
});

describe('decideEntry', () => {
  const deployed = deployment(2, 'COMPLETE');
  const versions = [
    { version: 3, label: `v3-${b}` },
    { version: 2, label: `v2-${a}` },
  ];
  const decide = (
    item: QueueEntry,
    deployments: readonly DeploymentSummary[] = [deployed],
    failures: Parameters<typeof decideEntry>[2]['failures'] = [],
  ) => decideEntry(item, address, { deployments, versions, failures });

  it('starts its own version', () => {
    expect(decide(entry())).toEqual({ kind: 'start', version: 3, label: `v3-${b}`, first: false });
    expect(decide(entry(), [])).toMatchObject({ kind: 'start', first: true });
  });

  it.each(['VALIDATING', 'DEPLOYING', 'BAKING', 'COMPLETE'] as const)(
    'is done when its version is %s, also when the profile was rolled back before',
    (state) => {
      const own = deployment(4, state, { version: 3, label: `v3-${b}` });
      const failures = [{ deployment: 3, version: 2, at: at(15), why: '' }];
      expect(decide(entry(), [own, deployed], failures)).toEqual({ kind: 'done', version: 3, deployment: 4 });
    },
  );

  it('is done when its content is deployed under another version', () => {
    const same = deployment(4, 'COMPLETE', { version: 2, label: `v2-${b}` });
    expect(decide(entry(), [same])).toEqual({ kind: 'done', version: 2, deployment: 4 });
  });

  it('waits while something runs, its own rollback included', () => {
    expect(decide(entry(), [running, deployed])).toEqual({ kind: 'wait', running });
    const own = deployment(4, 'ROLLING_BACK', { version: 3, label: `v3-${b}` });
    expect(decide(entry(), [own, deployed])).toMatchObject({ kind: 'wait', running: { number: 4 } });
  });

  it('is held when the profile was rolled back since, whatever content that was', () => {
    const failure = { deployment: 7, version: 2, label: `v2-${a}`, at: at(11), why: 'errors doubled' };
    expect(decide(entry(), [deployed], [failure])).toEqual({
      kind: 'hold',
      why:
        'Version 2 was taken back since it was queued: deployment 7, at 2026-01-01T00:00:11.000Z (errors doubled). ' +
        '`veltrix queue release app/staging/gameplay` lets it go on all the same, ' +
        '`veltrix queue drop app/staging/gameplay` takes it out.',
    });
    expect(decide(entry(), [deployed], [{ ...failure, at: at(9) }]).kind).toBe('start');
  });

  it('is held for its own failure before it was queued, unless it was forced', () => {
    const failure = { deployment: 1, version: 1, label: `v1-${b}`, at: at(5), why: '' };
    expect(decide(entry(), [deployed], [failure])).toMatchObject({
      kind: 'hold',
      why: expect.stringContaining(
        'Version 1 was taken back within the hour, with this content: deployment 1, at 2026-01-01T00:00:05.000Z. ',
      ),
    });
    expect(decide(entry({ forced: 'fixed' }), [deployed], [failure]).kind).toBe('start');
  });

  it('is held when another version is deployed than it builds on', () => {
    expect(decide(entry({ expectedVersion: 2 })).kind).toBe('start');
    expect(decide(entry({ expectedVersion: 1 }))).toMatchObject({
      kind: 'hold',
      why: expect.stringContaining('Version 2 is deployed now, and it builds on version 1. '),
    });
    expect(decide(entry({ expectedVersion: 1 }), [])).toMatchObject({
      why: expect.stringContaining('Nothing is deployed now, and it builds on version 1. '),
    });
    const newer = deployment(4, 'COMPLETE', { version: 4 });
    expect(decide(entry(), [newer, deployed])).toMatchObject({
      kind: 'hold',
      why: expect.stringContaining('Version 4 is deployed now, and it builds on an older one. '),
    });
  });

  it('goes on when it was released, until the profile is rolled back again', () => {
    const by = { author: 'bo', reason: 'it was the network', at: at(25) };
    const released = release(entry({ held, expectedVersion: 1 }), by, 2);
    expect(released).toEqual(entry({ expectedVersion: 2, released: by }));
    const failure = { deployment: 7, version: 3, label: `v3-${b}`, at: at(15), why: '' };
    expect(decide(released, [deployed], [failure]).kind).toBe('start');
    expect(decide(released, [deployed], [{ ...failure, at: at(26) }, failure]).kind).toBe('hold');
  });

  it('takes a new number for its content when it was released after its version was rolled back', () => {
    const own = deployment(4, 'ROLLED_BACK', { version: 3, label: `v3-${b}` });
    const failure = { deployment: 4, version: 3, label: `v3-${b}`, at: at(15), why: '' };
    const released = release(entry({ held }), { author: 'bo', reason: 'fine', at: at(25) }, 2);
    expect(decide(released, [own, deployed], [failure])).toEqual({ kind: 'create', after: 3, first: false });
  });
});
