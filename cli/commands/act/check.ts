/** `veltrix check`: every file against its schema, without AWS; with --deployed also every name against what is deployed. */

import * as z from 'zod';
import { type CheckReport, check as checkFiles } from '../../../control/files/check.js';
import { type ProjectStrays, renamesIn, straysOfProject } from '../../../control/stray-names.js';
import { ContentRefused } from '../../../core/errors.js';
import { type MarkedLine, markedLines } from '../../act/marked-lines.js';
import { defineCommand } from '../../command.js';
import { describeProblems } from '../../failures.js';
import { flag } from '../../parse-arguments.js';
import { count, factLines, type Page } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

export const check = defineCommand({
  args: z.object({ application: z.string().optional(), deployed: flag, json: flag }),
  positional: ['application'],
  async run({ workspace, home, cloud }, { application, deployed }): Promise<Checked> {
    const project = await workspace();
    const report = await checkFiles(project, application);
    if (!deployed) return report;
    const { stage } = await home();
    return { ...report, names: await straysOfProject(await cloud(), project, { only: application, stage }) };
  },
  render: (checked, paint, page) => [...render(checked, paint, page), ...describeNames(checked, paint, page)],
  failure: ({ files, names }) => {
    const refused = files.find(({ problems }) => problems.length > 0);
    if (refused) return new ContentRefused(refused.file, refused.problems);
    return names && renamesIn(names)[0];
  },
});

interface Checked extends CheckReport {
  /** Present where names were held against what is deployed. */
  readonly names?: ProjectStrays;
}

/** What looks renamed; else what is left over, and what comes with the next `cdk deploy`. */
function describeNames({ names }: Checked, paint: Paint, { columns }: Page): readonly string[] {
  if (names === undefined) return [];
  const renamed = renamesIn(names);
  if (renamed.length > 0) {
    return renamed.flatMap(({ message, hint }) =>
      markedLines(
        [
          [paint.bad('✖'), message],
          [paint.dim('→'), hint],
        ],
        columns,
      ),
    );
  }
  const lines = names.within.flatMap(({ application, environments, profiles }) => [
    ...profiles.gone.map((name) => leftOver(`${application}/${name}`, paint)),
    ...environments.gone.map((name) => strange(`${application}/${name}`, paint)),
    ...profiles.added.map(
      (name): MarkedLine => ['+', `${application}/${name} is new: deploy the stacks first`],
    ),
  ]);
  return lines.length === 0
    ? ['Every name is as it is deployed.']
    : lines.flatMap((line) => markedLines([line], columns));
}

const leftOver = (at: string, paint: Paint): MarkedLine => [
  paint.warn('!'),
  `${at} is deployed and in no file: \`veltrix retire ${at} -m "…"\` ends it`,
];
const strange = (at: string, paint: Paint): MarkedLine => [
  paint.warn('!'),
  `${at} is an environment that is deployed and in no file (docs/upgrade.md)`,
];

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
