/**
 * Event patterns, as EventBridge's rules and the filters of Lambda's event sources are written.
 * Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html (the same syntax).
 *
 * A pattern is an object like the event; each leaf is a list of what its value may be: values, or operators. Understood:
 * `prefix`, `suffix`, `equals-ignore-case`, `anything-but`, `numeric`, `exists`, and `$or` beside members.
 */

/** Whether an event fits. An event is any JSON value. */
export type EventPattern = (event: unknown) => boolean;

/** A pattern that is not understood; the message names what and where. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

type Members = Readonly<Record<string, unknown>>;
/** Of a leaf's value; undefined when the event has none. */
type Test = (value: unknown) => boolean;

/** Makes a pattern of its JSON text. Throws PatternError. */
export function parsePattern(text: string): EventPattern {
  const pattern = parse(text);
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw new PatternError('expected a JSON object with at least one member');
  return compileObject(pattern, []);
}

type Path = readonly string[];

function compileObject(pattern: Members, path: Path): EventPattern {
  const { $or: alternatives, ...members } = pattern;
  const tests = Object.entries(members).map(([name, member]) => compileMember(member, [...path, name]));
  const any = alternatives === undefined ? undefined : compileAlternatives(alternatives, path);
  const names = Object.keys(members);
  const fits = (event: unknown): boolean => {
    const values = isObject(event) ? event : {};
    return tests.every((test, index) => test(own(values, names[index]))) && (!any || any(event));
  };
  // A list fits when one of its elements does.
  return (event) => (Array.isArray(event) ? event.some(fits) : fits(event));
}

function compileMember(member: unknown, path: Path): EventPattern {
  if (Array.isArray(member)) return compileLeaf(member, path);
  if (isObject(member) && Object.keys(member).length > 0) return compileObject(member, path);
  throw failure(path, 'expected a list of values, or an object with members');
}

function compileAlternatives(alternatives: unknown, path: Path): EventPattern {
  if (!Array.isArray(alternatives) || alternatives.length < 2 || !alternatives.every(isObject))
    throw failure([...path, '$or'], 'expected a list of at least two objects');
  const patterns = alternatives.map((one) => compileObject(one, [...path, '$or']));
  return (event) => patterns.some((pattern) => pattern(event));
}

function compileLeaf(list: readonly unknown[], path: Path): EventPattern {
  if (list.length === 0) throw failure(path, 'expected at least one value');
  const tests = list.map((wanted) =>
    isObject(wanted) ? compileOperator(wanted, path) : equals(wanted, path),
  );
  return (value) => {
    const values = leavesOf(value);
    return tests.some((test) => (values.length === 0 ? test(undefined) : values.some(test)));
  };
}

/** The values of a leaf: an object is none, and a list is its elements. */
function leavesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isObject(value) ? [] : [value];
}

function equals(wanted: unknown, path: Path): Test {
  if (!isScalar(wanted)) throw failure(path, 'expected texts, numbers, true, false, null or operators');
  return (value) => value === wanted;
}

const operators: Readonly<Record<string, (operand: unknown, path: Path) => Test>> = {
  prefix: (operand, path) => ofText(operand, path, (text, wanted) => text.startsWith(wanted)),
  suffix: (operand, path) => ofText(operand, path, (text, wanted) => text.endsWith(wanted)),
  'equals-ignore-case': (operand, path) =>
    ofText(operand, path, (text, wanted) => text.toLowerCase() === wanted.toLowerCase()),
  'anything-but': anythingBut,
  numeric,
  exists,
};

function compileOperator(operator: Members, path: Path): Test {
  const [name = '', ...others] = Object.keys(operator);
  const compile = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!compile)
    throw failure(path, `'${name}' is no operator here; there is ${Object.keys(operators).join(', ')}`);
  if (others.length > 0)
    throw failure(path, `expected one operator, got ${Object.keys(operator).join(', ')}`);
  return compile(operator[name], [...path, name]);
}

type Comparison = (text: string, wanted: string) => boolean;

function ofText(operand: unknown, path: Path, compare: Comparison): Test {
  if (typeof operand !== 'string' || operand === '') throw failure(path, 'expected a text');
  return (value) => typeof value === 'string' && compare(value, operand);
}

/** Any value but these: a missing one does not fit. */
function anythingBut(operand: unknown, path: Path): Test {
  const unwanted = isObject(operand)
    ? [compileOperator(operand, path)]
    : [operand].flat().map((one) => equals(one, path));
  if (unwanted.length === 0) throw failure(path, 'expected at least one value');
  return (value) => value !== undefined && !unwanted.some((test) => test(value));
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `["=", 5]`, `[">", 0, "<=", 5]`: one or two comparisons, all of which must hold. */
function numeric(operand: unknown, path: Path): Test {
  const parts: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const compare = comparisons[String(parts[at])];
    const bound = parts[at + 1];
    if (!compare || typeof bound !== 'number')
      throw failure(path, `expected comparisons such as [">", 0, "<=", 5]`);
    tests.push((value) => compare(value, bound));
  }
  if (tests.length < 1 || tests.length > 2) throw failure(path, 'expected one or two comparisons');
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function exists(operand: unknown, path: Path): Test {
  if (typeof operand !== 'boolean') throw failure(path, 'expected true or false');
  return (value) => (value !== undefined) === operand;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PatternError('expected JSON text');
  }
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const own = (values: Members, name: string | undefined): unknown =>
  name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;

const failure = (path: Path, message: string): PatternError =>
  new PatternError(`${path.join('.')}: ${message}`);
