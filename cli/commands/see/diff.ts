/** `veltrix diff`: what differs between two versions. */

import * as z from 'zod';
import { type Difference, difference } from '../../../control/see/values.js';
import { defineCommand } from '../../command.js';
import { address } from '../../parse-arguments.js';
import { describeChanges } from '../../terminal/changes.js';
import { byWord, factLines } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

export const diff = defineCommand({
  args: z.object({ from: address, to: address }),
  positional: ['from', 'to'],
  run: async ({ cloud }, { from, to }): Promise<Difference> => difference(await cloud(), from, to),
  render: ({ from, to, changes }, paint, { columns }) => [
    ...factLines([[paint.bad('-'), headOf(from, paint)]], columns),
    ...factLines([[paint.good('+'), headOf(to, paint)]], columns),
    '',
    ...(changes.length === 0 ? ['  no difference'] : describeChanges(changes, paint, columns)),
  ],
});

/** `treasure-hunt/staging/gameplay@18  "raise the cool-down"  anna`. */
function headOf({ address: at, author, reason }: Difference['from'], paint: Paint): string {
  const why = reason && `"${reason}"`;
  return [paint.strong(at), why, byWord(paint.dim, author)].filter(Boolean).join('  ');
}
