/** `veltrix get`: a version's value, as YAML for people. */

import { stringify } from 'yaml';
import * as z from 'zod';
import { getValue, type VersionValue } from '../../../control/see/values.js';
import { defineCommand } from '../../command.js';
import { address } from '../../parse-arguments.js';

/** The output may become a file: what is no value stands in comments. */
export const get = defineCommand({
  args: z.object({ address }),
  positional: ['address'],
  run: async ({ cloud }, args): Promise<VersionValue> => getValue(await cloud(), args.address),
  render: ({ address: at, label, author, reason, value }, paint) => {
    const about = [at, label, reason && `"${reason}"`, author].filter(Boolean).join(' · ');
    return [paint.dim(`# ${about}`), stringify(value, { lineWidth: 80 }).trimEnd()];
  },
});
