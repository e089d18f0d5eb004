/**
 * Says what went wrong in the words of somebody at a terminal. Adapters say which call failed and keep AWS's own error as
 * the cause; whether that means "not signed in" or "nothing runs there" is told here, with what to do.
 */

import { isVeltrixError, ServiceUnavailable, type VeltrixError } from '../core/errors.js';

/** What an AWS SDK throws, as far as it is read here. */
interface SdkFailure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

const startHint =
  'Start the local AWS with `npx veltrix dev`, or sign in to the AWS account the stage is deployed to (AWS_PROFILE, AWS_REGION).';

interface Known {
  readonly is: (failure: SdkFailure) => boolean;
  readonly message: string;
  readonly hint: string;
}

const named = (pattern: RegExp) => (failure: SdkFailure) => pattern.test(failure.name);

/** Names are AWS's own (Common Errors of the service references), codes are Node's. The first that fits says it. */
const known: readonly Known[] = [
  {
    is: ({ message, name }) => /Region is missing/.test(`${name} ${message}`),
    message: 'There is no AWS region to ask',
    hint: startHint,
  },
  {
    is: named(/^(CredentialsProviderError|TokenProviderError)$/),
    message: 'There are no AWS credentials',
    hint: startHint,
  },
  {
    is: ({ code, name }) =>
      /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE/.test(code) ||
      /^(TimeoutError|AbortError)$/.test(name),
    message: 'AWS cannot be reached',
    hint: startHint,
  },
  {
    is: named(/^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/),
    message: 'The AWS credentials have expired',
    hint: 'Sign in again, for example with `aws sso login`.',
  },
  {
    is: named(
      /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)$/,
    ),
    message: 'AWS does not accept these credentials',
    hint: startHint,
  },
  {
    is: named(/^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/),
    message: 'AWS denies this',
    hint: 'Ask for the action that AWS names, or use a role that has it.',
  },
];

/** The same failure with the message and hint of its cause, where AWS's own error tells more than the call that failed. */
export function explainFailure(error: unknown): unknown {
  if (!isVeltrixError(error) || error.code !== 'VELTRIX_SERVICE_UNAVAILABLE') return error;
  const failure = readFailure(error.cause);
  const explanation = failure && known.find(({ is }) => is(failure));
  return explanation ? clarified(error, explanation) : error;
}

function clarified(error: VeltrixError, { message, hint }: Known): ServiceUnavailable {
  return new ServiceUnavailable(`${message}: ${error.message}`, {
    hint,
    retryable: error.retryable,
    cause: error.cause,
  });
}

/** A connection to several addresses fails with all their errors: the first one tells. */
function readFailure(cause: unknown): SdkFailure | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  const { name, code, message } = { ...pick(inner), ...pick(cause) };
  return { name: name ?? '', code: code ?? '', message: message ?? '' };
}

function pick(value: unknown): Partial<SdkFailure> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = ['name', 'code', 'message'].map((key) => [key, Reflect.get(value, key)] as const);
  return Object.fromEntries(entries.filter(([, text]) => typeof text === 'string' && text !== ''));
}
