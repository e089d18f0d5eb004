/**
 * Which AWS a command talks to. What somebody chose in the environment wins; else the local AWS that runs for this
 * project; else whatever the AWS SDK finds (profiles, roles).
 */

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
  return describeTarget(environment);
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
