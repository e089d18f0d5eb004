/** The errors of CloudWatch Logs, all 400. */
import { AwsError } from '../../kernel/aws.js';

function logsError(name: string) {
  return (message: string): AwsError => new AwsError({ name, status: 400, message });
}

export const alreadyExists = logsError('ResourceAlreadyExistsException');
export const notFound = logsError('ResourceNotFoundException');
export const invalidParameter = logsError('InvalidParameterException');
