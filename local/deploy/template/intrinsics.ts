/**
 * Evaluates a template's values: `Ref` and the intrinsic functions.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html.
 */
import { TemplateProblem } from '../errors.js';
import { isUnknown, unknownValue } from './unknown.js';

export type Path = readonly (number | string)[];

/** What names mean. Each throws an Error, whose message becomes the reason, for a name that means nothing. */
export interface Scope {
  readonly region: string;
  /** A parameter, pseudo-parameter or resource; `noValue` for AWS::NoValue. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(name: string, first: string, second: string): unknown;
  importValue(name: string): unknown;
}

/** What AWS::NoValue means: the property is as if it were not there. */
export const noValue: unique symbol = Symbol('AWS::NoValue');

/** The value with every intrinsic resolved. Throws TemplateProblem naming the path. */
export function evaluate(value: unknown, scope: Scope, path: Path): unknown {
  if (Array.isArray(value))
    return value
      .map((item, index) => evaluate(item, scope, [...path, index]))
      .filter((item) => item !== noValue);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const name = entries.map(([key]) => key).find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name !== undefined && (entries.length === 1 || name !== 'Ref'))
    return call(
      { name, argument: (value as Record<string, unknown>)[name], count: entries.length },
      scope,
      path,
    );
  return Object.fromEntries(
    entries
      .map(([key, member]) => [key, evaluate(member, scope, [...path, key])] as const)
      .filter(([, member]) => member !== noValue),
  );
}

interface Call {
  readonly name: string;
  readonly argument: unknown;
  readonly count: number;
}

interface Arguments {
  readonly raw: unknown;
  readonly scope: Scope;
  readonly path: Path;
}

type Intrinsic = (call: Arguments) => unknown;

function call({ name, argument, count }: Call, scope: Scope, path: Path): unknown {
  const intrinsic = Object.hasOwn(intrinsics, name) ? intrinsics[name] : undefined;
  if (!intrinsic) throw new TemplateProblem(path, `the intrinsic ${name} does not exist in this local AWS`);
  if (count > 1) throw new TemplateProblem(path, `${name} stands beside other keys`);
  return placed([...path, name], () => intrinsic({ raw: argument, scope, path: [...path, name] }));
}

/** Gives an error of a scope its place. */
function placed<T>(path: Path, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateProblem) throw error;
    throw new TemplateProblem(path, error instanceof Error ? error.message : String(error));
  }
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: ({ raw, scope, path }) => scope.ref(asText(raw, path)),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': ({ raw, scope, path }) => {
    const [name, yes, no] = asList(raw, path, 3);
    return scope.condition(asText(name, path))
      ? evaluate(yes, scope, [...path, 1])
      : evaluate(no, scope, [...path, 2]);
  },
  'Fn::FindInMap': ({ raw, scope, path }) => {
    const [name, first, second] = asList(evaluate(raw, scope, path), path, 3);
    return scope.mapping(asText(name, path), asText(first, path), asText(second, path));
  },
  'Fn::ImportValue': ({ raw, scope, path }) => scope.importValue(asText(evaluate(raw, scope, path), path)),
  'Fn::GetAZs': ({ raw, scope, path }) => {
    const region = asText(evaluate(raw, scope, path), path) || scope.region;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
  'Fn::Base64': ({ raw, scope, path }) => {
    const text = asText(evaluate(raw, scope, path), path);
    return isUnknown(text) ? text : Buffer.from(text, 'utf8').toString('base64');
  },
  'Fn::Equals': logical,
  'Fn::And': logical,
  'Fn::Or': logical,
  'Fn::Not': logical,
};

function logical({ path }: Arguments): never {
  throw new TemplateProblem(path, 'stands outside Conditions');
}

function getAtt({ raw, scope, path }: Arguments): unknown {
  const [logicalId, attribute] = typeof raw === 'string' ? splitOnce(raw) : asList(raw, path, 2);
  return scope.attribute(asText(logicalId, path), asText(evaluate(attribute, scope, path), path));
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('.');
  return [text.slice(0, at), text.slice(at + 1)];
}

function sub({ raw, scope, path }: Arguments): string {
  const [template, variables] = Array.isArray(raw) ? [raw[0], raw[1]] : [raw, {}];
  const known = evaluate(variables, scope, [...path, 1]) as Record<string, unknown>;
  return asText(template, path).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const key = name.trim();
    if (Object.hasOwn(known, key)) return asText(known[key], path);
    if (!key.includes('.')) return asText(scope.ref(key), path);
    return asText(scope.attribute(...splitOnce(key)), path);
  });
}

function join({ raw, scope, path }: Arguments): string {
  const [delimiter, values] = asList(raw, path, 2);
  const list = evaluate(values, scope, [...path, 1]);
  if (isUnknown(list) && !Array.isArray(list)) return String(list);
  return asList(list, path)
    .map((item) => asText(item, path))
    .join(asText(delimiter, path));
}

function select({ raw, scope, path }: Arguments): unknown {
  const [index, values] = asList(raw, path, 2);
  const list = evaluate(values, scope, [...path, 1]);
  if (isUnknown(list)) return unknownValue('Fn::Select');
  const at = Number(evaluate(index, scope, [...path, 0]));
  const item = asList(list, path)[at];
  if (item === undefined) throw new TemplateProblem(path, `there is no element ${at}`);
  return item;
}

function split({ raw, scope, path }: Arguments): unknown {
  const [delimiter, source] = asList(raw, path, 2);
  const text = asText(evaluate(source, scope, [...path, 1]), path);
  return isUnknown(text) ? [text] : text.split(asText(delimiter, path));
}

/** Text; numbers and booleans as CloudFormation writes them. */
export function asText(value: unknown, path: Path): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateProblem(path, `expected text, got ${JSON.stringify(value) ?? 'no value'}`);
}

function asList(value: unknown, path: Path, length?: number): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw new TemplateProblem(path, `expected a list${length === undefined ? '' : ` of ${length}`}`);
}
