/** Changes of a value, one a line: `coolDownMs  5000 → 4000`. */

import type { Change } from '../../control/values/json-diff.js';
import type { JsonValue } from '../../core/content/canonical-json.js';
import { count, table } from './layout.js';
import { cutTo, type Paint } from './paint.js';

/** Changes that are shown; the rest is counted. */
const changesShownMax = 40;
/** Longer values are cut: the whole is one `veltrix get` away. */
const [valueMaxChars, valueMinChars] = [48, 12];
/** Columns of a line beside path and values: margin, sign, spaces and arrow. */
const besideColumns = 10;

/** Lines of at most so many columns: a path that leaves no room for its values stands above them. */
export function describeChanges(changes: readonly Change[], paint: Paint, columns = 80): readonly string[] {
  const shown = changes.slice(0, changesShownMax);
  const widest = Math.max(0, ...shown.map(({ path }) => pathOf(path).length));
  const room = Math.floor((columns - besideColumns - widest) / 2);
  const rest = changes.length - shown.length;
  const lines =
    room < valueMinChars
      ? shown.flatMap((change) => inTwoLines(change, paint, columns))
      : table(shown.map((change) => describeChange(change, paint, Math.min(room, valueMaxChars))));
  const more = rest === 0 ? [] : [`… and ${count(rest, 'more change')}`];
  return [...lines, ...more].map((line) => `  ${line}`);
}

function inTwoLines(change: Change, paint: Paint, columns: number): string[] {
  const room = Math.min(Math.floor((columns - besideColumns) / 2), valueMaxChars);
  const [sign = '', path = '', values = ''] = describeChange(change, paint, room);
  return [`${sign}  ${cutTo(path, columns - besideColumns)}`, `     ${values}`];
}

function describeChange({ path, before, after }: Change, paint: Paint, room: number): readonly string[] {
  const where = pathOf(path);
  const [old, next] = [quote(before, room), quote(after, room)];
  if (before === undefined) return [paint.good('+'), where, paint.good(next)];
  if (after === undefined) return [paint.bad('-'), where, paint.bad(old)];
  return [paint.warn('~'), where, `${paint.bad(old)} → ${paint.good(next)}`];
}

const pathOf = (path: string): string => (path === '' ? '(everything)' : path);

function quote(value: JsonValue | undefined, room: number): string {
  return cutTo(JSON.stringify(value) ?? '', room);
}
