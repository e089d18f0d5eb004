/** Entry point: one function per environment, since the right to invoke it is the right to publish there. */

import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createEnvironmentStore } from '../../aws/appconfig/environment-store.js';
import { createPublishQueues } from '../../aws/dynamodb/publish-queues.js';
import { createRolloutRecords } from '../../aws/dynamodb/rollout-records.js';
import { createCallerIdentity } from '../../aws/sts/caller-identity.js';
import { applications } from '../../config/applications.js';
import type { PublishResult } from '../../core/delivery/publishing.js';
import { type Clock, epochMs } from '../../core/time.js';
import { findApplication } from '../deployed.js';
import { readSettings } from '../environment.js';
import { createLog } from '../log.js';
import { createMeasures } from '../measures.js';
import type { AdvanceResult } from './advance.js';
import { createHandler } from './handler.js';
import { contextSchema, lambdaSettingsSchema, publishSettingsSchema } from './settings.js';

/** The longest pause after the first lost race; doubles with each, and eight of them fit the function's minute. */
const pauseMs = 100;

let handle: ReturnType<typeof createHandler> | undefined;

export const handler = (event: unknown, context: unknown): Promise<PublishResult | AdvanceResult> => {
  handle ??= wire(context);
  return handle(event, contextSchema.parse(context).door);
};

function wire(context: unknown) {
  const settings = readSettings(publishSettingsSchema, process.env);
  const dynamoDb = new DynamoDBClient();
  const clock = () => epochMs(Date.now());
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
    queues: createPublishQueues(dynamoDb, settings.VELTRIX_QUEUES_TABLE),
    records: createRolloutRecords(dynamoDb, settings.VELTRIX_ROLLOUTS_TABLE, clock),
    caller: callerIdentity(contextSchema.parse(context).account, clock),
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    clock,
    pause: (attempt) => setTimeout(Math.random() * pauseMs * 2 ** (attempt - 1)),
    log: createLog('publish-config'),
    measures: createMeasures('publish-config'),
  });
}

function callerIdentity(account: string, clock: Clock) {
  const lambda = readSettings(lambdaSettingsSchema, process.env);
  const endpoint = lambda.AWS_ENDPOINT_URL_STS ?? lambda.AWS_ENDPOINT_URL;
  return createCallerIdentity({
    region: lambda.AWS_REGION,
    account,
    clock,
    audience: lambda.AWS_LAMBDA_FUNCTION_NAME,
    ...(endpoint !== undefined && { endpoint }),
  });
}
