/** Asks assign-partitions for a run, without waiting for it: Lambda's asynchronous invocation. */

import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { AssignmentRequests } from '../core/assignment/run/requests.js';
import { calling } from './failures.js';

/** `functionName` is the function's name, from core/names.ts. @throws ServiceUnavailable when Lambda does not take the request. */
export function createAssignmentRequests(client: LambdaClient, functionName: string): AssignmentRequests {
  return {
    async ask(cluster) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify({ cluster })),
      });
      await calling(`ask for an assignment of ${cluster}`, () => client.send(command));
    },
  };
}
