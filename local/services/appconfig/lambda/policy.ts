/**
 * Whether a function's resource policy lets AppConfig invoke it. Understands what a policy for a service principal holds:
 * effect, principal, action, and the conditions on the calling resource and account.
 */
import * as z from 'zod';

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMany)]).optional(),
  Action: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMany)).optional(),
});

const policySchema = z.object({ Statement: z.array(statementSchema) });

type Statement = z.infer<typeof statementSchema>;

/** Who asks. */
export interface Caller {
  readonly accountId: string;
  /** ARNs of the AppConfig resources the call is made for; `aws:SourceArn` may name any of them. */
  readonly sourceArns: readonly string[];
}

const appConfigPrincipal = 'appconfig.amazonaws.com';

/**
 * Why `policy` (the JSON text of GetPolicy) does not let AppConfig invoke the function; undefined when it does. A
 * condition that is not understood is not fulfilled.
 */
export function whyForbidden(policy: string, caller: Caller): string | undefined {
  const parsed = policySchema.safeParse(parseJson(policy));
  if (!parsed.success) return `its resource policy is not readable: ${z.prettifyError(parsed.error)}`;
  const fitting = parsed.data.Statement.filter((statement) => applies(statement, caller));
  if (fitting.some((statement) => statement.Effect === 'Deny'))
    return 'a statement of its resource policy denies it';
  if (fitting.some((statement) => statement.Effect === 'Allow')) return undefined;
  return `no statement of its resource policy lets ${appConfigPrincipal} do lambda:InvokeFunction for this resource`;
}

function applies(statement: Statement, caller: Caller): boolean {
  return isForAppConfig(statement) && isForInvoke(statement) && isFulfilled(statement, caller);
}

function isForAppConfig({ Principal }: Statement): boolean {
  if (Principal === undefined || Principal === '*') return Principal === '*';
  return (
    Principal['Service']?.includes(appConfigPrincipal) === true || Principal['AWS']?.includes('*') === true
  );
}

function isForInvoke({ Action = [] }: Statement): boolean {
  return Action.some((action) => matches(action.toLowerCase(), 'lambda:invokefunction'));
}

function isFulfilled({ Condition = {} }: Statement, caller: Caller): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, patterns]) => isMet({ operator, key, patterns }, caller)),
  );
}

interface Test {
  readonly operator: string;
  readonly key: string;
  readonly patterns: readonly string[];
}

function isMet({ operator, key, patterns }: Test, caller: Caller): boolean {
  const values = valuesOf(key.toLowerCase(), caller);
  if (['ArnLike', 'ArnEquals', 'StringLike'].includes(operator))
    return values.some((value) => patterns.some((pattern) => matches(pattern, value)));
  return operator === 'StringEquals' && values.some((value) => patterns.includes(value));
}

function valuesOf(key: string, caller: Caller): readonly string[] {
  if (key === 'aws:sourceaccount') return [caller.accountId];
  return key === 'aws:sourcearn' ? caller.sourceArns : [];
}

function matches(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
