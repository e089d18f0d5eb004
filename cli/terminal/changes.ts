/** Changes of a value, one a line: `coolDownMs  5000 → 4000`. */

import type { Change } from '../../control/values/json-diff.js';
import type { JsonValue } from '../../core/content/canonical-json.js';
import { count, table } from './layout.js';
import type { Paint } from './paint.js';

/** Changes that are shown; the rest is counted. */
const changesShownMax = 40;
/** Longer values are cut: the whole is one `veltrix get` away. */
const valueMaxChars = 48;

export function describeChanges(changes: readonly Change[], paint: Paint): readonly string[] {
  const rows = changes.slice(0, changesShownMax).map((change) => describeChange(change, paint));
  const rest = changes.length - rows.length;
  const lines = table(rows).map((line) => `  ${line}`);
  return rest === 0 ? lines : [...lines, `  … and ${count(rest, 'more change')}`];
}

function describeChange({ path, before, after }: Change, paint: Paint): readonly string[] {
  const where = path === '' ? '(everything)' : path;
  if (before === undefined) return [paint.good('+'), where, paint.good(quote(after))];
  if (after === undefined) return [paint.bad('-'), where, paint.bad(quote(before))];
  return [paint.warn('~'), where, `${paint.bad(quote(before))} → ${paint.good(quote(after))}`];
}

function quote(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > valueMaxChars ? `${text.slice(0, valueMaxChars - 1)}…` : text;
}
