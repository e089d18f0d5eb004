/** Entry point: one function per environment, since the right to invoke it is the right to publish there. */

import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { createEnvironmentStore } from '../../aws/environment-store.js';
import { applications } from '../../config/applications.js';
import type { PublishResult } from '../../core/delivery/publishing.js';
import { findApplication } from '../deployed.js';
import { readSettings } from '../environment.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import { createHandler } from './handler.js';
import { publishSettingsSchema } from './settings.js';

/** The longest pause after the first lost race; doubles with each, and eight of them fit the function's minute. */
const pauseMs = 100;

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown): Promise<PublishResult> => {
  handle ??= wire();
  return handle(event);
};

function wire() {
  const settings = readSettings(publishSettingsSchema, process.env);
  return createHandler({
    application: findApplication(applications, settings.VELTRIX_APPLICATION),
    environment: settings.VELTRIX_ENVIRONMENT,
    defaultStrategy: settings.VELTRIX_DEFAULT_STRATEGY,
    store: createEnvironmentStore(new AppConfigClient(), {
      applicationId: settings.VELTRIX_APPLICATION_ID,
      environmentId: settings.VELTRIX_ENVIRONMENT_ID,
      profileIds: settings.VELTRIX_PROFILE_IDS,
      strategyIds: settings.VELTRIX_STRATEGY_IDS,
    }),
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    pause: (attempt) => setTimeout(Math.random() * pauseMs * 2 ** (attempt - 1)),
    log: createLog('publish-config'),
    measures: createMeasures('publish-config'),
  });
}
