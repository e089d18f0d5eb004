/** Hands events to the targets of rules: functions, asynchronously, when their policy allows it. */
import type { Aws, Identity } from '../../kernel/aws.js';
import { mayInvoke, type PolicyDocument } from './permission.js';
import type { Rule, Target } from './state.js';

export interface DeliveryOptions {
  readonly aws: Aws;
  readonly identity: Identity;
  /** Told why a target got no event. */
  readonly onTrouble: (text: string) => void;
}

/** Hands one event (JSON text) to every target of a rule. Returns at once. */
export function deliver(options: DeliveryOptions, rule: Rule, event: string): void {
  for (const target of rule.targets) void send(options, rule, { target, event });
}

/** Never rejects: AWS counts a failed invocation, here the log says so. */
async function send(
  options: DeliveryOptions,
  rule: Rule,
  { target, event }: { readonly target: Target; readonly event: string },
): Promise<void> {
  try {
    await requirePermission(options, rule, target);
    const Payload = Buffer.from(target.Input ?? event, 'utf8');
    const input = { FunctionName: target.Arn, InvocationType: 'Event', Payload };
    await options.aws.call('lambda', 'Invoke', input);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.onTrouble(`Rule ${rule.Name} did not reach its target ${target.Id}: ${reason}`);
  }
}

async function requirePermission(options: DeliveryOptions, rule: Rule, target: Target): Promise<void> {
  const input = { FunctionName: target.Arn };
  const output = await options.aws
    .call<{ Policy: string }>('lambda', 'GetPolicy', input)
    .catch(() => ({ Policy: '{"Statement":[]}' }));
  const policy = JSON.parse(output.Policy) as PolicyDocument;
  if (mayInvoke(policy, { ruleArn: rule.Arn, accountId: options.identity.accountId })) return;
  throw new Error(
    `the function ${target.Arn} does not allow events.amazonaws.com to invoke it for ${rule.Arn} (AddPermission)`,
  );
}
