/** `veltrix local down`: stops the local AWS of this project. */

import * as z from 'zod';
import { defineCommand } from '../../command.js';
import { localEndpoint, shutDown } from '../../local-aws/control.js';

export const localDown = defineCommand({
  args: z.object({}),
  async run({ directory, environment }): Promise<{ readonly endpoint: string }> {
    const endpoint = await localEndpoint(directory, environment);
    await shutDown(endpoint);
    return { endpoint };
  },
  render: ({ endpoint }, paint) => [`${paint.good('✔')} the local AWS at ${endpoint} stops`],
});
