/** The command, typed by people with rights of their own. */

import { runCommandLine } from '../../../cli/program.js';
import { useEnvironment } from '../../system/aws-environment.js';
import type { GuardedAws } from './guarded-aws.js';

export interface Typed {
  readonly exitCode: number;
  readonly output: string;
  /** `dynamodb:GetItem arn:…`: what was asked for and not allowed, each once. */
  readonly refused: readonly string[];
}

/** Runs a command line as somebody who has these managed policies and no other rights. */
export async function type(
  world: GuardedAws,
  directory: string,
  { words, policies }: { readonly words: readonly string[]; readonly policies: readonly string[] },
): Promise<Typed> {
  const from = world.asked.length;
  const person = policies.join('+');
  const restore = useEnvironment(await world.as(person, ...policies));
  let output = '';
  const screen = {
    isTTY: false,
    columns: 200,
    write: (text: string) => {
      output += text;
      return true;
    },
  };
  try {
    const exitCode = await runCommandLine(words, { output: screen, environment: process.env, directory });
    const refused = world.asked
      .slice(from)
      .filter(({ caller, allowed }) => caller === person && !allowed)
      .map(({ action, resources }) => `${action} ${resources.at(-1)}`);
    return { exitCode, output, refused: [...new Set(refused)] };
  } finally {
    restore();
  }
}
