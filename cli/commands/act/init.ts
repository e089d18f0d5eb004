/** `veltrix init`: a project that distributes configuration, in a new folder or beside what is there. */

import path from 'node:path';
import * as z from 'zod';
import { type Begun, init as begin, nameFrom } from '../../../control/act/init/init.js';
import { UsageError } from '../../../core/errors.js';
import { defineCommand } from '../../command.js';
import { factLines, type Page } from '../../terminal/layout.js';
import type { Paint } from '../../terminal/paint.js';

interface BegunFrom extends Begun {
  /** From where the person stands; empty for right there. */
  readonly folder: string;
}

const environmentNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.tuple([z.string()], z.string()));

export const init = defineCommand({
  args: z.object({
    directory: z.string().min(1).default('.'),
    application: z.string().optional(),
    profile: z.string().default('limits'),
    environments: environmentNames.default(['staging', 'production']),
  }),
  positional: ['directory'],
  async run(context, { directory, application, profile, environments }): Promise<BegunFrom> {
    const target = path.resolve(context.directory, directory);
    const name = application ?? nameFrom(path.basename(target));
    if (name === undefined) {
      throw new UsageError(`"${path.basename(target)}" cannot name an application`, {
        hint: 'Name it: `veltrix init --application shop`.',
      });
    }
    const begun = await begin(target, { application: name, profile, environments });
    return { ...begun, folder: path.relative(context.directory, target) };
  },
  render,
});

function render(begun: BegunFrom, paint: Paint, { columns }: Page): readonly string[] {
  const written = begun.written.map((file): [string, string] => [paint.good('✔'), file]);
  const kept = begun.kept.map(({ path: file, todo }): [string, string] => [
    paint.warn('!'),
    `${file} is there already, and stays as it is${todo === undefined ? '' : `: ${todo}`}`,
  ]);
  return [
    ...[...written, ...kept].flatMap((fact) => factLines([fact], columns)),
    '',
    'Next:',
    ...next(begun, paint),
  ];
}

function next({ folder, address }: BegunFrom, paint: Paint): readonly string[] {
  const [application, environment, profile] = address.split('/');
  const commands = [
    ...(folder === '' ? [] : [`cd ${folder}`]),
    'npm install veltrix zod',
    'npm install --save-dev @veltrix/cli @veltrix/infra aws-cdk tsx typescript @types/node',
    'npx veltrix dev',
  ];
  return [
    ...commands.map((command) => `  ${paint.code(command)}`),
    `Then edit ${paint.strong(`config/${application}/${profile}.${environment}.yaml`)}, and in a second terminal:`,
    `  ${paint.code(`npx veltrix publish ${address} -m "my first change" --wait`)}`,
  ];
}
