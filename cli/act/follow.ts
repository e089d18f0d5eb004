/** Keeps showing one profile while a command waits for it. What fails to be shown fails nothing. */

import type { Cloud } from '../../control/cloud.js';
import { status as readStatus } from '../../control/see/status/status.js';
import type { ProfileAddress } from '../../core/addresses.js';
import type { Context } from '../command.js';
import { createLiveView } from '../terminal/status-page.js';

/** To be called at each look. A program that asked for one document gets no others. */
export function followProfile({ screen, json }: Context, cloud: Cloud, where: ProfileAddress) {
  const view = createLiveView(screen);
  return async (): Promise<void> => {
    if (json) return;
    const status = await readStatus(cloud, where).catch(() => undefined);
    if (status) view.show(status);
  };
}
