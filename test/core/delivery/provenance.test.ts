import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProvenance, readProvenance } from '../../../core/delivery/provenance.js';

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

  it('takes a description by another hand as a reason by nobody', () => {
    expect(readProvenance('made by hand')).toEqual({ author: '', reason: 'made by hand' });
  });

  it('gives back any author and reason that fit', () => {
    const text = (max: number) =>
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: max })
        .map((value) => value.replace(/\s+/g, ' ').trim());
    fc.assert(
      fc.property(text(8), text(30), (author, reason) => {
        expect(readProvenance(describeProvenance({ author, reason }))).toEqual({ author, reason });
      }),
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

  it('stays ASCII, one line, and within 1,024 characters', () => {
    const long = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 3000 });
    fc.assert(
      fc.property(long, long, (author, reason) => {
        const description = describeProvenance({ author, reason });
        expect(description).toMatch(/^[ -~]{0,1024}$/);
        expect(readProvenance(description).reason).not.toMatch(/\\u/);
      }),
    );
  });
});
