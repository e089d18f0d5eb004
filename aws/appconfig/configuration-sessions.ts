/** Configuration as a node polls it, from AppConfig's data plane. */

import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  type GetLatestConfigurationCommandOutput,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import * as z from 'zod';
import type {
  ConfigurationSessions,
  PollAnswer,
  SessionFailure,
  SessionTarget,
  StartAnswer,
} from '../../core/delivery/configuration-sessions.js';
import { withoutNodeVersionWarning } from '../node-version-warning.js';

/** AppConfig's interval when an answer names none (User Guide, `NextPollIntervalInSeconds`). */
const defaultIntervalSeconds = 60;

/** Sessions with AppConfig, where the SDK's own settings (environment, files) say. */
export function appConfigSessions(): ConfigurationSessions {
  const client = withoutNodeVersionWarning(() => new AppConfigDataClient({ maxAttempts: 1 }));
  return {
    start: (target, signal) => start(client, target, signal).catch(describeFailure),
    poll: (token, signal) => poll(client, token, signal).catch(describePollFailure),
    close: () => client.destroy(),
  };
}

async function start(
  client: AppConfigDataClient,
  target: SessionTarget,
  signal: AbortSignal,
): Promise<StartAnswer> {
  const command = new StartConfigurationSessionCommand({
    ApplicationIdentifier: target.application,
    EnvironmentIdentifier: target.environment,
    ConfigurationProfileIdentifier: target.profile,
    RequiredMinimumPollIntervalInSeconds: target.requiredIntervalSeconds,
  });
  const { InitialConfigurationToken: token } = await client.send(command, { abortSignal: signal });
  return token ? { kind: 'started', token } : { kind: 'unreachable', reason: 'AppConfig gave no token' };
}

async function poll(client: AppConfigDataClient, token: string, signal: AbortSignal): Promise<PollAnswer> {
  const command = new GetLatestConfigurationCommand({ ConfigurationToken: token });
  return readAnswer(await client.send(command, { abortSignal: signal }));
}

function readAnswer(output: GetLatestConfigurationCommandOutput): PollAnswer {
  const nextToken = output.NextPollConfigurationToken;
  if (!nextToken) return { kind: 'unreachable', reason: 'AppConfig gave no token for the next poll' };
  const answered = { nextToken, intervalSeconds: output.NextPollIntervalInSeconds || defaultIntervalSeconds };
  const bytes = output.Configuration;
  if (!bytes || bytes.length === 0) return { kind: 'unchanged', ...answered };
  const label = output.VersionLabel;
  return { kind: 'content', ...answered, ...(label && { label }), bytes };
}

const errorSchema = z.object({
  name: z.string().catch('Error'),
  message: z.string().catch(''),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
  Details: z
    .object({ InvalidParameters: z.record(z.string(), z.object({ Problem: z.string().optional() })) })
    .optional()
    .catch(undefined),
});
type AwsError = z.infer<typeof errorSchema>;

/** Without these nothing was asked of AWS at all: they are settings to correct, not outages to wait for. */
const localSettingErrors =
  /^(CredentialsProviderError|TokenProviderError)$|region (is missing|not accepted)/i;

function describeFailure(thrown: unknown): SessionFailure {
  const error = readError(thrown);
  return { kind: kindOf(error), reason: reasonOf(error) };
}

/** A poll's only parameter is its token, so a bad request is about the token. */
function describePollFailure(thrown: unknown): SessionFailure {
  const error = readError(thrown);
  if (error.name !== 'BadRequestException') return describeFailure(thrown);
  const problems = Object.values(error.Details?.InvalidParameters ?? {}).map((detail) => detail.Problem);
  const kind = problems.includes('PollIntervalNotSatisfied') ? 'too-early' : 'spent';
  return { kind, reason: reasonOf(error) };
}

function kindOf(error: AwsError): SessionFailure['kind'] {
  const status = error.$metadata?.httpStatusCode;
  if (error.name === 'ThrottlingException' || status === 429) return 'throttled';
  if (error.name === 'ResourceNotFoundException') return 'not-found';
  if (status === 400 || status === 401 || status === 403) return 'denied';
  if (localSettingErrors.test(error.name) || localSettingErrors.test(error.message)) return 'denied';
  return 'unreachable';
}

/** `ThrottlingException: Rate exceeded`; some connection failures carry no message, only a name. */
const reasonOf = (error: AwsError): string =>
  error.message === '' ? error.name : `${error.name}: ${error.message}`;

const readError = (thrown: unknown): AwsError =>
  errorSchema.safeParse(thrown).data ?? { name: 'Error', message: String(thrown) };
