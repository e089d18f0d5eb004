/** The values of a template's parameters, and pseudo-parameters. */
import type { Identity } from '../../kernel/aws.js';
import { TemplateProblem } from '../errors.js';
import { noValue } from './intrinsics.js';
import type { ParameterDefinition, Template } from './schema.js';

/** CDK's bootstrap stack writes its version to a parameter of this name; no bootstrapping is needed here. */
const bootstrapVersionName = /^\/cdk-bootstrap\/[^/]+\/version$/;
/** Any version that CDK takes for recent. */
const bootstrapVersion = '30';

/** Every parameter's value. Throws TemplateProblem for one that has none, or whose type is not known. */
export function parameterValues(
  template: Template,
  given: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template.Parameters).map(([name, definition]) => [
      name,
      parameterValue(name, definition, given[name] ?? definition.Default),
    ]),
  );
}

function parameterValue(
  name: string,
  definition: ParameterDefinition,
  value: number | string | undefined,
): unknown {
  const path = ['Parameters', name];
  if (value === undefined) throw new TemplateProblem(path, 'has no value and no default');
  if (definition.AllowedValues && !definition.AllowedValues.map(String).includes(String(value)))
    throw new TemplateProblem(path, `'${value}' is none of ${definition.AllowedValues.join(', ')}`);
  if (definition.Type === 'String') return String(value);
  if (definition.Type === 'Number') return Number(value);
  if (definition.Type === 'CommaDelimitedList' || definition.Type === 'List<Number>')
    return String(value)
      .split(',')
      .map((item) => item.trim());
  if (definition.Type === 'AWS::SSM::Parameter::Value<String>' && bootstrapVersionName.test(String(value)))
    return bootstrapVersion;
  throw new TemplateProblem([...path, 'Type'], `'${definition.Type}' of '${value}' cannot be looked up here`);
}

export interface StackFacts {
  readonly name: string;
  readonly identity: Identity;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html. */
export function pseudoParameters({ name, identity }: StackFacts): Record<string, unknown> {
  const { partition, region, accountId } = identity;
  return {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::NotificationARNs': [],
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/local`,
    'AWS::StackName': name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}
