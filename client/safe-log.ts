/** The service's log, as the client calls it: what it throws reaches nobody. */

import type { Log } from './options.js';

export type SafeLog = Log;

/** A log that never throws; silent where there is none. */
export function safeLog(log: Log | undefined): SafeLog {
  return (level, message, fields) => {
    try {
      log?.(level, message, fields);
    } catch {
      // There is nowhere left to say it.
    }
  };
}
