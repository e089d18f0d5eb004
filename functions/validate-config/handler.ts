/**
 * AppConfig asks here before it deploys a version, whoever starts the deployment: console, another tool, Veltrix itself.
 * Returning lets it deploy; throwing refuses, and the message is what the caller of AppConfig reads.
 */

import * as z from 'zod';
import { parseContent } from '../../core/content/content.js';
import { refusalMark } from '../../core/content/content-problems.js';
import { describeProblem, type Problem } from '../../core/errors.js';
import type { Profile } from '../../core/profiles.js';
import type { Log } from '../log.js';

/** AppConfig carries the message in an error; what is longer would be cut somewhere without saying so. */
const messageMaxChars = 1_000;

const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));

/** AppConfig's event, in lower camel case; an archived page of its guide prints Pascal case. */
const eventSchema = z.union([
  z
    .object({ content: base64, configurationVersion: z.string() })
    .transform(({ content, configurationVersion }) => ({ content, version: configurationVersion })),
  z
    .object({ Content: base64, ConfigurationVersion: z.string() })
    .transform(({ Content, ConfigurationVersion }) => ({ content: Content, version: ConfigurationVersion })),
]);

export interface ValidateDeps {
  readonly profile: Profile;
  readonly log: Log;
}

/** @throws Error listing path and expectation of each problem, when the content is not what the schema admits. */
export function createHandler({ profile, log }: ValidateDeps) {
  return async (event: unknown): Promise<void> => {
    const { content, version } = eventSchema.parse(event);
    const checked = parseContent(profile, content, 'strict');
    const facts = { profile: profile.name, version, bytes: content.length };
    if (checked.ok) return log.info('accepted', facts);
    log.warn('refused', { ...facts, problems: checked.problems.length });
    throw new Error(describeRefusal(profile.name, checked.problems));
  };
}

/** As many problems as fit, and how many more there are. */
function describeRefusal(profile: string, problems: readonly Problem[]): string {
  const lines = [`${refusalMark}${profile} is not valid:`];
  for (const [index, problem] of problems.entries()) {
    const line = `- ${describeProblem(problem)}`;
    const more = `(and ${problems.length - index} more)`;
    if ([...lines, line, more].join('\n').length > messageMaxChars) return [...lines, more].join('\n');
    lines.push(line);
  }
  return lines.join('\n');
}
