/** ARNs from names. Nothing is exported from one stack to another: an export locks what it names. */

import { ArnFormat, type Stack } from 'aws-cdk-lib';

export const tableArn = (stack: Stack, name: string): string =>
  stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: name });

export const streamArn = (stack: Stack, name: string): string =>
  stack.formatArn({ service: 'kinesis', resource: 'stream', resourceName: name });

export const queueArn = (stack: Stack, name: string): string =>
  stack.formatArn({ service: 'sqs', resource: name, arnFormat: ArnFormat.NO_RESOURCE_NAME });

export const functionArn = (stack: Stack, name: string): string =>
  stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** `name` may end with `*`: a secret's ARN ends with six characters of its own. */
export const secretArn = (stack: Stack, name: string): string =>
  stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** `path` is what follows the account: `application/<id>/environment/<id>`. */
export const appConfigArn = (stack: Stack, path: string): string =>
  stack.formatArn({ service: 'appconfig', resource: path, arnFormat: ArnFormat.NO_RESOURCE_NAME });

/** The bus every account has, on which AWS services tell what happens. */
export const defaultBusArn = (stack: Stack): string =>
  stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
