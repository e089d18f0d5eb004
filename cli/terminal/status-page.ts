/** A whole status for people, and the view that follows it: painted in place on a terminal, a line per change elsewhere. */

import { attentionOf } from '../../control/see/status/attention.js';
import type { Status } from '../../control/see/status/status.js';
import { renderDrains } from './drain-lines.js';
import { byWord, factLines } from './layout.js';
import { essenceOf, inOneLine } from './one-line.js';
import type { Paint } from './paint.js';
import { renderRollout } from './profile-status.js';
import { renderQueue } from './queue-lines.js';
import type { Screen } from './screen.js';

interface Look {
  readonly columns: number;
  readonly paint: Paint;
}

/** Everything, profile by profile. */
export function describeStatus(status: Status, { columns, paint }: Look): readonly string[] {
  const { target, askedAt, profiles, blind } = status;
  if (profiles.length === 0 && blind.length === 0) return [paint.dim(target), 'Nothing is deployed here.'];
  const look = { now: askedAt, columns, paint };
  return [
    paint.dim(target),
    ...profiles.flatMap((profile) => ['', ...renderRollout(profile, look)]),
    ...around(status, { columns, paint }),
  ];
}

/** The queues, the drains, and what could not be read. */
function around(
  { queues, drains, blind, askedAt: now }: Status,
  { columns, paint }: Look,
): readonly string[] {
  const waiting = queues.flatMap((queue) => ['', ...renderQueue(queue, { now, columns, paint })]);
  const unread = blind.flatMap((note) => factLines([[paint.warn('!'), byWord(paint.warn, note)]], columns));
  const drained = drains.flatMap((each) => renderDrains(each.drains, { now, columns, paint }));
  return [
    ...waiting,
    ...(drained.length > 0 ? ['', ...drained] : []),
    ...(unread.length > 0 ? ['', ...unread] : []),
  ];
}

/** The same in so many rows: where there is no room, what nobody needs to look at takes one line. */
function describeWithin(
  status: Status,
  { rows, ...look }: Look & { readonly rows: number },
): readonly string[] {
  const whole = describeStatus(status, look);
  return whole.length < rows ? whole : describeBriefly(status, look);
}

function describeBriefly(status: Status, look: Look): readonly string[] {
  const { target, askedAt: now, profiles } = status;
  const quiet = profiles.filter((profile) => attentionOf(profile) <= quietAttention);
  const others = profiles.filter((profile) => !quiet.includes(profile));
  return [
    look.paint.dim(target),
    ...others.flatMap((profile) => ['', ...renderRollout(profile, { now, ...look, isBrief: true })]),
    ...around(status, look),
    ...(quiet.length > 0 ? [''] : []),
    ...quiet.map((profile) => look.paint.dim(inOneLine(profile))),
  ];
}

/** Deployed, and nothing to see there. */
const quietAttention = 2;

export interface LiveView {
  show(status: Status): void;
  /** Tells that a look failed: once, until another status is shown or something else fails. */
  trouble(message: string): void;
}

/** For what goes on: `status --watch`, `publish --wait`. Under `json`, a document whenever something changed. */
export function createLiveView(screen: Screen, json = false): LiveView {
  if (screen.isTerminal && !json) return paintedView(screen);
  const lines = new Map<string, string>();
  let essence = '';
  let said = '';
  return {
    show(status) {
      const isNews = essenceOf(status) !== essence;
      [essence, said] = [essenceOf(status), ''];
      if (isNews && json) screen.json(status);
      for (const [subject, line] of isNews && !json ? linesOf(status) : []) {
        if (lines.get(subject) !== line) screen.line(line);
        lines.set(subject, line);
      }
    },
    trouble(message) {
      if (message !== said && json) screen.json({ trouble: message });
      else if (message !== said) screen.line(`! ${message}`);
      said = message;
    },
  };
}

function paintedView(screen: Screen): LiveView {
  let page: readonly string[] = [];
  return {
    show(status) {
      page = describeWithin(status, screen);
      screen.repaint(page);
    },
    trouble(message) {
      const { paint, columns } = screen;
      screen.repaint([...factLines([[paint.bad('✖'), message]], columns), '', ...page]);
    },
  };
}

/** One line for each profile and queue, and what could not be read. */
function linesOf({ profiles, queues, drains, blind }: Status): (readonly [subject: string, line: string])[] {
  const waits = queues.map(({ cluster, entries }) => {
    const names = entries.map(
      ({ profile, version, held }) => `${profile} v${version}${held ? ' (held)' : ''}`,
    );
    return [`${cluster} queue`, `${cluster}  queue: ${names.join(', ')}`] as const;
  });
  return [
    ...profiles.map((profile) => [profile.address, inOneLine(profile)] as const),
    ...waits,
    ...drains.map(({ cluster, drains: all }) => {
      const names = all.map(({ node }) => node).join(', ');
      return [`${cluster} drains`, `${cluster}  drained: ${names}`] as const;
    }),
    ...blind.map((note) => [note, `! ${note}`] as const),
  ];
}
