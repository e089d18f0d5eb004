/**
 * Which AWS a command talks to. What somebody chose in the environment wins; else the local AWS that runs for this
 * project; else whatever the AWS SDK finds (profiles, roles).
 */

import { UsageError } from '../../core/errors.js';
import { findLocalState } from './state-file.js';

/** Variables by which somebody chooses an AWS. */
const choices = [
  'AWS_ENDPOINT_URL',
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
] as const;

/**
 * Points this process at the chosen AWS by its environment, as every AWS tool is pointed.
 * @returns its name for people: `local AWS at http://127.0.0.1:4600`.
 */
export async function chooseTarget(directory: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const chosen = choices.some((name) => environment[name]);
  const local = chosen ? undefined : findLocalState(directory);
  if (local) Object.assign(environment, local.environment);
  else completeLocal(environment);
  return describeTarget(environment);
}

/** What an AWS SDK asks for besides an endpoint, and no AWS on this machine checks. */
const unchecked = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** An endpoint on this machine is enough of a choice. @throws UsageError for an endpoint that is no address. */
function completeLocal(environment: NodeJS.ProcessEnv): void {
  const endpoint = environment.AWS_ENDPOINT_URL;
  if (!endpoint) return;
  if (!URL.canParse(endpoint)) {
    throw new UsageError(`AWS_ENDPOINT_URL is "${endpoint}", which is no address`, {
      hint: 'Write it as `npm start` prints it: http://127.0.0.1:4600.',
    });
  }
  if (!isLoopback(endpoint)) return;
  const hasOwnCredentials = choices.slice(1).some((name) => environment[name]);
  const { AWS_REGION, ...credentials } = unchecked;
  if (!environment.AWS_DEFAULT_REGION) environment.AWS_REGION ??= AWS_REGION;
  if (!hasOwnCredentials) Object.assign(environment, credentials);
}

function describeTarget(environment: NodeJS.ProcessEnv): string {
  const endpoint = environment.AWS_ENDPOINT_URL;
  if (endpoint) return `${isLoopback(endpoint) ? 'local AWS' : 'AWS'} at ${endpoint}`;
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const profile = environment.AWS_PROFILE;
  return ['AWS', region, profile && `(profile ${profile})`].filter(Boolean).join(' ');
}

function isLoopback(endpoint: string): boolean {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return ['127.0.0.1', 'localhost', '[::1]'].includes(host);
}
