/** How Lambda's operations look on the wire: https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html. */
import type { HttpResponse, Json } from '../../kernel/aws.js';
import { type RestRequest, type Route, restResponse } from '../../kernel/rest-protocol.js';

const functions = '/2015-03-31/functions';
const one = `${functions}/{FunctionName}`;
const aliases = `${one}/aliases`;
const mappings = '/2015-03-31/event-source-mappings';
const qualifier = { Qualifier: 'Qualifier' };
const paging = { Marker: 'Marker', MaxItems: 'MaxItems' };
const concurrency = '/2017-10-31/functions/{FunctionName}/concurrency';
const eventInvoke = '/2019-09-25/functions/{FunctionName}/event-invoke-config';
const tags = '/2017-03-31/tags/{Resource}';

export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: `${one}/invocations`,
    operation: 'Invoke',
    parse: parseInvoke,
    format: formatInvoke,
  },
  { method: 'POST', path: functions, operation: 'CreateFunction', status: 201 },
  { method: 'GET', path: functions, operation: 'ListFunctions', query: paging },
  { method: 'GET', path: one, operation: 'GetFunction', query: qualifier },
  { method: 'DELETE', path: one, operation: 'DeleteFunction', query: qualifier, status: 204 },
  { method: 'GET', path: `${one}/configuration`, operation: 'GetFunctionConfiguration', query: qualifier },
  { method: 'PUT', path: `${one}/configuration`, operation: 'UpdateFunctionConfiguration' },
  { method: 'PUT', path: `${one}/code`, operation: 'UpdateFunctionCode' },
  { method: 'POST', path: `${one}/versions`, operation: 'PublishVersion', status: 201 },
  { method: 'GET', path: `${one}/versions`, operation: 'ListVersionsByFunction', query: paging },
  { method: 'POST', path: aliases, operation: 'CreateAlias', status: 201 },
  { method: 'GET', path: `${aliases}/{Name}`, operation: 'GetAlias' },
  { method: 'PUT', path: `${aliases}/{Name}`, operation: 'UpdateAlias' },
  { method: 'DELETE', path: `${aliases}/{Name}`, operation: 'DeleteAlias', status: 204 },
  { method: 'POST', path: `${one}/policy`, operation: 'AddPermission', query: qualifier, status: 201 },
  { method: 'GET', path: `${one}/policy`, operation: 'GetPolicy', query: qualifier },
  {
    method: 'DELETE',
    path: `${one}/policy/{StatementId}`,
    operation: 'RemovePermission',
    query: { ...qualifier, RevisionId: 'RevisionId' },
    status: 204,
  },
  { method: 'PUT', path: concurrency, operation: 'PutFunctionConcurrency' },
  { method: 'DELETE', path: concurrency, operation: 'DeleteFunctionConcurrency', status: 204 },
  {
    method: 'GET',
    path: '/2019-09-30/functions/{FunctionName}/concurrency',
    operation: 'GetFunctionConcurrency',
  },
  { method: 'PUT', path: eventInvoke, operation: 'PutFunctionEventInvokeConfig', query: qualifier },
  { method: 'POST', path: eventInvoke, operation: 'UpdateFunctionEventInvokeConfig', query: qualifier },
  { method: 'GET', path: eventInvoke, operation: 'GetFunctionEventInvokeConfig', query: qualifier },
  {
    method: 'DELETE',
    path: eventInvoke,
    operation: 'DeleteFunctionEventInvokeConfig',
    query: qualifier,
    status: 204,
  },
  { method: 'POST', path: mappings, operation: 'CreateEventSourceMapping', status: 202 },
  {
    method: 'GET',
    path: mappings,
    operation: 'ListEventSourceMappings',
    query: { ...paging, EventSourceArn: 'EventSourceArn', FunctionName: 'FunctionName' },
  },
  { method: 'GET', path: `${mappings}/{UUID}`, operation: 'GetEventSourceMapping' },
  { method: 'PUT', path: `${mappings}/{UUID}`, operation: 'UpdateEventSourceMapping', status: 202 },
  { method: 'DELETE', path: `${mappings}/{UUID}`, operation: 'DeleteEventSourceMapping', status: 202 },
  { method: 'GET', path: tags, operation: 'ListTags' },
  { method: 'POST', path: tags, operation: 'TagResource', status: 204 },
  { method: 'DELETE', path: tags, operation: 'UntagResource', parse: parseUntag, status: 204 },
];

/** The body is the payload itself; everything else is in headers. */
function parseInvoke(request: RestRequest): Json {
  const optional = {
    Qualifier: request.query.get('Qualifier'),
    InvocationType: request.headers['x-amz-invocation-type'],
    LogType: request.headers['x-amz-log-type'],
    ClientContext: request.headers['x-amz-client-context'],
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(given), ...request.params, Payload: request.body };
}

function formatInvoke(output: Json): HttpResponse {
  const headers = {
    'x-amz-function-error': output['FunctionError'],
    'x-amz-log-result': output['LogResult'],
    'x-amz-executed-version': output['ExecutedVersion'],
  };
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const response = restResponse(Number(output['StatusCode']), undefined, {
    'content-type': 'application/json',
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  });
  return { ...response, body: output['Payload'] instanceof Uint8Array ? output['Payload'] : '' };
}

function parseUntag(request: RestRequest): Json {
  return { ...request.params, TagKeys: request.query.getAll('tagKeys') };
}
