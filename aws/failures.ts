/** Turns what an AWS client throws into Veltrix's own words, so that callers know whether to try again. */

import { isVeltrixError, ServiceUnavailable } from '../core/errors.js';

/**
 * A failed call, as people should read it. `doing` completes "could not …": `read the deployments of …`.
 * Retryable unless AWS refused the request itself (a 4xx that is no throttling).
 */
export function unavailable(doing: string, error: unknown): ServiceUnavailable {
  const retryable = isPassing(error);
  return new ServiceUnavailable(`could not ${doing}: ${nameOf(error)}${messageOf(error)}`, {
    hint: retryable
      ? 'Try again; if it goes on, look at the health of the AWS service and of the network.'
      : 'Look at the permissions of the caller and at whether the stacks are deployed as this version expects.',
    retryable,
    cause: error,
  });
}

/** True when an AWS client threw the error of this name; names hold where two copies of a client meet. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/**
 * Runs one call; what it throws becomes ServiceUnavailable, except what `expected` makes a value of and what is
 * Veltrix's own already.
 */
export async function calling<T, E = never>(
  doing: string,
  call: () => Promise<T>,
  expected: (error: unknown) => E | undefined = () => undefined,
): Promise<T | E> {
  try {
    return await call();
  } catch (error) {
    const outcome = expected(error);
    if (outcome !== undefined) return outcome;
    throw isVeltrixError(error) ? error : unavailable(doing, error);
  }
}

function isPassing(error: unknown): boolean {
  if (/Throttl|TooManyRequests|ProvisionedThroughputExceeded|LimitExceeded|Timeout/.test(nameOf(error)))
    return true;
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429;
}

/** The HTTP status AWS answered with; none when no answer came. */
function statusOf(error: unknown): number | undefined {
  const metadata: unknown = typeof error === 'object' && error !== null && Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && Reflect.get(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

const messageOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
