/**
 * What AppConfig's BadRequestException means for content. It answers so for whatever its validators and extensions refuse,
 * and just as well when one of them could not be asked, was throttled, took too long or crashed.
 */

import type { InvalidConfigurationDetail } from '@aws-sdk/client-appconfig';
import { refusalMark } from '../../core/content/content-problems.js';
import { type Problem, ServiceUnavailable } from '../../core/errors.js';
import { isNamed } from '../failures.js';

/** "Error invoking Lambda validator: …", "Error invoking extension …: …": its details are about the call. */
const aboutCall = /^error invoking /i;
const passing =
  /rate exceeded|throttl|too ?many ?requests|timed? ?out|time-?out|did not answer|concurren|internal (server )?error|unavailable|try again/i;

/** What is wrong with the content, as AppConfig tells it or passes on from our validator; undefined when it is not the content. */
export function refusalIn(error: unknown): readonly Problem[] | undefined {
  const message = messageOf(error);
  if (isNamed(error, 'PayloadTooLargeException')) return [{ path: '', message }];
  if (!isNamed(error, 'BadRequestException')) return undefined;
  const marked = wordsOf(error).find((words) => words.includes(refusalMark));
  if (marked !== undefined) {
    return [{ path: '', message: marked.slice(marked.indexOf(refusalMark) + refusalMark.length) }];
  }
  const details = detailsOf(error);
  return aboutCall.test(message) || details.length === 0 ? undefined : details.map(toProblem);
}

/** A request that AppConfig did not take, for another reason than its content. */
export function notAsked(doing: string, error: unknown): ServiceUnavailable {
  const retryable = wordsOf(error).some((words) => passing.test(words));
  return new ServiceUnavailable(`could not ${doing}: ${messageOf(error)}`, {
    hint: retryable
      ? 'Try again; if it goes on, look at the validators and extensions that AppConfig asks, and at their limits.'
      : 'Look at the validators and extensions that AppConfig asks, and at whether the stacks are deployed as this version expects.',
    retryable,
    cause: error,
  });
}

const toProblem = ({ Location, Reason, Value, Constraint }: InvalidConfigurationDetail): Problem => ({
  path: Location ?? '',
  message: Reason ?? Value ?? Constraint ?? 'is not valid',
});

const wordsOf = (error: unknown): readonly string[] => [
  messageOf(error),
  ...detailsOf(error).flatMap(({ Reason = '', Value = '', Type = '' }) => [Reason, Value, Type]),
];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function detailsOf(error: unknown): readonly InvalidConfigurationDetail[] {
  const details: unknown = error instanceof Error ? Reflect.get(error, 'Details') : undefined;
  const invalid: unknown =
    typeof details === 'object' && details !== null && Reflect.get(details, 'InvalidConfiguration');
  return Array.isArray(invalid) ? invalid : [];
}
