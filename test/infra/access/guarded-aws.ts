/**
 * The local AWS with the stacks in it, behind a gate that does what IAM would: it knows who asks by the access key, and lets
 * through what the policies of that name allow. The functions inside ask without the gate.
 */

import { afterAll, beforeAll, inject } from 'vitest';
import { startGateway } from '../../../local/gateway/gateway.js';
import { type LocalAws, startLocalAws } from '../../../local/index.js';
import { AwsError, type HttpRequest, type Service, type ServiceName } from '../../../local/kernel/aws.js';
import { type AccessRequest, isAllowed, type Policy } from './iam.js';
import { accessRequest, Behind, type Knowledge } from './requests.js';

const services: readonly ServiceName[] = [
  'appconfig',
  'appconfigdata',
  'dynamodb',
  'kinesis',
  'lambda',
  'sqs',
  'sts',
];

export interface Asked extends AccessRequest {
  readonly caller: string;
  readonly allowed: boolean;
}

export interface GuardedAws {
  readonly aws: LocalAws;
  /** Variables of a process that asks as somebody who has these policies, managed ones by name, and nothing else. */
  as(caller: string, ...policies: readonly (string | Policy)[]): Promise<Readonly<Record<string, string>>>;
  /** The document of a managed policy, as it was deployed. */
  policy(name: string): Promise<Policy>;
  /** All that was asked, in order. */
  readonly asked: readonly Asked[];
}

/** Call it once, in the file's body. */
export function guardedAws(): () => GuardedAws {
  let guarded: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    guarded = await start(inject('assembly'));
  });
  afterAll(() => guarded?.close());
  return () => guarded;
}

async function start(assembly: string): Promise<GuardedAws & { close(): Promise<void> }> {
  const aws = await startLocalAws({ port: 0, speed: 600 });
  await aws.deploy(assembly);
  const callers = new Map<string, readonly Policy[]>();
  const asked: Asked[] = [];
  const knowledge = { behind: new Behind(), idOf: await idsOf(aws) };
  const doors = new Map<string, Service>();
  const gateway = await startGateway({ port: 0, services: doors, control: {} });
  const gate = { callers, asked, knowledge, endpoint: gateway.endpoint };
  for (const name of services) doors.set(name, guard(aws, name, gate));
  gateway.open();
  const policy = (name: string) => documentOf(aws, name);
  return {
    aws,
    asked,
    policy,
    async as(caller, ...policies) {
      callers.set(
        caller,
        await Promise.all(policies.map((each) => (typeof each === 'string' ? policy(each) : each))),
      );
      return {
        ...aws.environment,
        AWS_ENDPOINT_URL: gateway.endpoint,
        AWS_ACCESS_KEY_ID: caller,
        AWS_SECRET_ACCESS_KEY: 'any',
      };
    },
    async close() {
      await gateway.close();
      await aws.close();
    },
  };
}

async function documentOf(aws: LocalAws, name: string): Promise<Policy> {
  const asked = { PolicyArn: `arn:aws:iam::000000000000:policy/${name}`, VersionId: 'v1' };
  const { PolicyVersion } = await aws.call<{ PolicyVersion: { Document: string } }>(
    'iam',
    'GetPolicyVersion',
    asked,
  );
  return JSON.parse(decodeURIComponent(PolicyVersion.Document));
}

/** AppConfig's ids of everything with a name; ids stay what they are. */
async function idsOf(aws: LocalAws): Promise<Knowledge['idOf']> {
  const list = async (operation: string, input: Record<string, string> = {}) =>
    (await aws.call<{ Items: { Id: string; Name: string }[] }>('appconfig', operation, input)).Items;
  const applications = await list('ListApplications');
  const below = applications.flatMap(({ Id: ApplicationId }) => [
    list('ListEnvironments', { ApplicationId }),
    list('ListConfigurationProfiles', { ApplicationId }),
  ]);
  const all = [...applications, ...(await Promise.all(below)).flat()];
  const ids = new Map(all.map(({ Id, Name }) => [Name, Id]));
  return (nameOrId) => ids.get(String(nameOrId)) ?? String(nameOrId);
}

interface Gate {
  readonly callers: ReadonlyMap<string, readonly Policy[]>;
  readonly asked: Asked[];
  readonly knowledge: Knowledge;
  /** Its own. */
  readonly endpoint: string;
}

/** A service that is asked through the gate. */
function guard(aws: LocalAws, name: ServiceName, gate: Gate): Service {
  return {
    name,
    call: (operation, input) => aws.call(name, operation, input),
    async handle(request) {
      const wanted = accessRequest(name, request, gate.knowledge);
      if (wanted && !admit(request, wanted, gate)) return refusal(request, wanted);
      const answer = await forward(aws.endpoint, request);
      // The address of a queue is where its messages are asked for.
      if (name === 'sqs') answer.body = replaced(answer.body, aws.endpoint, gate.endpoint);
      if (wanted) gate.knowledge.behind.learn(wanted, answer);
      return { ...answer, headers: withoutHops(answer.headers) };
    },
    close: async () => undefined,
  };
}

function admit({ headers }: HttpRequest, wanted: AccessRequest, { callers, asked }: Gate): boolean {
  const [, caller = ''] = /Credential=([^/]+)\//.exec(headers['authorization'] ?? '') ?? [];
  const allowed = isAllowed(callers.get(caller) ?? [], wanted);
  asked.push({ ...wanted, caller, allowed });
  return allowed;
}

/** In the form of JSON protocols and of REST alike. */
function refusal(_: HttpRequest, { action, resources }: AccessRequest) {
  const error = new AwsError({
    name: 'AccessDeniedException',
    status: 403,
    message: `not authorized to perform: ${action} on resource: ${resources.join(', ')}`,
  });
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.name },
    body: JSON.stringify({ __type: error.name, message: error.message }),
  };
}

const replaced = (body: Uint8Array, from: string, to: string) =>
  new TextEncoder().encode(new TextDecoder().decode(body).replaceAll(from, to));

/** Those of one connection say nothing on another, and HTTP/2 does not take them. */
const hops = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'];
const withoutHops = (headers: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !hops.includes(name)));

async function forward(endpoint: string, { method, path, query, headers, body }: HttpRequest) {
  const url = `${endpoint}${path}${query.size > 0 ? `?${query}` : ''}`;
  const answer = await fetch(url, {
    method,
    headers: withoutHops(Object.entries(headers)),
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) };
}
