import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeProvenance,
  describeRollback,
  isDescribedBy,
  lastPartOf,
  readProvenance,
} from '../../../core/delivery/provenance.js';

describe('provenance', () => {
  it('reads as a sentence in the AWS console', () => {
    expect(describeProvenance({ author: 'anna', reason: 'raise the cool-down' })).toBe(
      'raise the cool-down (anna)',
    );
  });

  it('keeps letters beyond ASCII', () => {
    const about = { author: 'Jörg (ops)', reason: 'größer \\ 🎁' };
    expect(describeProvenance(about)).toBe(
      'gr\\u{f6}\\u{df}er \\u{5c} \\u{1f381} (J\\u{f6}rg \\u{28}ops\\u{29})',
    );
    expect(readProvenance(describeProvenance(about))).toEqual(about);
  });

  it('names the commit, cut to twelve digits, and the caller', () => {
    const about = {
      author: 'anna',
      reason: 'raise the cool-down',
      commit: '3f2c1e9a1b2c4d5e6f708192a3b4c5d6e7f80910',
      caller: 'assumed-role/Deployer/anna',
    };
    const description = 'raise the cool-down (anna, 3f2c1e9a1b2c, by assumed-role/Deployer/anna)';
    expect(describeProvenance(about)).toBe(description);
    expect(readProvenance(description)).toEqual({ ...about, commit: '3f2c1e9a1b2c' });
  });

  it('names who let it go on', () => {
    const about = { author: 'anna', reason: 'why', caller: 'user/anna', releasedBy: 'bo' };
    expect(describeProvenance(about)).toBe('why (anna, by user/anna, released by bo)');
    expect(readProvenance('why (released by bo)')).toEqual({ author: 'released by bo', reason: 'why' });
  });

  it('knows its own deployment again, proved or not, and however long its reason', () => {
    const about = { author: 'anna', reason: '🎁'.repeat(500), commit: '0123456789ab' };
    const caller = 'user/anna';
    const proved = { ...about, caller };
    expect(isDescribedBy(describeProvenance(proved), about)).toBe(true);
    expect(isDescribedBy(describeProvenance(about), proved)).toBe(true);
    expect(isDescribedBy(describeProvenance(proved), { ...about, caller: 'user/bo' })).toBe(false);
    expect(isDescribedBy(describeProvenance(about), { ...about, author: 'bo' })).toBe(false);
    expect(isDescribedBy(describeProvenance(about), { ...about, reason: '🎁🎁' })).toBe(false);
    expect(isDescribedBy(describeProvenance(about), { author: 'anna', reason: about.reason })).toBe(false);
    expect(isDescribedBy(describeRollback({ ...about, undoes: 3 }), about)).toBe(false);
  });

  it('marks a rollback with what it undoes', () => {
    const description = 'rollback of deployment 18: errors doubled (anna)';
    expect(describeRollback({ author: 'anna', reason: 'errors doubled', undoes: 18 })).toBe(description);
    expect(readProvenance(description)).toEqual({ author: 'anna', reason: 'errors doubled', undoes: 18 });
    expect(describeRollback({ author: 'anna', reason: '', undoes: 18 })).toBe(
      'rollback of deployment 18 (anna)',
    );
    expect(readProvenance('rollback of deployment 18 (anna)')).toEqual({
      author: 'anna',
      reason: '',
      undoes: 18,
    });
  });

  it('is no rollback because its reason says so', () => {
    const about = { author: 'anna', reason: 'rollback of deployment 18: errors doubled' };
    expect(readProvenance(describeProvenance(about))).toEqual(about);
    const half = { author: 'anna', reason: 'rollback of deployment 18 and 19' };
    expect(describeProvenance(half)).toBe('rollback of deployment 18 and 19 (anna)');
    expect(readProvenance('rollback of deployment 0: x (anna)')).not.toHaveProperty('undoes');
  });

  it('lets nobody name himself a caller or a commit', () => {
    const about = { author: 'eve, 3f2c1e9a1b2c, by user/root', reason: 'why' };
    expect(describeProvenance(about)).toBe('why (eve\\u{2c} 3f2c1e9a1b2c\\u{2c} by user/root)');
    expect(readProvenance(describeProvenance(about))).toEqual(about);
    expect(readProvenance('why (by user/root)')).toEqual({ author: 'by user/root', reason: 'why' });
    expect(readProvenance('why (3f2c1e9a1b2c)')).toEqual({ author: '3f2c1e9a1b2c', reason: 'why' });
  });

  it('reads what earlier releases wrote, commas in the author and all', () => {
    expect(readProvenance('why (Doe, Jane)')).toEqual({ author: 'Doe, Jane', reason: 'why' });
    expect(readProvenance('why (not) so (anna)')).toEqual({ author: 'anna', reason: 'why (not) so' });
    expect(readProvenance('')).toEqual({ author: '', reason: '' });
  });

  it('names a caller by the last part of the ARN', () => {
    expect(lastPartOf('arn:aws:sts::123456789012:assumed-role/Deployer/anna')).toBe(
      'assumed-role/Deployer/anna',
    );
    expect(lastPartOf('arn:aws:iam::123456789012:user/team/anna')).toBe('user/team/anna');
  });

  it('takes a description by another hand as a reason by nobody', () => {
    expect(readProvenance('made by hand')).toEqual({ author: '', reason: 'made by hand' });
  });

  const text = (max: number) =>
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: max })
      .map((value) => value.replace(/\s+/g, ' ').trim());
  const about = fc.record(
    {
      author: fc.oneof(text(8), fc.constantFrom('a, b', 'x, by y', 'z, 0123456789ab', '(a)')),
      reason: fc.oneof(
        text(30),
        fc.constantFrom('rollback of deployment 7', 'rollback of deployment 7: x', 'why (b)', 'a (b, c)'),
      ),
      commit: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 12, maxLength: 12 }),
      caller: fc.oneof(text(8), fc.constant('assumed-role/A=b,c@d/e')),
      releasedBy: fc.oneof(text(8), fc.constantFrom('bo', 'by bo', 'a, released by b')),
    },
    { requiredKeys: ['author', 'reason'] },
  );

  it('gives back whatever fits', () => {
    fc.assert(
      fc.property(about, (item) => {
        expect(readProvenance(describeProvenance(item))).toEqual(item);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back whatever fits of a rollback', () => {
    fc.assert(
      fc.property(about, fc.integer({ min: 1, max: 999_999_999 }), (item, undoes) => {
        expect(readProvenance(describeRollback({ ...item, undoes }))).toEqual({ ...item, undoes });
      }),
      { numRuns: 500 },
    );
  });

  it('never cuts through an escape', () => {
    for (let extra = 0; extra < 9; extra++) {
      const { reason } = readProvenance(
        describeProvenance({ author: 'a', reason: 'x'.repeat(extra) + '🎁'.repeat(200) }),
      );
      expect(reason).toMatch(/^x*🎁+\.\.\.$/u);
    }
  });

  it('stays ASCII, one line, and within 1,024 characters, and keeps what is short', () => {
    const long = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 3000 });
    const commit = '0123456789ab';
    fc.assert(
      fc.property(long, long, long, (author, reason, caller) => {
        for (const description of [
          describeProvenance({ author, reason, commit, caller }),
          describeRollback({ author, reason, commit, caller, undoes: 123_456_789 }),
        ]) {
          expect(description).toMatch(/^[ -~]{0,1024}$/);
          expect(readProvenance(description)).toMatchObject({ commit });
          expect(readProvenance(description).reason).not.toMatch(/\\u/);
        }
      }),
    );
    const whole = describeRollback({ author: 'a'.repeat(999), reason: 'r'.repeat(2000), undoes: 3 });
    expect(whole).toHaveLength(1024);
    expect(readProvenance(whole)).toEqual({
      author: `${'a'.repeat(197)}...`,
      reason: `${'r'.repeat(792)}...`,
      undoes: 3,
    });
  });
});
