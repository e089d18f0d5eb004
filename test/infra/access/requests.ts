/**
 * What a request over the wire asks of IAM: the action, the resources and the keys that conditions look at, of the operations
 * that Veltrix's commands and nodes use.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
 */

import type { HttpRequest, ServiceName } from '../../../local/kernel/aws.js';
import type { AccessRequest } from './iam.js';

/** Where the local AWS says it is. */
const arn = (service: string, path: string) => `arn:aws:${service}:us-east-1:000000000000:${path}`;

type Body = Record<string, unknown>;
const bodyOf = ({ body }: HttpRequest): Body => (body.length === 0 ? {} : JSON.parse(body.toString()));
const operationOf = (request: HttpRequest): string => request.headers['x-amz-target']?.split('.')[1] ?? '';

/** What stands behind the tokens of sessions and the iterators of streams, which say nothing of themselves. */
export class Behind {
  readonly #resources = new Map<string, string>();

  /** Tokens and iterators in an answer lead to what was asked for. */
  learn(
    { resources }: AccessRequest,
    answer: { readonly headers: Headers; readonly body: Uint8Array },
  ): void {
    const [resource = ''] = resources;
    const next = answer.headers.get('next-poll-configuration-token');
    if (next) this.#resources.set(next, resource);
    const found = /"(?:InitialConfigurationToken|ShardIterator|NextShardIterator)":"([^"]+)"/.exec(
      Buffer.from(answer.body).toString(),
    );
    if (found?.[1]) this.#resources.set(found[1], resource);
  }

  resource(token: unknown): string {
    const found = this.#resources.get(String(token));
    if (found === undefined) throw new Error('a token that no answer gave');
    return found;
  }
}

export interface Knowledge {
  readonly behind: Behind;
  /** AppConfig's id of a name, or the id itself. */
  idOf(nameOrId: unknown): string;
}

/** Undefined for what needs no permission. @throws Error for an operation that it does not know. */
export function accessRequest(
  service: ServiceName,
  request: HttpRequest,
  knowledge: Knowledge,
): AccessRequest | undefined {
  if (service === 'sts' && request.query.get('Action') === 'GetCallerIdentity') return undefined;
  const read = readers[service];
  if (!read) throw new Error(`nobody is expected to ask ${service}`);
  return read(request, knowledge);
}

type Read = (request: HttpRequest, knowledge: Knowledge) => AccessRequest;

const readers: Readonly<Partial<Record<ServiceName, Read>>> = {
  appconfig: readAppConfig,
  appconfigdata: readSession,
  dynamodb: readDynamoDb,
  kinesis: readKinesis,
  lambda: readLambda,
  sqs: readSqs,
};

/** By method and path, `*` for an id; the resources are what the actions' required resource types say. */
const routes: readonly [string, string, (ids: readonly string[], body: Body) => readonly string[]][] = [
  ['GET /applications', 'ListApplications', () => ['*']],
  ['GET /extensionassociations', 'ListExtensionAssociations', () => ['*']],
  ['GET /deploymentstrategies', 'ListDeploymentStrategies', () => ['*']],
  ['GET /applications/*/environments', 'ListEnvironments', ([a]) => [application(a)]],
  ['GET /applications/*/configurationprofiles', 'ListConfigurationProfiles', ([a]) => [application(a)]],
  [
    'GET /applications/*/environments/*/deployments',
    'ListDeployments',
    ([a, e]) => [application(a), environment(a, e)],
  ],
  [
    'GET /applications/*/environments/*/deployments/*',
    'GetDeployment',
    ([a, e, d]) => [application(a), environment(a, e), `${environment(a, e)}/deployment/${d}`],
  ],
  [
    'DELETE /applications/*/environments/*/deployments/*',
    'StopDeployment',
    ([a, e, d]) => [application(a), environment(a, e), `${environment(a, e)}/deployment/${d}`],
  ],
  [
    'POST /applications/*/environments/*/deployments',
    'StartDeployment',
    ([a, e], body) => [
      application(a),
      environment(a, e),
      profile(a, String(body['ConfigurationProfileId'])),
      arn('appconfig', `deploymentstrategy/${body['DeploymentStrategyId']}`),
    ],
  ],
  [
    'GET /applications/*/configurationprofiles/*/hostedconfigurationversions',
    'ListHostedConfigurationVersions',
    ([a, p]) => [application(a), profile(a, p)],
  ],
  [
    'GET /applications/*/configurationprofiles/*/hostedconfigurationversions/*',
    'GetHostedConfigurationVersion',
    ([a, p, v]) => [application(a), profile(a, p), `${profile(a, p)}/hostedconfigurationversion/${v}`],
  ],
  [
    'DELETE /applications/*/configurationprofiles/*/hostedconfigurationversions/*',
    'DeleteHostedConfigurationVersion',
    ([a, p, v]) => [application(a), profile(a, p), `${profile(a, p)}/hostedconfigurationversion/${v}`],
  ],
  [
    'DELETE /applications/*/configurationprofiles/*',
    'DeleteConfigurationProfile',
    ([a, p]) => [application(a), profile(a, p)],
  ],
];

const application = (id = ''): string => arn('appconfig', `application/${id}`);
const environment = (a: string | undefined, id = ''): string => `${application(a)}/environment/${id}`;
const profile = (a: string | undefined, id = ''): string => `${application(a)}/configurationprofile/${id}`;

function readAppConfig(request: HttpRequest): AccessRequest {
  const asked = `${request.method} ${request.path}`;
  for (const [route, operation, resources] of routes) {
    const ids = new RegExp(`^${route.replaceAll('*', '([^/]+)')}$`).exec(asked)?.slice(1);
    // Content is no JSON of AWS's, and no route reads it.
    if (ids)
      return {
        action: `appconfig:${operation}`,
        resources: resources(ids, request.method === 'POST' ? bodyOf(request) : {}),
      };
  }
  throw new Error(`nobody is expected to ask AppConfig for ${asked}`);
}

function readSession(request: HttpRequest, { behind, idOf }: Knowledge): AccessRequest {
  if (request.method === 'GET') {
    const token = request.query.get('configuration_token');
    return { action: 'appconfig:GetLatestConfiguration', resources: [behind.resource(token)] };
  }
  const body = bodyOf(request);
  const [a, e, p] = ['Application', 'Environment', 'ConfigurationProfile'].map((kind) =>
    idOf(body[`${kind}Identifier`]),
  );
  return {
    action: 'appconfig:StartConfigurationSession',
    resources: [`${environment(a, e)}/configuration/${p}`],
  };
}

function readLambda(request: HttpRequest): AccessRequest {
  const path = request.path.replace(/^\/2015-03-31/, '').replace(/\/$/, '');
  if (path === '/event-source-mappings')
    return { action: 'lambda:ListEventSourceMappings', resources: ['*'] };
  const [, name, what] = /^\/functions\/([^/]+)\/(configuration|invocations)$/.exec(path) ?? [];
  if (name === undefined) throw new Error(`nobody is expected to ask Lambda for ${request.path}`);
  const qualifier = request.query.get('Qualifier');
  const called = arn('lambda', `function:${name}${qualifier === null ? '' : `:${qualifier}`}`);
  const action = what === 'invocations' ? 'InvokeFunction' : 'GetFunctionConfiguration';
  return { action: `lambda:${action}`, resources: [called] };
}

function readSqs(request: HttpRequest): AccessRequest {
  const { QueueName, QueueUrl } = bodyOf(request);
  const name = QueueName ?? String(QueueUrl).split('/').at(-1);
  return { action: `sqs:${operationOf(request)}`, resources: [arn('sqs', String(name))] };
}

function readKinesis(request: HttpRequest, { behind }: Knowledge): AccessRequest {
  const operation = operationOf(request);
  const { StreamName, ShardIterator } = bodyOf(request);
  const stream =
    operation === 'GetRecords' ? behind.resource(ShardIterator) : arn('kinesis', `stream/${StreamName}`);
  return { action: `kinesis:${operation}`, resources: [stream] };
}

type Item = Readonly<Record<string, { readonly S?: string }>>;

function readDynamoDb(request: HttpRequest): AccessRequest {
  const operation = operationOf(request);
  const body = bodyOf(request);
  const batch = Object.entries((body['RequestItems'] ?? {}) as Record<string, { Keys: Item[] }>);
  const tables = batch.length > 0 ? batch.map(([name]) => name) : [String(body['TableName'])];
  return {
    action: `dynamodb:${operation}`,
    resources: tables.map((name) => arn('dynamodb', `table/${name}`)),
    context: {
      'dynamodb:LeadingKeys': leadingKeys(
        body,
        batch.flatMap(([, { Keys }]) => Keys),
      ),
      'dynamodb:Attributes': attributesOf(body),
      ...(body['ReturnValues'] !== undefined && {
        'dynamodb:ReturnValues': [String(body['ReturnValues'])],
      }),
    },
  };
}

/** Every table of Veltrix's that others read has one partition key, and calls it `cluster`. */
function leadingKeys(body: Body, keys: readonly Item[]): readonly string[] {
  const items = [body['Key'], body['Item'], ...keys].filter((item) => item !== undefined) as Item[];
  const [, name, placeholder = ''] = /^(\S+) = (\S+)/.exec(String(body['KeyConditionExpression'])) ?? [];
  const values = (body['ExpressionAttributeValues'] ?? {}) as Item;
  const asked = name === undefined ? [] : [values[placeholder]?.S ?? ''];
  return [...items.map((item) => item['cluster']?.S ?? ''), ...asked];
}

/** Those of the key and of every expression. */
const attributesOf = (body: Body): readonly string[] => [
  ...Object.keys((body['Key'] ?? {}) as Item),
  ...Object.values((body['ExpressionAttributeNames'] ?? {}) as Record<string, string>),
];
