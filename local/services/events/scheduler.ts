/** Runs rules on the clock and hands their events to functions. */
import { randomUUID } from 'node:crypto';
import type { Aws, Identity } from '../../kernel/aws.js';
import type { Clock } from '../../kernel/clock.js';
import { mayInvoke, type PolicyDocument } from './permission.js';
import { nextInstant, parseRate } from './schedule.js';
import type { EventsState, Rule, Target } from './state.js';

export interface Scheduler {
  /** The rule is new or changed: its next event is set anew. */
  refresh(rule: Rule): void;
  forget(name: string): void;
  close(): void;
}

export interface SchedulerOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly state: EventsState;
  /** Told why a target got no event. */
  readonly onTrouble: (text: string) => void;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const timers = new Map<string, () => void>();
  const forget = (name: string) => {
    timers.get(name)?.();
    timers.delete(name);
  };
  const refresh = (rule: Rule): void => {
    forget(rule.Name);
    if (rule.State === 'DISABLED') return;
    const nowMs = options.clock.now();
    const dueMs = nextInstant(rule.anchorMs, parseRate(rule.ScheduleExpression), nowMs);
    const fire = () => {
      refresh(rule);
      for (const target of rule.targets) void send(options, rule, { target, atMs: dueMs });
    };
    timers.set(rule.Name, options.clock.after(dueMs - nowMs, fire));
  };
  return {
    refresh,
    forget,
    close: () => {
      for (const name of [...timers.keys()]) forget(name);
    },
  };
}

/** Hands one event to one target. Never rejects: AWS counts a failed invocation, here the log says so. */
async function send(
  options: SchedulerOptions,
  rule: Rule,
  due: { readonly target: Target; readonly atMs: number },
): Promise<void> {
  const { target } = due;
  try {
    await requirePermission(options, rule, target);
    const Payload = Buffer.from(target.Input ?? scheduledEvent(options.identity, rule, due.atMs), 'utf8');
    const input = { FunctionName: target.Arn, InvocationType: 'Event', Payload };
    await options.aws.call('lambda', 'Invoke', input);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.onTrouble(`Rule ${rule.Name} did not reach its target ${target.Id}: ${reason}`);
  }
}

async function requirePermission(options: SchedulerOptions, rule: Rule, target: Target): Promise<void> {
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

/** Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html. */
function scheduledEvent(identity: Identity, rule: Rule, atMs: number): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: identity.accountId,
    time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    region: identity.region,
    resources: [rule.Arn],
    detail: {},
  });
}
