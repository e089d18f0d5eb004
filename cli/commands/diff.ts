/** `veltrix diff`: what differs between two versions. */

import * as z from 'zod';
import { type Difference, difference } from '../../control/see/values.js';
import { defineCommand } from '../command.js';
import { address } from '../parse-arguments.js';
import { describeChanges } from '../terminal/changes.js';
import { provenance } from '../terminal/layout.js';

export const diff = defineCommand({
  args: z.object({ from: address, to: address }),
  positional: ['from', 'to'],
  run: async ({ cloud }, { from, to }): Promise<Difference> => difference(await cloud(), from, to),
  render: ({ from, to, changes }, paint) => [
    `${paint.bad('-')} ${paint.strong(from.address)}  ${provenance(from, paint)}`,
    `${paint.good('+')} ${paint.strong(to.address)}  ${provenance(to, paint)}`,
    '',
    ...(changes.length === 0 ? ['  no difference'] : describeChanges(changes, paint)),
  ],
});
