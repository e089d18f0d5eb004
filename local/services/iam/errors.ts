/** The errors of IAM. Source: the API reference's error lists. */
import { AwsError } from '../../kernel/aws.js';

export function noSuchEntity(what: string): AwsError {
  return new AwsError({ name: 'NoSuchEntity', status: 404, message: `${what} cannot be found.` });
}

export function alreadyExists(what: string): AwsError {
  return new AwsError({ name: 'EntityAlreadyExists', status: 409, message: `${what} already exists.` });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError({ name: 'DeleteConflict', status: 409, message });
}
