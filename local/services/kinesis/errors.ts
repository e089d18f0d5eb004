/** The errors of Kinesis, all 400. Source: the API reference's error lists. */
import { AwsError } from '../../kernel/aws.js';

function kinesisError(name: string) {
  return (message: string): AwsError => new AwsError({ name, status: 400, message });
}

export const resourceNotFound = kinesisError('ResourceNotFoundException');
export const resourceInUse = kinesisError('ResourceInUseException');
export const invalidArgument = kinesisError('InvalidArgumentException');
export const limitExceeded = kinesisError('LimitExceededException');
export const expiredIterator = kinesisError('ExpiredIteratorException');
export const expiredNextToken = kinesisError('ExpiredNextTokenException');
