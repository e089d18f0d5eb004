/**
 * The environment of a function's process: what AWS sets, the function's own variables, and nothing of this process but
 * PATH. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
 */
import type { Configuration } from '../state.js';

/** Names that AWS does not let a function set. */
export const reservedVariables: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_FORMAT',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_LEVEL',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** The session that functions sign their requests with. */
export const functionSessionToken = 'local-function';

export interface Place {
  readonly region: string;
  readonly endpoint: string;
  readonly taskRoot: string;
  /** A folder that holds no AWS configuration files. */
  readonly home: string;
  readonly logStream: string;
  readonly path: string;
}

/** Variables of a process, without AWS_LAMBDA_RUNTIME_API, which its own registration gives. */
export function environmentOf(configuration: Configuration, place: Place): Record<string, string> {
  return {
    PATH: place.path,
    HOME: place.home,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_ENDPOINT_URL: place.endpoint,
    // What the SDK says about the machine's Node version is for this machine's owner, not for a function's log.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...configuration.Environment?.Variables,
    ...reservedOf(configuration, place),
  };
}

function reservedOf(configuration: Configuration, place: Place): Record<string, string> {
  const { LogFormat, LogGroup, ApplicationLogLevel } = configuration.LoggingConfig;
  return {
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: functionSessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: configuration.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: configuration.Version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_LOG_FORMAT: LogFormat,
    ...(ApplicationLogLevel ? { AWS_LAMBDA_LOG_LEVEL: ApplicationLogLevel } : {}),
    _HANDLER: configuration.Handler,
    LAMBDA_TASK_ROOT: place.taskRoot,
  };
}
