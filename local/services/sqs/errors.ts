/**
 * The errors of SQS. Each has a second, older name, which the JSON protocol carries in `x-amzn-query-error`
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html).
 */
import { AwsError } from '../../kernel/aws.js';

const olderNames: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
};

function sqsError(name: string, message: string): AwsError {
  return new AwsError({ name, status: 400, message });
}

export const queueDoesNotExist = (): AwsError =>
  sqsError('QueueDoesNotExist', 'The specified queue does not exist.');

export const queueNameExists = (attribute: string): AwsError =>
  sqsError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );

export const invalidValue = (message: string): AwsError => sqsError('InvalidParameterValue', message);

export const receiptHandleIsInvalid = (handle: string): AwsError =>
  sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);

export const idsNotDistinct = (id: string): AwsError =>
  sqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);

/** The header that carries the older name. */
export function olderNameHeader(error: AwsError): Record<string, string> {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return { 'x-amzn-query-error': `${olderNames[error.name] ?? error.name};${fault}` };
}
