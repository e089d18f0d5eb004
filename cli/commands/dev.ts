/** `veltrix dev`: everything on this machine, live. */

import * as z from 'zod';
import { demandCluster } from '../../control/addressing.js';
import { defineCommand } from '../command.js';
import type { Pace } from '../dev/nodes.js';
import { runDev } from '../dev/run.js';
import { createView } from '../dev/view.js';
import { speed } from '../local-aws/serve.js';
import { address, flag, wholeNumber } from '../parse-arguments.js';

/** A ten-minute rollout takes ten seconds. */
const defaultSpeed = 60;
const defaultNodeCount = 20;
/** A machine of two cores still breathes. */
const nodeCountMax = 100;

/** A fleet of this machine asks and reports far more often than one in AWS would: a person is watching. */
const pace: Pace = {
  pollIntervalSeconds: 1,
  reportIntervalSeconds: 2,
  playersPerSecond: 4,
  capacity: 20,
};

export const dev = defineCommand({
  args: z.object({
    address: address.optional(),
    port: wholeNumber(0, 65_535).optional(),
    speed: speed.default(defaultSpeed),
    nodes: wholeNumber(1, nodeCountMax).default(defaultNodeCount),
    once: flag,
  }),
  positional: ['address'],
  async run(context, { address: wanted, ...options }): Promise<undefined> {
    const cluster = wanted && demandCluster(wanted);
    await runDev(context, { ...options, cluster, pace }, createView(context.screen, context.json));
    return undefined;
  },
  render: () => [],
});
