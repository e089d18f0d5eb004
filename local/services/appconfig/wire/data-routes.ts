/** The data plane's REST routes (service model 2021-11-11). */
import type { Route } from '../../../kernel/rest-protocol.js';
import { formatPoll } from './headers.js';

export const dataRoutes: readonly Route[] = [
  { method: 'POST', path: '/configurationsessions', operation: 'StartConfigurationSession', status: 201 },
  {
    method: 'GET',
    path: '/configuration',
    operation: 'GetLatestConfiguration',
    query: { configuration_token: 'ConfigurationToken' },
    format: formatPoll,
  },
];
