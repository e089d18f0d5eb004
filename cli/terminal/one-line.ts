/** A profile's state in one line: for logs, for pages without room, and to tell whether anything changed. */

import type { ProfileStatus, Status } from '../../control/see/status/status.js';
import { verdictWords } from './guard-lines.js';

/** `treasure-hunt/staging/limits  rolling-out  v2 50 %  held by 7/20  healthy`. */
export function inOneLine(profile: ProfileStatus): string {
  const { address, state, deployed, rollout, undone, nodes, guard, fileDrift } = profile;
  const version = rollout ?? deployed;
  const live = nodes.holding.length + nodes.waiting.length + nodes.refused.length;
  const parts = [address, state];
  if (version) parts.push(`v${version.version}${rollout ? ` ${rollout.percentage} %` : ''}`);
  // What nodes are meant to hold is AppConfig's to say.
  if (live > 0 && state !== 'unreadable') parts.push(`held by ${nodes.holding.length}/${live}`);
  if (nodes.isUnread) parts.push('nodes unknown');
  if (nodes.refused.length > 0) parts.push(`refused by ${nodes.refused.length}`);
  if (nodes.overridden.length > 0) parts.push(`${nodes.overridden.length} overridden by hand`);
  if (nodes.keeping.length > 0) parts.push(`${nodes.keeping.length} keep a withdrawn version`);
  if (nodes.silent.length > 0) parts.push(`${nodes.silent.length} silent`);
  if (guard && rollout) parts.push(guard.blind ? 'guard blind' : verdictWords[guard.verdict]);
  if (undone) parts.push(`v${undone.version} taken back: ${undone.why || 'no reason given'}`);
  if (fileDrift) parts.push(`git still says v${fileDrift.version}`);
  return parts.join('  ');
}

/** What counts as a change: not the time of the question, nor of the newest report. */
export const essenceOf = ({ profiles, queues, drains, blind }: Status): string =>
  JSON.stringify([profiles.map(inOneLine), queues, drains, blind]);
