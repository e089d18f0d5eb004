/** Policies as the synthesized templates have them, with this account and region put in. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Policy } from './iam.js';

export interface TemplateResource {
  /** `Veltrix-main-Data` */
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
};

/** Every resource of an assembly. What only AWS knows stands as `<Id>` or `<Id.Attribute>`, and ids of AppConfig as what they are looked up by. */
export function resourcesIn(assembly: string): readonly TemplateResource[] {
  const files = readdirSync(assembly).filter((file) => file.endsWith('.template.json'));
  return files.flatMap((file) => {
    const { Resources } = JSON.parse(readFileSync(path.join(assembly, file), 'utf8'));
    const all = Object.entries(Resources as Record<string, { Type: string; Properties: object }>);
    return all.map(([id, { Type, Properties }]) => ({
      stack: file.replace('.template.json', ''),
      id,
      type: Type,
      properties: evaluate(Properties) as Record<string, unknown>,
    }));
  });
}

function evaluate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(evaluate);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') return pseudo[argument] ?? `<${argument}>`;
  if (others.length === 0 && name === 'Fn::GetAtt') return `<${argument.join('.')}>`;
  if (others.length === 0 && name === 'Fn::Join') return argument[1].map(evaluate).join(argument[0]);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, evaluate(member)]));
}

export interface NamedPolicy {
  /** Of a managed policy; of another, stack and logical id. */
  readonly name: string;
  readonly policy: Policy;
}

/** All policies that say what somebody may do. */
export const policiesIn = (assembly: string): readonly NamedPolicy[] =>
  resourcesIn(assembly)
    .filter(({ type }) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type))
    .map(({ stack, id, properties }) => ({
      name: String(properties['ManagedPolicyName'] ?? `${stack}/${id}`),
      policy: properties['PolicyDocument'] as Policy,
    }));
