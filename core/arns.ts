/** ARNs in what people write: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. */

import * as z from 'zod';

/** An ARN of one service with a region and an account; `what` says what it is of. */
export const arn = (service: string, resource: string, what: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}$`),
      `expected the ARN of ${what}`,
    );

export const topicArn = arn('sns', '[\\w-]{1,256}', 'a topic');
export const alarmArn = arn('cloudwatch', 'alarm:.{1,255}', 'an alarm');
export const keyArn = arn('kms', 'key/[\\w-]+', 'a key');
export const connectionArn = arn(
  '(codeconnections|codestar-connections)',
  'connection/[\\w-]+',
  'a connection',
);
/** IAM is in no region. */
export const roleArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'expected the ARN of a role');

/** `eu-central-1` of `arn:aws:sns:eu-central-1:111122223333:on-call`. */
export const regionOf = (of: string): string => of.split(':')[3] ?? '';
