/**
 * AWS SDK clients for a person's command: each is imported when it is first needed (an import costs about 100 ms), finds
 * region, credentials and endpoint as every AWS tool does, and gives up soon enough for somebody who waits.
 */

import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { withoutNodeVersionWarning } from './node-version-warning.js';

/** Long enough for a connection across the world, short enough to notice that nobody is there. */
const connectionTimeoutMs = 3_000;
/** A synchronous invocation waits for its function, whose own limit is below this. */
const requestTimeoutMs = 70_000;

/** A table answers within milliseconds; undoing must not wait for one that hangs, nor must whoever looks. */
const tableTimeoutMs = 2_000;

const patient = {
  connectionTimeout: connectionTimeoutMs,
  requestTimeout: requestTimeoutMs,
  // Without it the SDK only warns.
  throwOnRequestTimeout: true,
} as const;
const options = { maxAttempts: 3, requestHandler: patient } as const;
const tableOptions = {
  maxAttempts: 2,
  requestHandler: { ...patient, connectionTimeout: tableTimeoutMs, requestTimeout: tableTimeoutMs },
} as const;

export async function appConfigClient(): Promise<AppConfigClient> {
  const { AppConfigClient } = await import('@aws-sdk/client-appconfig');
  return withoutNodeVersionWarning(() => new AppConfigClient(options));
}

export async function dynamoDbClient(): Promise<DynamoDBClient> {
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  return withoutNodeVersionWarning(() => new DynamoDBClient(tableOptions));
}

export async function kinesisClient(): Promise<KinesisClient> {
  const { KinesisClient } = await import('@aws-sdk/client-kinesis');
  return withoutNodeVersionWarning(() => new KinesisClient(options));
}

export async function lambdaClient(): Promise<LambdaClient> {
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  return withoutNodeVersionWarning(() => new LambdaClient(options));
}

export async function sqsClient(): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  return withoutNodeVersionWarning(() => new SQSClient(options));
}

export async function secretsManagerClient(): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  return withoutNodeVersionWarning(() => new SecretsManagerClient(options));
}
