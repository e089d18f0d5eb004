/** Functions as they are deployed, and what hands records to them: Lambda's control plane. */

import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import type { DeployedFunction, EventSource, Upkeep } from '../../core/upkeep.js';
import { calling, isNamed } from '../failures.js';

export function createFunctions(client: LambdaClient): Pick<Upkeep, 'deployedFunction' | 'eventSources'> {
  return {
    async deployedFunction(name) {
      const command = new GetFunctionConfigurationCommand({ FunctionName: name });
      const answer = await calling(`look at the function ${name}`, () => client.send(command), absent);
      return answer === 'absent' ? undefined : describe(answer);
    },
    async eventSources(name) {
      const pages = paginateListEventSourceMappings({ client }, { FunctionName: name });
      return calling(`look at what hands records to ${name}`, () => readSources(pages));
    },
  };
}

const absent = (error: unknown) =>
  isNamed(error, 'ResourceNotFoundException') ? ('absent' as const) : undefined;

function describe(answer: GetFunctionConfigurationCommandOutput): DeployedFunction {
  const failure = failureOf(answer);
  return { variables: answer.Environment?.Variables ?? {}, ...(failure !== undefined && { failure }) };
}

/** `Inactive` is one that slept for weeks and wakes at its next call; `Pending` is one that is being made. */
function failureOf(answer: GetFunctionConfigurationCommandOutput): string | undefined {
  const { State, StateReason = '', LastUpdateStatus, LastUpdateStatusReason = '' } = answer;
  if (State === 'Failed') return StateReason || 'it could not be made';
  if (LastUpdateStatus === 'Failed') return LastUpdateStatusReason || 'its last update failed';
  return undefined;
}

type Pages = ReturnType<typeof paginateListEventSourceMappings>;

async function readSources(pages: Pages): Promise<EventSource[]> {
  const sources: EventSource[] = [];
  for await (const { EventSourceMappings = [] } of pages) {
    for (const { EventSourceArn = '', State = '', LastProcessingResult } of EventSourceMappings) {
      sources.push({
        stream: EventSourceArn.slice(EventSourceArn.lastIndexOf('/') + 1),
        // It goes through `Enabling` and `Updating`, and through `Disabling` to `Disabled`.
        isEnabled: !State.startsWith('Disabl') && State !== 'Deleting',
        ...(LastProcessingResult !== undefined && { lastResult: LastProcessingResult }),
      });
    }
  }
  return sources;
}
