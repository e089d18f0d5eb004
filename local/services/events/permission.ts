/**
 * Whether a function's policy lets EventBridge invoke it for a rule.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-lambda-permissions.
 */

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Principal?: unknown;
  readonly Action?: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Caller {
  readonly ruleArn: string;
  readonly accountId: string;
}

export function mayInvoke(policy: PolicyDocument, caller: Caller): boolean {
  return policy.Statement.some(
    (statement) =>
      isPrincipal(statement.Principal) &&
      ['*', 'lambda:*', 'lambda:InvokeFunction'].includes(statement.Action ?? '') &&
      conditionsHold(statement, caller),
  );
}

function isPrincipal(principal: unknown): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null || !('Service' in principal)) return false;
  return principal.Service === 'events.amazonaws.com';
}

/** A condition that is not understood does not hold. */
function conditionsHold(statement: Statement, caller: Caller): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([key, wanted]) => {
      const actual = { 'aws:sourcearn': caller.ruleArn, 'aws:sourceaccount': caller.accountId }[
        key.toLowerCase()
      ];
      if (actual === undefined) return false;
      return operator === 'StringEquals' || operator === 'ArnEquals'
        ? actual === wanted
        : operator === 'ArnLike' && like(actual, wanted);
    }),
  );
}

/** `*` stands for any text, `?` for one character. */
function like(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}
