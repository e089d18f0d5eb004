/** EventBridge's errors: https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html. */
import { AwsError } from '../../kernel/aws.js';

export const resourceNotFound = (message: string): AwsError =>
  new AwsError({ name: 'ResourceNotFoundException', status: 400, message });
