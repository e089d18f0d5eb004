/** Makes a function's configuration from what was asked for. Pure, but for the revision's id. */
import { randomUUID } from 'node:crypto';
import { memoryMiB, timeoutSeconds } from '../limits.js';
import type { CodeFacts } from '../runtime/code.js';
import type { Configuration } from '../state.js';
import type { FunctionSettings } from './function-schema.js';

/** `2026-01-01T00:00:00.000+0000`, as Lambda writes instants. */
export const lambdaTime = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '+0000');

export interface NewFunction {
  readonly arn: string;
  readonly name: string;
  readonly architectures: string[];
  readonly nowMs: number;
  readonly code: CodeFacts;
  readonly settings: FunctionSettings;
}

export function newConfiguration(about: NewFunction): Configuration {
  const base: Configuration = {
    FunctionName: about.name,
    FunctionArn: about.arn,
    Runtime: '',
    Role: '',
    Handler: '',
    CodeSize: about.code.sizeBytes,
    CodeSha256: about.code.sha256,
    Description: '',
    Timeout: timeoutSeconds.default,
    MemorySize: memoryMiB.default,
    LastModified: '',
    Version: '$LATEST',
    RevisionId: '',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: about.architectures,
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: 'PassThrough' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${about.name}` },
  };
  return withSettings(base, about.settings, about.nowMs);
}

/** The configuration with the given settings changed; what was not given stays. */
export function withSettings(
  { KMSKeyArn, ...old }: Configuration,
  settings: FunctionSettings,
  nowMs: number,
): Configuration {
  return touched(
    {
      ...old,
      Runtime: settings.Runtime ?? old.Runtime,
      Role: settings.Role ?? old.Role,
      Handler: settings.Handler ?? old.Handler,
      Description: settings.Description ?? old.Description,
      Timeout: settings.Timeout ?? old.Timeout,
      MemorySize: settings.MemorySize ?? old.MemorySize,
      EphemeralStorage: settings.EphemeralStorage ?? old.EphemeralStorage,
      TracingConfig: { Mode: settings.TracingConfig?.Mode ?? old.TracingConfig.Mode },
      LoggingConfig: logging(old, settings),
      ...environment(settings),
      ...deadLetters(settings),
      ...keyOf(settings.KMSKeyArn ?? KMSKeyArn),
    },
    nowMs,
  );
}

export function withCode(old: Configuration, code: CodeFacts, nowMs: number): Configuration {
  return touched({ ...old, CodeSize: code.sizeBytes, CodeSha256: code.sha256 }, nowMs);
}

function touched(configuration: Configuration, nowMs: number): Configuration {
  return { ...configuration, LastModified: lambdaTime(nowMs), RevisionId: randomUUID() };
}

function environment(settings: FunctionSettings): Pick<Configuration, 'Environment'> {
  if (!settings.Environment) return {};
  return { Environment: { Variables: settings.Environment.Variables ?? {} } };
}

/** An empty TargetArn takes the dead letter queue away. */
function deadLetters(settings: FunctionSettings): Pick<Configuration, 'DeadLetterConfig'> {
  if (!settings.DeadLetterConfig) return {};
  return { DeadLetterConfig: { TargetArn: settings.DeadLetterConfig.TargetArn ?? '' } };
}

/** An empty one is AWS's own again. */
function keyOf(KMSKeyArn: string | undefined): Pick<Configuration, 'KMSKeyArn'> {
  return KMSKeyArn ? { KMSKeyArn } : {};
}

function logging(
  old: Omit<Configuration, 'KMSKeyArn'>,
  settings: FunctionSettings,
): Configuration['LoggingConfig'] {
  const asked = settings.LoggingConfig;
  return {
    LogFormat: asked?.LogFormat ?? old.LoggingConfig.LogFormat,
    LogGroup: asked?.LogGroup ?? old.LoggingConfig.LogGroup,
    ApplicationLogLevel: asked?.ApplicationLogLevel ?? old.LoggingConfig.ApplicationLogLevel,
    SystemLogLevel: asked?.SystemLogLevel ?? old.LoggingConfig.SystemLogLevel,
  };
}
