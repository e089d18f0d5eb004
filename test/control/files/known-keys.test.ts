import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { knownKeys, knownTexts } from '../../../control/files/known-keys.js';
import { nearest, suggestNames } from '../../../control/files/nearest.js';

const clue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('riddle'), answers: z.array(z.string()) }),
  z.object({ kind: z.literal('location'), radius: z.number() }),
]);
const schema = z.object({
  level: z.enum(['easy', 'hard']).default('easy'),
  clues: z.array(clue).optional(),
  tiers: z.record(
    z.string(),
    z.object({ burst: z.int() }).refine(() => true),
  ),
  later: z.lazy(() => z.object({ deep: z.string() })),
  both: z.intersection(z.object({ left: z.string() }), z.object({ right: z.string() })),
  pair: z.tuple([z.object({ first: z.string() }), z.string()]),
});

describe('knownKeys', () => {
  it.each([
    ['on top', [], ['level', 'clues', 'tiers', 'later', 'both', 'pair']],
    ['in every option of a union', ['clues', 0], ['kind', 'answers', 'radius']],
    ['in a refined map of a record', ['tiers', 'gold'], ['burst']],
    ['behind a lazy schema', ['later'], ['deep']],
    ['on both sides of an intersection', ['both'], ['left', 'right']],
    ['in an item of a tuple', ['pair', 0], ['first']],
    ['nowhere where no map stands', ['level'], []],
    ['nowhere off the schema', ['nothing', 'here'], []],
  ])('are known %s', (_name, path, keys) => {
    expect(knownKeys(schema, path)).toEqual(keys);
  });
});

describe('knownTexts', () => {
  it('are the options of an enum behind its default', () => {
    expect(knownTexts(schema, ['level'])).toEqual(['easy', 'hard']);
  });

  it('are the literals of a union', () => {
    expect(knownTexts(schema, ['clues', 2, 'kind'])).toEqual(['riddle', 'location']);
  });

  it('are none where any text may stand', () => {
    expect(knownTexts(schema, ['later', 'deep'])).toEqual([]);
  });
});

describe('nearest', () => {
  it.each([
    ['staging', ['staging', 'production'], 'staging'],
    ['stagin', ['staging', 'production'], 'staging'],
    ['prodution', ['staging', 'production'], 'production'],
    ['coolDownMS', ['coolDownMs', 'features'], 'coolDownMs'],
    ['xyz', ['staging', 'production'], undefined],
    ['a', [], undefined],
  ])('of %j among %j is %j', (written, known, expected) => {
    expect(nearest(written, known)).toBe(expected);
  });

  it('is offered together with all that is known', () => {
    expect(suggestNames('stagin', ['staging', 'production'])).toBe(
      'Did you mean "staging"? Known: staging, production.',
    );
  });
});
