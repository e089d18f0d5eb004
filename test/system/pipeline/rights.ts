/** The rights that a synthesized template gives a role, as they would stand in AWS on this machine. */

import type { LocalAws } from '../../../local/index.js';
import type { Policy, Statement } from '../../infra/access/iam.js';
import type { Template } from './code-pipeline.js';

/** By the names of the parameters in which the stacks keep them. */
export type Ids = ReadonlyMap<string, string>;

/** AppConfig's ids of what a stage has deployed. */
export async function idsOf(aws: LocalAws, stage: string): Promise<Ids> {
  const list = async (operation: string, input: Record<string, string> = {}) =>
    (await aws.call<{ Items: { Id: string; Name: string }[] }>('appconfig', operation, input)).Items;
  const ids = new Map<string, string>();
  for (const application of await list('ListApplications')) {
    const name = `/veltrix/${stage}/${application.Name}`;
    ids.set(name, application.Id);
    for (const environment of await list('ListEnvironments', { ApplicationId: application.Id }))
      ids.set(`${name}/${environment.Name}`, environment.Id);
  }
  return ids;
}

interface PolicyProperties {
  readonly Roles?: readonly { readonly Ref: string }[];
  readonly PolicyDocument: Policy;
}

/** @param role its logical id. */
export function rightsOf({ Resources }: Template, role: string, ids: Ids): Policy {
  const policies = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    .map(({ Properties }) => Properties as unknown as PolicyProperties)
    .filter(({ Roles = [] }) => Roles.some(({ Ref }) => Ref === role));
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return { Statement: statements.map((statement) => deployed(statement, ids) as Statement) };
}

/** Where the local AWS says it is. */
const place: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '000000000000',
};

/** What CloudFormation would put in. */
function deployed(value: unknown, ids: Ids): unknown {
  if (typeof value === 'string')
    return value.replace(/\{\{resolve:ssm:([^}]+)\}\}/g, (_, name) => idOf(ids, name));
  if (Array.isArray(value)) return value.map((item) => deployed(item, ids));
  if (typeof value !== 'object' || value === null) return value;
  const [[name, about] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return place[String(about)] ?? `<${String(about)}>`;
  if (name === 'Fn::GetAtt') return `<${String(about)}>`;
  if (name === 'Fn::Join')
    return (about as [string, unknown[]])[1].map((part) => deployed(part, ids)).join('');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deployed(item, ids)]));
}

function idOf(ids: Ids, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no stack keeps a parameter ${name}`);
  return id;
}
