/** What Lambda remembers, as plain JSON: functions, event source mappings and events that wait for their turn. */

/** A configuration as GetFunctionConfiguration returns it; member names are AWS's. */
export interface Configuration {
  FunctionName: string;
  FunctionArn: string;
  Runtime: string;
  Role: string;
  Handler: string;
  CodeSize: number;
  CodeSha256: string;
  Description: string;
  /** Seconds. */
  Timeout: number;
  /** MiB. */
  MemorySize: number;
  /** As AWS writes it: `2026-01-01T00:00:00.000+0000`. */
  LastModified: string;
  Version: string;
  RevisionId: string;
  State: 'Active';
  LastUpdateStatus: 'Successful';
  PackageType: 'Zip';
  Architectures: string[];
  EphemeralStorage: { Size: number };
  TracingConfig: { Mode: 'Active' | 'PassThrough' };
  LoggingConfig: {
    LogFormat: 'JSON' | 'Text';
    LogGroup: string;
    ApplicationLogLevel?: string | undefined;
    SystemLogLevel?: string | undefined;
  };
  Environment?: { Variables: Record<string, string> };
  DeadLetterConfig?: { TargetArn: string };
  /** Absent for AWS's own key. */
  KMSKeyArn?: string;
}

/** One version of a function: what it is, and where its code was deployed from. */
export interface Deployed {
  readonly configuration: Configuration;
  readonly directory: string;
}

export interface Alias {
  readonly Name: string;
  readonly AliasArn: string;
  FunctionVersion: string;
  Description: string;
  RevisionId: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Record<string, Record<string, string>>;
}

export interface Destinations {
  OnSuccess?: { Destination?: string | undefined } | undefined;
  OnFailure?: { Destination?: string | undefined } | undefined;
}

export interface EventInvokeConfig {
  readonly lastModifiedMs: number;
  readonly maximumRetryAttempts?: number | undefined;
  readonly maximumEventAgeInSeconds?: number | undefined;
  readonly destinations?: Destinations | undefined;
}

export interface FunctionRecord {
  latest: Deployed;
  readonly versions: Record<string, Deployed>;
  readonly aliases: Record<string, Alias>;
  policy: PolicyStatement[];
  policyRevisionId: string;
  reservedConcurrency: number | undefined;
  eventInvoke: EventInvokeConfig | undefined;
  tags: Record<string, string>;
}

/** How far a mapping has read a shard. */
export type Checkpoint =
  | { readonly kind: 'after'; readonly sequenceNumber: string }
  /** Nothing was handled yet: where reading began, and when. */
  | {
      readonly kind: 'start';
      readonly at: 'AT_TIMESTAMP' | 'LATEST' | 'TRIM_HORIZON';
      readonly sinceMs: number;
    }
  /** Every record of a closed shard was handled. */
  | { readonly kind: 'finished' };

/** An event source mapping; the upper-case members are AWS's. */
export interface MappingRecord {
  readonly UUID: string;
  readonly EventSourceArn: string;
  readonly EventSourceMappingArn: string;
  readonly StartingPosition: 'AT_TIMESTAMP' | 'LATEST' | 'TRIM_HORIZON';
  /** Only with AT_TIMESTAMP. */
  readonly startingTimestampMs: number | undefined;
  readonly createdMs: number;
  FunctionArn: string;
  enabled: boolean;
  lastModifiedMs: number;
  LastProcessingResult: string;
  BatchSize: number;
  MaximumBatchingWindowInSeconds: number;
  /** -1: without end. */
  MaximumRecordAgeInSeconds: number;
  /** -1: without end. */
  MaximumRetryAttempts: number;
  BisectBatchOnFunctionError: boolean;
  FunctionResponseTypes: string[];
  DestinationConfig: Destinations;
  /** A record is handed over when one of the patterns (JSON text) fits; absent: every record. */
  FilterCriteria?: { Filters: { Pattern: string }[] } | undefined;
  tags: Record<string, string>;
  readonly checkpoints: Record<string, Checkpoint>;
}

/** An asynchronous invocation that has not ended yet. */
export interface PendingEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  /** JSON text. */
  readonly payload: string;
  readonly acceptedAtMs: number;
  /** Invocations so far. */
  attempts: number;
  dueAtMs: number;
}

export interface LambdaState {
  functions: Record<string, FunctionRecord>;
  mappings: Record<string, MappingRecord>;
  pending: Record<string, PendingEvent>;
}

export const emptyState = (): LambdaState => ({ functions: {}, mappings: {}, pending: {} });
