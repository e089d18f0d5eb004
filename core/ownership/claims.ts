/**
 * What a life of a node says of its partitions, in its reports. Both members stay true once they are said, whatever comes
 * after: late, doubled and lost reports do no harm.
 */

import * as z from 'zod';

export const claimSchema = z.object({
  /** It will never again serve what this generation, or an earlier one, does not grant it. */
  letGo: z.int().min(0),
  /** It has begun everything that generations up to this one grant it. */
  begun: z.int().min(0),
});
export type Claim = z.infer<typeof claimSchema>;

/** What a life lets go of that has ended: every generation to come. */
export const forGood = Number.MAX_SAFE_INTEGER;
