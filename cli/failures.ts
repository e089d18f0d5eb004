/** How a failure reads: what, why, and what to type next. Only our own mistakes show a stack. */

import { FileRefused } from '../control/act/outcomes.js';
import type { PlacedProblem } from '../control/files/yaml-file.js';
import { isVeltrixError } from '../core/errors.js';
import { type MarkedLine, markedLines } from './act/marked-lines.js';
import { exitCodeOf } from './exit-codes.js';
import { wrap } from './terminal/layout.js';
import type { Paint } from './terminal/paint.js';

/** Problems of one file that are shown; the rest is counted. */
const problemsShownMax = 20;

/** The stable form for programs: `{error: {code, message, hint, …facts}}`. */
export function failureAsJson(failure: unknown): { readonly error: Readonly<Record<string, unknown>> } {
  if (!isVeltrixError(failure)) {
    return { error: { code: 'VELTRIX_INTERNAL', message: messageOf(failure), hint: internalHint } };
  }
  const { code, message, hint, retryable, name: _name, cause: _cause, ...facts } = failure;
  return { error: { code, message, hint, retryable, exitCode: exitCodeOf(failure), ...facts } };
}

export function describeFailure(
  failure: unknown,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  if (failure instanceof FileRefused) {
    return [...describeProblems(failure, paint, columns), `  Nothing was published${standing(failure)}.`];
  }
  if (!isVeltrixError(failure)) {
    const stack = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
    return [paint.bad(`✖ ${messageOf(failure)}`), paint.dim(stack), `  ${internalHint}`];
  }
  const hint: MarkedLine = [paint.dim('→'), failure.hint];
  return markedLines([[paint.bad('✖'), failure.message], hint], columns);
}

/** Every problem of a file at its place, as compilers print them. */
export function describeProblems(
  { file, problems }: { readonly file: string; readonly problems: readonly PlacedProblem[] },
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const shown = problems.slice(0, problemsShownMax);
  const lines = shown.flatMap((problem) => describeProblem(file, problem, { paint, columns }));
  const rest = problems.length - shown.length;
  return rest === 0 ? lines : [...lines, `  … and ${rest} more in ${file}`];
}

function describeProblem(
  file: string,
  problem: PlacedProblem,
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): string[] {
  const { path, message, suggestion, line, column } = problem;
  const place = `${file}:${line}:${column}`;
  const lines = [`${paint.bad('✖')} ${paint.strong(place)}${path && `  ${path}`}`];
  const words = wrap(message.replace(/, expected /, ' — expected '), columns - 4);
  lines.push(...words.map((part) => `    ${part}`));
  if (suggestion !== undefined) lines.push(`    ${paint.dim('→')} write ${paint.code(suggestion)}`);
  return lines;
}

const standing = ({ environment, deployedVersion }: FileRefused): string => {
  if (deployedVersion === undefined) return '';
  return deployedVersion === 0
    ? `; ${environment} holds no version yet`
    : `; ${environment} stays on version ${deployedVersion}`;
};

const internalHint = 'This is a mistake in veltrix itself; please report it with the lines above.';

const messageOf = (failure: unknown): string =>
  failure instanceof Error ? failure.message : String(failure);
