import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishWords, travel } from '../../../infra/pipeline/travel.js';

const shop = { name: 'shop', environments: ['dev', 'staging', 'production'] };
const hunt = { name: 'hunt', environments: ['staging', 'beta', 'production'] };
const all = ['production', 'beta', 'staging', 'dev'];

describe('the way of a change', () => {
  it('goes through all environments in the order of every application', () => {
    expect(travel([hunt, shop], all).map(({ environment }) => environment)).toEqual([
      'dev',
      'staging',
      'beta',
      'production',
    ]);
  });

  it('knows at each what goes before, application by application', () => {
    expect(travel([hunt, shop], all).map(({ stops }) => stops.map(publishWords))).toEqual([
      ['shop/dev'],
      ['hunt/staging', 'shop/staging --after shop/dev'],
      ['hunt/beta --after hunt/staging'],
      ['hunt/production --after hunt/beta', 'shop/production --after shop/staging'],
    ]);
  });

  it('begins only where nothing goes before', () => {
    const first = (held: readonly string[]) => travel([hunt, shop], held).filter(({ isFirst }) => isFirst);
    expect(first(all).map(({ environment }) => environment)).toEqual(['dev']);
    // A stage that holds production alone is not where changes are tried.
    expect(first(['production'])).toEqual([]);
  });

  it('leaves out what the stage does not hold', () => {
    expect(travel([shop], ['production']).map(({ environment }) => environment)).toEqual(['production']);
  });

  it('cannot follow two orders at once, and says which', () => {
    const crossed = { name: 'back', environments: ['production', 'staging'] };
    expect(() => travel([shop, crossed], all)).toThrow(
      expect.objectContaining({
        code: 'VELTRIX_USAGE',
        message: expect.stringContaining('(shop: dev, staging, production; back: production, staging)'),
      }),
    );
  });

  it('keeps the order of each, names each once, and loses none, however many there are', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const some = fc.array(fc.subarray(names, { minLength: 1 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, fc.shuffledSubarray(names, { minLength: 6 }), (lists, held) => {
        const applications = lists.map((environments, index) => ({ name: `app-${index}`, environments }));
        const order = travel(applications, held).map(({ environment }) => environment);
        expect(new Set(order)).toEqual(new Set(lists.flat()));
        expect(order).toHaveLength(new Set(order).size);
        for (const environments of lists) {
          expect(order.filter((name) => environments.includes(name))).toEqual(environments);
        }
      }),
      { numRuns: 300 },
    );
  });
});
