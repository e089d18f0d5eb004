/**
 * Decides requests by policies as IAM does, as far as Veltrix's policies use it: allow and deny, wildcards in actions and
 * resources, and the operators below. What it does not know is an error and never a guess.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
 */

/** By operator, then by key. */
type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface Policy {
  readonly Statement: readonly Statement[];
}

export interface AccessRequest {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** All that it touches: each must be allowed. `*` for an operation that has none. */
  readonly resources: readonly string[];
  /** What the service tells of the request, by key. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** Allowed where a statement of some policy allows each resource and none denies one. */
export function isAllowed(policies: readonly Policy[], request: AccessRequest): boolean {
  const statements = policies.flatMap(({ Statement }) => Statement);
  return request.resources.every((resource) => {
    const effects = statements
      .filter((statement) => applies(statement, resource, request))
      .map(({ Effect }) => Effect);
    return effects.includes('Allow') && !effects.includes('Deny');
  });
}

const known = new Set(['Effect', 'Action', 'Resource', 'Condition', 'Sid']);

function applies(statement: Statement, resource: string, { action, context = {} }: AccessRequest): boolean {
  const strange = Object.keys(statement).find((key) => !known.has(key));
  if (strange !== undefined) throw new Error(`${strange} of a statement is not understood`);
  return (
    // Actions are written in any case.
    list(statement.Action).some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())) &&
    list(statement.Resource).some((pattern) => isLike(pattern, resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, list(wanted), context[key])),
    )
  );
}

type Compare = (wanted: string, actual: string) => boolean;

const comparisons: Readonly<Record<string, Compare>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringLike: isLike,
  ArnEquals: isLike,
  ArnLike: isLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
};

/** Several wanted values are alternatives. `actual` is undefined where the service says nothing of the key. */
function holds(operator: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  const [, quantifier, name = '', ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const compare = comparisons[name];
  if (!compare) throw new Error(`the operator ${operator} is not understood`);
  if (actual === undefined) return quantifier === 'ForAllValues:' || ifExists !== undefined;
  const fits = (value: string) => wanted.some((each) => compare(each, value));
  return quantifier === 'ForAnyValue:' ? actual.some(fits) : actual.every(fits);
}

/** `*` stands for any signs, slashes among them, `?` for one. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^$()|[\]{}\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];
