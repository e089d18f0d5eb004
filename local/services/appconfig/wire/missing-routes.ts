/** Routes of operations that this engine answers with 501, so that a caller learns which one it was. */
import type { Route } from '../../../kernel/rest-protocol.js';

const definitions = '/applications/{ApplicationIdentifier}/experimentdefinitions';
const definition = `${definitions}/{ExperimentDefinitionIdentifier}`;
const runs = `${definition}/experimentruns`;
const run = `${runs}/{Run}`;

export const missingRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/applications/{Application}/environments/{Environment}/configurations/{Configuration}',
    operation: 'GetConfiguration',
  },
  { method: 'POST', path: definitions, operation: 'CreateExperimentDefinition' },
  { method: 'DELETE', path: definition, operation: 'DeleteExperimentDefinition' },
  { method: 'GET', path: definition, operation: 'GetExperimentDefinition' },
  { method: 'PATCH', path: definition, operation: 'UpdateExperimentDefinition' },
  { method: 'GET', path: '/experimentdefinitions', operation: 'ListExperimentDefinitions' },
  { method: 'POST', path: runs, operation: 'StartExperimentRun' },
  { method: 'GET', path: runs, operation: 'ListExperimentRuns' },
  { method: 'GET', path: run, operation: 'GetExperimentRun' },
  { method: 'GET', path: `${run}/events`, operation: 'ListExperimentRunEvents' },
  { method: 'PATCH', path: `${run}/stop`, operation: 'StopExperimentRun' },
  { method: 'PATCH', path: `${run}/update`, operation: 'UpdateExperimentRun' },
];
