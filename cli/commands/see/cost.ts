/** `veltrix cost`: dollars a month, with the arithmetic. */

import * as z from 'zod';
import { demandCluster } from '../../../control/addressing.js';
import { type Cost, cost as readCost } from '../../../control/see/cost.js';
import { defineCommand } from '../../command.js';
import { address, duration, wholeNumber } from '../../parse-arguments.js';
import { describeCost } from '../../terminal/cost-page.js';

const rate = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?$/, 'expected a number, such as 4 or 0.5')
  .transform(Number);

export const cost = defineCommand({
  args: z.object({
    address: address.optional(),
    nodes: wholeNumber(1, 10_000_000).optional(),
    profiles: wholeNumber(1, 100).optional(),
    poll: duration.optional(),
    report: duration.optional(),
    changes: rate.optional(),
    partitions: wholeNumber(16, 65_536).optional(),
  }),
  positional: ['address'],
  run: ({ cloud }, args): Promise<Cost> =>
    readCost(cloud, {
      cluster: args.address && demandCluster(args.address),
      said: {
        nodes: args.nodes,
        profiles: args.profiles,
        pollIntervalMs: args.poll,
        reportIntervalMs: args.report,
        changesPerDay: args.changes,
        partitions: args.partitions,
      },
    }),
  render: (answer, paint, { columns }) => describeCost(answer, { columns, paint }),
});
