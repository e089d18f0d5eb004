/** Every type of resource that can be deployed; behaviour.md lists them too. */
import { appconfigApplication } from './appconfig/application.js';
import { appconfigConfigurationProfile } from './appconfig/configuration-profile.js';
import { appconfigDeployment } from './appconfig/deployment.js';
import { appconfigDeploymentStrategy } from './appconfig/deployment-strategy.js';
import { appconfigEnvironment } from './appconfig/environment.js';
import { appconfigExtension } from './appconfig/extension.js';
import { appconfigExtensionAssociation } from './appconfig/extension-association.js';
import { appconfigHostedConfigurationVersion } from './appconfig/hosted-configuration-version.js';
import { dynamodbGlobalTable } from './dynamodb/global-table.js';
import { dynamodbTable } from './dynamodb/table.js';
import { eventsRule } from './events/rule.js';
import type { ResourceHandler } from './handler.js';
import { iamManagedPolicy } from './iam/managed-policy.js';
import { iamPolicy } from './iam/policy.js';
import { iamRole } from './iam/role.js';
import { kinesisStream } from './kinesis/stream.js';
import { lambdaAlias } from './lambda/alias.js';
import { lambdaEventInvokeConfig } from './lambda/event-invoke-config.js';
import { lambdaEventSourceMapping } from './lambda/event-source-mapping.js';
import { lambdaFunction } from './lambda/function.js';
import { lambdaPermission } from './lambda/permission.js';
import { lambdaVersion } from './lambda/version.js';
import { logGroup } from './logs/log-group.js';
import {
  cloudwatchAlarm,
  cloudwatchDashboard,
  snsSubscription,
  snsTopic,
  snsTopicPolicy,
} from './recorded/monitoring.js';
import { cdkMetadata, kmsAlias, kmsKey, ssmParameter } from './recorded/recorded.js';
import { sqsQueue } from './sqs/queue.js';
import { sqsQueuePolicy } from './sqs/queue-policy.js';

const handlers: readonly ResourceHandler[] = [
  appconfigApplication,
  appconfigConfigurationProfile,
  appconfigDeployment,
  appconfigDeploymentStrategy,
  appconfigEnvironment,
  appconfigExtension,
  appconfigExtensionAssociation,
  appconfigHostedConfigurationVersion,
  cdkMetadata,
  cloudwatchAlarm,
  cloudwatchDashboard,
  dynamodbGlobalTable,
  dynamodbTable,
  eventsRule,
  iamManagedPolicy,
  iamPolicy,
  iamRole,
  kinesisStream,
  kmsAlias,
  kmsKey,
  lambdaAlias,
  lambdaEventInvokeConfig,
  lambdaEventSourceMapping,
  lambdaFunction,
  lambdaPermission,
  lambdaVersion,
  logGroup,
  snsSubscription,
  snsTopic,
  snsTopicPolicy,
  sqsQueue,
  sqsQueuePolicy,
  ssmParameter,
];

export const resourceHandlers: ReadonlyMap<string, ResourceHandler> = new Map(
  handlers.map((handler) => [handler.type, handler]),
);
