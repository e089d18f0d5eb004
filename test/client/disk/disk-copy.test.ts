import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CopyOwner,
  closedCopy,
  type DiskCopy,
  decodeCopy,
  encodeCopy,
} from '../../../client/disk/disk-copy.js';
import { startFrom } from '../../../client/disk/start-from.js';
import { parseContent } from '../../../core/content/content.js';
import { epochMs } from '../../../core/time.js';
import { limits } from '../world.js';

const owner: CopyOwner = {
  address: { application: 'hunt', environment: 'staging', profile: 'limits' },
  node: 'n1',
};

const copy: DiskCopy = {
  form: 1,
  address: 'hunt/staging/limits',
  node: 'n1',
  current: { label: 'v2-bbbbbbbb', text: '{"queueSize":11}', storedAtMs: 2, confirmedAtMs: 3 },
  previous: { label: 'v1-bbbbbbbb', text: '{"queueSize":10}', storedAtMs: 1 },
  session: { token: 'token-1', obtainedAtMs: 3 },
};

const context = {
  place: '/disk/limits.copy',
  parse: (bytes: Uint8Array) => parseContent(limits, bytes, 'tolerant'),
  now: epochMs(1000),
};

const begin = (changes: Partial<DiskCopy> = {}, at: Partial<typeof context> = {}) =>
  startFrom({ ...copy, ...changes }, { ...context, ...at });

describe('decodeCopy', () => {
  it('gives back what was encoded', () => {
    expect(decodeCopy(owner, encodeCopy(copy))).toEqual(copy);
  });

  it('knows a file that was cut off at any place', () => {
    const file = encodeCopy(copy);
    for (let length = 0; length < file.length - 1; length++) {
      expect(decodeCopy(owner, file.slice(0, length))).toEqual({ unusable: 'it is damaged' });
    }
  });

  it('knows a file of another node, and one of another release', () => {
    expect(decodeCopy({ ...owner, node: 'n2' }, encodeCopy(copy))).toEqual({
      unusable: 'it belongs to hunt/staging/limits on n1',
    });
    const other = encodeCopy({ ...copy, form: 2 } as unknown as DiskCopy);
    expect(decodeCopy(owner, other)).toEqual({ unusable: 'it was written by another release' });
  });

  it('takes no damaged file for a copy, whatever was done to it', () => {
    const file = encodeCopy(copy);
    const damage = fc.record({
      at: fc.nat(file.length - 1),
      remove: fc.nat(40),
      insert: fc.string({ unit: 'binary', maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const damaged = damages.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          file,
        );
        const read = decodeCopy(owner, damaged);
        expect('unusable' in read || damaged.trimEnd() === file.trimEnd()).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (file) => {
        expect(decodeCopy(owner, file)).toEqual({ unusable: 'it is damaged' });
      }),
    );
  });
});

describe('closedCopy', () => {
  it('says that the current version is not proved, where it is not', () => {
    expect(closedCopy(copy)).toEqual(copy);
    const closed = closedCopy({ ...copy, probationSinceMs: 2 });
    expect(closed).toEqual({ ...copy, unproved: true });
    expect(decodeCopy(owner, encodeCopy(closed))).toEqual(closed);
  });
});

describe('startFrom', () => {
  it('begins with the current version and its session', () => {
    expect(begin()).toEqual({
      failures: 0,
      active: {
        label: 'v2-bbbbbbbb',
        text: '{"queueSize":11}',
        storedAtMs: 2,
        confirmedAtMs: 3,
        source: 'disk',
        value: { queueSize: 11 },
      },
      previous: { label: 'v1-bbbbbbbb', text: '{"queueSize":10}', storedAtMs: 1 },
      session: { token: 'token-1', obtainedAtMs: 3 },
    });
  });

  it('begins with nothing when there is no copy, or none that suits the schema', () => {
    const bad = { label: 'v9', text: '{"queueSize":0}', storedAtMs: 1, confirmedAtMs: 1 };
    const { previous: _none, ...rest } = copy;
    expect(startFrom(undefined, context)).toEqual({ failures: 0 });
    expect(startFrom({ ...rest, current: bad }, context)).toEqual({ failures: 0 });
    expect(begin({ current: bad, previous: bad })).toEqual({ failures: 0 });
  });

  it('begins with the previous version when the current one does not suit the schema any more, and says so', () => {
    const state = begin({
      current: { label: 'v2', text: '{"queueSize":0}', storedAtMs: 2, confirmedAtMs: 3 },
    });
    expect(state).toMatchObject({
      active: { label: 'v1-bbbbbbbb', value: { queueSize: 10 } },
      refused: { label: 'v2', cause: 'content', reason: 'queueSize is 0, expected at least 1' },
    });
  });

  it('begins with the current version after a death in probation when the previous one is of no use', () => {
    const state = begin({ probationSinceMs: 1, previous: { label: 'v1', text: 'null', storedAtMs: 1 } });
    expect(state.active?.label).toBe('v2-bbbbbbbb');
  });

  it('puts the current version on probation anew when its process closed before it was proved', () => {
    expect(begin({ unproved: true })).toMatchObject({
      active: { label: 'v2-bbbbbbbb' },
      previous: { label: 'v1-bbbbbbbb' },
      probationSinceMs: 1000,
    });
    const { previous: _none, ...alone } = copy;
    expect(startFrom({ ...alone, unproved: true }, context)).not.toHaveProperty('probationSinceMs');
  });

  it('asks again for a version that an earlier build refused', () => {
    const state = begin({ refused: { label: 'v3', reason: 'no', cause: 'content' } });
    expect(state).not.toHaveProperty('refused');
    expect(state).not.toHaveProperty('session');
  });

  const dayMs = 86_400_000;
  const ages: readonly [what: string, nowMs: number, resumes: boolean][] = [
    ['of this moment', 3, true],
    ['of 23 hours', (23 / 24) * dayMs, true],
    ['of a day', dayMs + 3, false],
    ['from the future, because the clock was set back', 2, false],
  ];
  it.each(ages)('resumes or not: a session %s', (_what, nowMs, resumes) => {
    expect(begin({}, { now: epochMs(nowMs) }).session !== undefined).toBe(resumes);
  });

  it('yields only values that suit the schema, whatever the copy holds', () => {
    const text = fc.oneof(
      fc.json(),
      fc.integer({ min: -5, max: 5 }).map((queueSize) => JSON.stringify({ queueSize })),
      fc.string(),
    );
    const version = fc.record({ label: fc.string({ minLength: 1 }), text, storedAtMs: fc.integer() });
    fc.assert(
      fc.property(version, version, fc.constantFrom('died', 'closed', 'proved'), (current, previous, end) => {
        const state = begin({
          current: { ...current, confirmedAtMs: 0 },
          previous,
          ...(end === 'died' && { probationSinceMs: 1 }),
          ...(end === 'closed' && { unproved: true }),
        });
        const value = state.active?.value;
        expect(value === undefined || limits.schema.safeParse(value).success).toBe(true);
        expect(state.session === undefined || state.active !== undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
