/** What waits for its turn in an environment, in the order of the turns. */

import type { PublishQueue, QueueEntry } from '../../core/delivery/publish-queue.js';
import { ago, byWord, factLines } from './layout.js';
import type { Paint } from './paint.js';

interface Look {
  readonly columns: number;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly paint: Paint;
}

/** A heading, then a block for each entry; nothing for an empty queue. */
export function renderQueue({ cluster, entries }: PublishQueue, look: Look): readonly string[] {
  if (entries.length === 0) return [];
  const { paint, columns } = look;
  const facts = entries.flatMap((entry, index) => entryFacts(cluster, { entry, place: index + 1 }, look));
  return [
    `${paint.strong(cluster)}  queue, ${entries.length} waiting`,
    ...factLines(facts, columns - 2).map((line) => `  ${line}`),
  ];
}

function entryFacts(
  cluster: string,
  { entry, place }: { entry: QueueEntry; place: number },
  { now, paint }: Look,
): (readonly [string, string])[] {
  const { profile, version, reason, author, queuedAt, held, lastError } = entry;
  const about = byWord(paint.dim, `${author} · ${ago(queuedAt, now)}`);
  const head = [String(place), `${profile} v${version}  "${reason}"  ${about}`] as const;
  if (held === undefined)
    return lastError ? [head, ['', byWord(paint.warn, inWords(lastError, now))]] : [head];
  const verb = 'unreadable' in entry ? 'drop' : 'release';
  const command = `veltrix queue ${verb} ${cluster}/${profile} -m "…"`;
  return [
    head,
    ['', byWord(paint.warn, `held, ${ago(held.since, now)}: ${held.why}`)],
    ['', `${paint.dim('→')} ${byWord(paint.code, command)}`],
  ];
}

function inWords({ why, at, times }: NonNullable<QueueEntry['lastError']>, now: string): string {
  const often = times === 1 ? 'once' : `${times} times`;
  return `could not go ${often}, last ${ago(at, now)}: ${why}`;
}
