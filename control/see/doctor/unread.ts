/** What could not be read while looking: told as findings of their own, denials by the action that is missing. */

import { isVeltrixError, type VeltrixError } from '../../../core/errors.js';
import { groupBy } from '../../../core/group-by.js';
import { explainFailure } from '../../failures.js';
import { type Found, listed } from './finding.js';

/** A question to AWS. */
export interface Asked {
  /** What is read: `the records of nodes`. */
  readonly what: string;
  /** Whose, where it is not the stage's: `treasure-hunt/staging`. */
  readonly where?: string;
  /** The action that it takes: `dynamodb:Query`. AWS names it as well when it denies, or one that comes before it. */
  readonly action: string;
}

interface Failure {
  readonly asked: Asked;
  /** In AWS's words, and in those of somebody at a terminal where they tell more. */
  readonly why: string;
  readonly hint: string;
  /** The action that AWS denies; absent where it fails otherwise. */
  readonly denied?: string;
}

export class Unread {
  readonly #failures: Failure[] = [];

  /** The answer; undefined where AWS does not give it, which is noted. @throws whatever is no failure of a service. */
  async orNothing<T>(asked: Asked, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (!isVeltrixError(error) || error.code !== 'VELTRIX_SERVICE_UNAVAILABLE') throw error;
      this.#failures.push(failureOf(asked, error));
      return undefined;
    }
  }

  /** One for each action that is denied, and one for each other reason. */
  get findings(): readonly Found[] {
    // Which answer comes first is chance.
    const failures = this.#failures.toSorted((a, b) => (a.asked.what < b.asked.what ? -1 : 1));
    const byReason = groupBy(failures, ({ denied, why }) => denied ?? why);
    return [...byReason].map(([reason, all]) =>
      all[0]?.denied ? denial(reason, all) : failing(reason, all),
    );
  }
}

function failureOf(asked: Asked, error: VeltrixError): Failure {
  const explained = explainFailure(error) as VeltrixError;
  const denied = deniedAction(error.cause, asked);
  return {
    asked,
    why: whyOf(error, explained),
    hint: explained.hint,
    ...(denied !== undefined && { denied }),
  };
}

/** The same for all questions that fail alike: what each was about is told beside. */
function whyOf({ message, cause }: VeltrixError, explained: VeltrixError): string {
  const said = cause instanceof Error ? [cause.name, cause.message].filter(Boolean).join(': ') : message;
  // `explainFailure` puts what it knows before the message.
  const known = explained.message.endsWith(`: ${message}`)
    ? explained.message.slice(0, -message.length - 2)
    : '';
  return known === '' ? said : `${known} (${said})`;
}

/** AWS's sentence, the same in every service: `User: arn:… is not authorized to perform: dynamodb:Query on resource: …`. */
const denialWords = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/;

function deniedAction(cause: unknown, { action }: Asked): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const said = denialWords.exec(cause.message)?.[1];
  if (said !== undefined) return said;
  return /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(cause.name) ? action : undefined;
}

const denial = (action: string, failures: readonly Failure[]): Found => ({
  level: 'unknown',
  where: 'permissions',
  what: `lack ${action}: ${thingsOf(failures)} cannot be read`,
  why: 'What depends on it was not looked at.',
  next: `give the caller ${action}, or use a role that has it`,
});

const failing = (why: string, failures: readonly Failure[]): Found => ({
  level: 'unknown',
  where: 'AWS',
  what: `does not answer: ${thingsOf(failures)} cannot be read`,
  why: `${why}.`,
  next: failures[0]?.hint ?? '',
});

/** Things that are told by name. */
const thingsMax = 4;

/** `the queue (quest/production, quest/staging), the functions and 3 more`. */
function thingsOf(failures: readonly Failure[]): string {
  const things = [...groupBy(failures, ({ asked }) => asked.what)].map(([what, all]) => {
    const places = [...new Set(all.flatMap(({ asked }) => asked.where ?? []))];
    return places.length === 0 ? what : `${what} (${listed(places)})`;
  });
  const more = things.length - thingsMax;
  return things.slice(0, thingsMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
