/** Entry point: one function per profile, told apart by its environment. */

import { applications } from '../../config/applications.js';
import { findProfile } from '../deployed.js';
import { readSettings } from '../environment.js';
import { createLog } from '../log.js';
import { createHandler } from './handler.js';
import { validateSettingsSchema } from './settings.js';

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<void> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(validateSettingsSchema, process.env);
  const profile = findProfile(applications, settings.VELTRIX_APPLICATION, settings.VELTRIX_PROFILE);
  return createHandler({ profile, log: createLog('validate-config') });
}
