/** What wakes fan-out. Every event is only a hint at where to look: what happened is read from AppConfig's event logs. */

import * as z from 'zod';
import type { Hint } from '../places.js';

/**
 * AppConfig's notification (ON_DEPLOYMENT_* to a function). Names beside the ids are not always there; the type and the
 * number of the deployment are not needed.
 */
const notificationSchema = z.object({
  Application: z.object({ Id: z.string() }),
  Environment: z.object({ Id: z.string() }),
});

/** The environment a notification names; undefined, for all of them, when the event is anything else (the schedule). */
export function readHint(event: unknown): Hint | undefined {
  const parsed = notificationSchema.safeParse(event);
  if (!parsed.success) return undefined;
  return { applicationId: parsed.data.Application.Id, environmentId: parsed.data.Environment.Id };
}
