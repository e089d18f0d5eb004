/** Evaluates a template's Conditions: each once, in whatever order they need each other. */
import { TemplateProblem } from '../errors.js';
import { asText, evaluate, type Path, type Scope } from './intrinsics.js';

/** Gives a function that says whether a condition holds; it throws for an unknown name and for a circle. */
export function createConditions(
  definitions: Readonly<Record<string, unknown>>,
  scope: Omit<Scope, 'condition'>,
): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const open = new Set<string>();
  const holds = (name: string): boolean => {
    const value = known.get(name);
    if (value !== undefined) return value;
    if (!Object.hasOwn(definitions, name)) throw new Error(`there is no condition ${name}`);
    if (open.has(name)) throw new Error(`condition ${name} needs itself`);
    open.add(name);
    const result = test(definitions[name], { ...scope, condition: holds }, ['Conditions', name]);
    open.delete(name);
    known.set(name, result);
    return result;
  };
  return holds;
}

function test(expression: unknown, scope: Scope, path: Path): boolean {
  const [name, argument] = only(expression, path);
  const list = Array.isArray(argument) ? argument : [];
  const each = () => list.map((item, index) => test(item, scope, [...path, name, index]));
  if (name === 'Condition') return scope.condition(asText(argument, path));
  if (name === 'Fn::And') return each().every(Boolean);
  if (name === 'Fn::Or') return each().some(Boolean);
  if (name === 'Fn::Not') return !each()[0];
  if (name === 'Fn::Equals') return isEqual(list, scope, [...path, name]);
  throw new TemplateProblem(path, `the intrinsic ${name} does not exist in conditions of this local AWS`);
}

function only(expression: unknown, path: Path): [string, unknown] {
  const entries = typeof expression === 'object' && expression !== null ? Object.entries(expression) : [];
  const [first, ...others] = entries;
  if (first && others.length === 0) return first;
  throw new TemplateProblem(path, 'expected one of Fn::Equals, Fn::And, Fn::Or, Fn::Not, Condition');
}

function isEqual(list: readonly unknown[], scope: Scope, path: Path): boolean {
  if (list.length !== 2) throw new TemplateProblem(path, 'expected a list of 2');
  const [a, b] = list.map((item, index) => JSON.stringify(evaluate(item, scope, [...path, index])));
  return a === b;
}
