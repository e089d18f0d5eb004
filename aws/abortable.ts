/** AWS clients for callers that must answer in time, whatever AWS does. */

import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * For the client's constructor: a call that hangs, as one over a connection that died while Lambda slept, leaves time for one more.
 * Without `throwOnRequestTimeout` the SDK only warns.
 */
export const impatient = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 300, requestTimeout: 700, throwOnRequestTimeout: true },
} as const;

/** The same client with the same connections; what runs when the signal aborts fails with `AbortError`. */
export function abortable<Client extends AppConfigClient | DynamoDBClient>(
  client: Client,
  abortSignal: AbortSignal,
): Client {
  const send = (command: unknown, options: object) =>
    Reflect.apply(client.send, client, [command, { ...options, abortSignal }]);
  return Object.create(client, { send: { value: send } });
}
