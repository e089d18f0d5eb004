/** Work that somebody waits for, but not for ever. */

import { ServiceUnavailable } from '../core/errors.js';

/** What the work comes to, unless the signal aborts first. What it comes to later is nobody's. @throws ServiceUnavailable then. */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(
        new ServiceUnavailable('it took too long', { hint: 'Look at what it waited for.', retryable: true }),
      );
    const settle = () => signal.removeEventListener('abort', late);
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(settle);
  });
}
