import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePath } from '../../../control/files/document-path.js';
import { formatPath } from '../../../core/content/canonical-json.js';

describe('parsePath', () => {
  it.each([
    ['', []],
    ['coolDownMs', ['coolDownMs']],
    ['tiers.gold.queueSize', ['tiers', 'gold', 'queueSize']],
    ['clues[3].text', ['clues', 3, 'text']],
    ['notes["a.b \\"c\\""][0]', ['notes', 'a.b "c"', 0]],
  ])('reads %j', (text, parts) => {
    expect(parsePath(text)).toEqual(parts);
  });

  it('undoes what core formats, for any path', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }).filter((key) => key !== ''),
      fc.nat(1000),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});
