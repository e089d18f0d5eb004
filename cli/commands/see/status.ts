/** `veltrix status`: what is deployed, what is on its way, and who holds it; `--watch` stays and follows. */

import * as z from 'zod';
import type { Cloud } from '../../../control/cloud.js';
import { explainFailure } from '../../../control/failures.js';
import { type FilesAtHand, filesAtHand } from '../../../control/see/status/file-drift.js';
import { status as readStatus, type Status, watchedStatus } from '../../../control/see/status/status.js';
import type { Address } from '../../../core/addresses.js';
import { isVeltrixError } from '../../../core/errors.js';
import { type Context, defineCommand } from '../../command.js';
import { address, flag } from '../../parse-arguments.js';
import { createLiveView, describeStatus } from '../../terminal/status-page.js';

/** Often enough for the eye, and far from AppConfig's limits for its control plane. */
const watchEveryMs = 1_000;

export const status = defineCommand({
  args: z.object({ address: address.default({}), watch: flag }),
  positional: ['address'],
  async run(context, args): Promise<Status | undefined> {
    const cloud = await context.cloud();
    const files = filesAtHand(context.workspace);
    if (!args.watch) return readStatus(cloud, args.address, files);
    await watch(context, { cloud, files, where: args.address });
    return undefined;
  },
  render: (answer, paint, { columns }) => describeStatus(answer, { columns, paint }),
});

interface Watching {
  readonly cloud: Cloud;
  readonly files: FilesAtHand;
  readonly where: Address;
}

/** Until it is interrupted. A look that fails is told, and tried again: nobody should stare at a picture that is old. */
async function watch({ screen, json, signal }: Context, { cloud, files, where }: Watching): Promise<void> {
  const view = createLiveView(screen, json);
  const look = watchedStatus(cloud, files);
  view.show(await look(where));
  while (!signal.aborted) {
    await cloud.wait(watchEveryMs, signal);
    if (signal.aborted) return;
    try {
      view.show(await look(where));
    } catch (error) {
      const failure = explainFailure(error);
      if (!isVeltrixError(failure) || !failure.retryable) throw error;
      view.trouble(`${failure.message}; what is shown is as it was before`);
    }
  }
}
