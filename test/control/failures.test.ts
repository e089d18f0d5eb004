import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../control/failures.js';
import { ServiceUnavailable, UsageError } from '../../core/errors.js';

const failed = (facts: object) =>
  new ServiceUnavailable('could not list the applications', {
    hint: 'Try again.',
    retryable: true,
    cause: Object.assign(new Error('…'), facts),
  });

const start =
  'Start the local AWS with `npx veltrix dev`, or sign in to the AWS account the stage is deployed to (AWS_PROFILE, AWS_REGION).';

describe('explainFailure', () => {
  it.each([
    ['no credentials', { name: 'CredentialsProviderError' }, 'There are no AWS credentials', start],
    ['no region', { message: 'Region is missing' }, 'There is no AWS region to ask', start],
    ['nobody listening', { code: 'ECONNREFUSED' }, 'AWS cannot be reached', start],
    ['no such host', { code: 'ENOTFOUND' }, 'AWS cannot be reached', start],
    ['no answer in time', { name: 'TimeoutError' }, 'AWS cannot be reached', start],
    [
      'an expired token',
      { name: 'ExpiredTokenException' },
      'The AWS credentials have expired',
      'Sign in again, for example with `aws sso login`.',
    ],
    [
      'a foreign key',
      { name: 'UnrecognizedClientException' },
      'AWS does not accept these credentials',
      start,
    ],
    [
      'a denied action',
      { name: 'AccessDeniedException' },
      'AWS denies this',
      'Ask for the action that AWS names, or use a role that has it.',
    ],
  ])('says what %s means and what to do', (_name, facts, what, hint) => {
    expect(explainFailure(failed(facts))).toMatchObject({
      code: 'VELTRIX_SERVICE_UNAVAILABLE',
      message: `${what}: could not list the applications`,
      hint,
      retryable: true,
    });
  });

  it('reads the first of the errors of a connection to several addresses', () => {
    const cause = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })], 'all failed');
    const error = new ServiceUnavailable('could not', { hint: 'h', cause });
    expect(explainFailure(error)).toMatchObject({ message: 'AWS cannot be reached: could not' });
  });

  it.each([
    ['an unknown AWS error', failed({ name: 'InternalServerException' })],
    ['another failure', new UsageError('no', { hint: 'h' })],
    ['a failure without a cause', new ServiceUnavailable('no', { hint: 'h' })],
    ['a mistake of ours', new TypeError('oops')],
  ])('leaves %s as it is', (_name, error) => {
    expect(explainFailure(error)).toBe(error);
  });
});
