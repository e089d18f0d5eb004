/** An entry of AppConfig's log, in few words. */

import { shareOf } from '../../control/see/status/offered.js';
import type { LogEntry } from '../../core/delivery/deployments.js';

export function logWords(entry: LogEntry): string {
  const { type, description } = entry;
  switch (type) {
    case 'DEPLOYMENT_STARTED':
      return 'started';
    case 'PERCENTAGE_UPDATED':
      return `offered to ${shareOf(entry) ?? '?'} %`;
    case 'BAKE_TIME_STARTED':
      return 'offered to all, the bake begins';
    case 'DEPLOYMENT_COMPLETED':
      return 'completed';
    case 'ROLLBACK_STARTED':
      return `rolling back: ${description}`;
    case 'ROLLBACK_COMPLETED':
      return 'rolled back';
    case 'REVERT_COMPLETED':
      return `reverted: ${description}`;
    case 'OTHER':
      return description;
  }
}
