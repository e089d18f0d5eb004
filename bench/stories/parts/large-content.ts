/** The sample's hunts, over and over, until the document is as long as its schema admits: 60 hunts of 20 clues. */

import * as z from 'zod';
import { contentOf } from '../../world/content.js';

const [huntsMax, cluesMax] = [60, 20];

const clueSchema = z.looseObject({ id: z.string() });
const huntSchema = z.looseObject({ id: z.string(), clues: z.array(clueSchema) });
const gameplaySchema = z.looseObject({ hunts: z.array(huntSchema) });

export async function largeGameplay(): Promise<Record<string, unknown>> {
  const gameplay = gameplaySchema.parse(await contentOf('gameplay'));
  const hunts = gameplay.hunts.map(({ clues, ...hunt }) => ({
    ...hunt,
    // A copy requires nothing: it would name the first of its kind.
    clues: repeated(clues, cluesMax).map((clue, index) =>
      index < clues.length ? clue : { ...clue, requires: [] },
    ),
  }));
  return { ...gameplay, hunts: repeated(hunts, huntsMax) };
}

/** Copies have ids of their own. */
function repeated<Item extends { readonly id: string }>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const item = items[index % items.length];
    if (!item) throw new RangeError('there is nothing to repeat');
    const copy = Math.floor(index / items.length);
    // In letters: a number may be the answer to a riddle.
    return copy === 0 ? item : { ...item, id: `${item.id}-${'x'.repeat(copy)}` };
  });
}
