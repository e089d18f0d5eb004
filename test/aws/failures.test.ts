import { describe, expect, it } from 'vitest';
import { calling, isNamed, unavailable } from '../../aws/failures.js';
import { ContentRefused, ServiceUnavailable } from '../../core/errors.js';

const awsError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('what AWS says'), { name, $metadata: { httpStatusCode } });

describe('a failed call', () => {
  it.each([
    { error: awsError('InternalServerException', 500), retryable: true },
    { error: awsError('SlowDown', 503), retryable: true },
    { error: awsError('TooManyRequestsException', 429), retryable: true },
    { error: awsError('ThrottlingException', 400), retryable: true },
    { error: awsError('ProvisionedThroughputExceededException', 400), retryable: true },
    { error: awsError('TimeoutError'), retryable: true },
    { error: new Error('ECONNREFUSED'), retryable: true },
    { error: awsError('AccessDeniedException', 403), retryable: false },
    { error: awsError('ResourceNotFoundException', 404), retryable: false },
    { error: awsError('ServiceQuotaExceededException', 402), retryable: false },
  ])('by $error.name: worth another try is $retryable', ({ error, retryable }) => {
    expect(unavailable('read it', error)).toMatchObject({ retryable, cause: error });
  });

  it('says what could not be done, and why', () => {
    const { message } = unavailable('read the cursor of a/b/c', awsError('AccessDeniedException', 403));
    expect(message).toBe('could not read the cursor of a/b/c: AccessDeniedException: what AWS says');
  });

  it('becomes ServiceUnavailable', async () => {
    const call = calling('read it', async () => {
      throw awsError('AccessDeniedException', 403);
    });
    await expect(call).rejects.toBeInstanceOf(ServiceUnavailable);
  });

  it('becomes a value where it is expected', async () => {
    const gone = (error: unknown) => (isNamed(error, 'ConflictException') ? ('taken' as const) : undefined);
    const failing = (name: string) => async () => {
      throw awsError(name, 409);
    };
    expect(await calling('create it', failing('ConflictException'), gone)).toBe('taken');
    await expect(calling('create it', failing('OtherException'), gone)).rejects.toThrow(
      'could not create it',
    );
  });

  it('stays what it is when it is Veltrix’s own', async () => {
    const own = new ContentRefused('version 1', []);
    const call = calling('read it', async () => {
      throw own;
    });
    await expect(call).rejects.toBe(own);
  });
});
