/** `veltrix check`: every file against its schema, without AWS. */

import * as z from 'zod';
import { type CheckReport, check as checkFiles } from '../../../control/files/check.js';
import { ContentRefused } from '../../../core/errors.js';
import { defineCommand } from '../../command.js';
import { describeProblems } from '../../failures.js';
import { flag } from '../../parse-arguments.js';
import { count, factLines, type Page } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

export const check = defineCommand({
  args: z.object({ application: z.string().optional(), json: flag }),
  positional: ['application'],
  run: async ({ workspace }, { application }): Promise<CheckReport> =>
    checkFiles(await workspace(), application),
  render,
  failure: ({ files }) => {
    const refused = files.find(({ problems }) => problems.length > 0);
    return refused && new ContentRefused(refused.file, refused.problems);
  },
});

function render({ files, problemCount }: CheckReport, paint: Paint, { columns }: Page): readonly string[] {
  const lines = files.flatMap((file) =>
    file.problems.length > 0
      ? describeProblems(file, paint, columns)
      : factLines([[paint.good('✔'), `${file.file}  ${paint.dim(file.address ?? '')}`]], columns),
  );
  const summary =
    problemCount === 0
      ? `${count(files.length, 'file')}, no problem.`
      : `${count(files.length, 'file')}, ${count(problemCount, 'problem')}.`;
  return [...lines, '', problemCount === 0 ? summary : paint.bad(summary)];
}
