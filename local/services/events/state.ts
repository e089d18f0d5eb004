/** What EventBridge remembers, as plain JSON: rules of the default bus and their targets. */

export interface Target {
  readonly Id: string;
  readonly Arn: string;
  /** JSON text that takes the event's place. */
  readonly Input?: string | undefined;
  readonly RetryPolicy?:
    | { MaximumRetryAttempts?: number | undefined; MaximumEventAgeInSeconds?: number | undefined }
    | undefined;
  readonly DeadLetterConfig?: { Arn?: string | undefined } | undefined;
}

export interface Rule {
  readonly Name: string;
  readonly Arn: string;
  /** A rule has a schedule, a pattern, or both. */
  ScheduleExpression?: string | undefined;
  /** JSON text. */
  EventPattern?: string | undefined;
  Description: string;
  State: 'DISABLED' | 'ENABLED';
  /** Events come at this instant plus whole multiples of the rate. */
  anchorMs: number;
  targets: Target[];
  tags: Record<string, string>;
}

export interface EventsState {
  rules: Record<string, Rule>;
}
