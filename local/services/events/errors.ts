/** EventBridge's errors: https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html. */
import { AwsError } from '../../kernel/aws.js';

export const resourceNotFound = (message: string): AwsError =>
  new AwsError({ name: 'ResourceNotFoundException', status: 400, message });

export const invalidEventPattern = (message: string): AwsError =>
  new AwsError({
    name: 'InvalidEventPatternException',
    status: 400,
    message: `Event pattern is not valid. Reason: ${message}`,
  });
