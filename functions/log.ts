/**
 * What functions say of their work: structured lines, without the content they handle. A refusal quotes the offending
 * values, since they are what its reader needs: content holds settings, and secrets only as references.
 */

import { Logger } from '@aws-lambda-powertools/logger';
import { isVeltrixError } from '../core/errors.js';

type Facts = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, facts: Facts): void;
  warn(message: string, facts: Facts): void;
  /** `error` is logged with its causes. */
  error(message: string, error: unknown, facts?: Facts): void;
}

/** Lines of JSON on standard output, under the function's name; level by POWERTOOLS_LOG_LEVEL. */
export function createLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    info: (message, facts) => logger.info(message, facts),
    warn: (message, facts) => logger.warn(message, facts),
    error: (message, error, facts = {}) => logger.error(message, { ...facts, ...describe(error) }),
  };
}

function describe(error: unknown): Facts {
  if (!(error instanceof Error)) return { error: String(error) };
  return isVeltrixError(error) ? { error, code: error.code, retryable: error.retryable } : { error };
}
