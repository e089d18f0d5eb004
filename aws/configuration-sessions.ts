/**
 * Configuration as a node polls it, from AppConfig's data plane. Every outcome a poller must act on is told apart; none is
 * an exception.
 */

import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  type GetLatestConfigurationCommandOutput,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import * as z from 'zod';
import { withoutNodeVersionWarning } from './node-version-warning.js';

/** One profile of one environment, by the names AppConfig knows them by. */
export interface SessionTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** 15 to 86,400: AppConfig refuses earlier polls of the session. Absent: early polls are admitted. */
  readonly requiredIntervalSeconds?: number;
}

/**
 * - `spent`: the token was used before, is older than 24 hours, or is not understood: start a session.
 * - `too-early`: the session's required interval is not over; the token stays good.
 * - `not-found`: no such application, environment or profile, or nothing deployed.
 * - `denied`: AWS does not admit the caller, or the caller's settings name no region or credentials.
 * - `unreachable`: no answer, or none that can be understood. The token may be spent or not.
 */
export interface SessionFailure {
  readonly kind: 'spent' | 'too-early' | 'throttled' | 'not-found' | 'denied' | 'unreachable';
  /** For people. */
  readonly reason: string;
}

export type StartAnswer = { readonly kind: 'started'; readonly token: string } | SessionFailure;

interface Answered {
  /** Good for one poll, within 24 hours. */
  readonly nextToken: string;
  /** When AppConfig wants to be asked again. */
  readonly intervalSeconds: number;
}

export type PollAnswer =
  /** The session has been given the latest version already. */
  | (Answered & { readonly kind: 'unchanged' })
  | (Answered & { readonly kind: 'content'; readonly label?: string; readonly bytes: Uint8Array })
  | SessionFailure;

export interface ConfigurationSessions {
  /** Begins a session; AppConfig draws its place in a rollout. Never rejects. */
  start(target: SessionTarget, signal: AbortSignal): Promise<StartAnswer>;
  /** Uses a token. Tried once: a second try would use a token that may be spent. Never rejects. */
  poll(token: string, signal: AbortSignal): Promise<PollAnswer>;
  /** Ends open connections. */
  close(): void;
}

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
const localSettingErrors = /^(CredentialsProviderError|TokenProviderError)$|region is missing/i;

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
