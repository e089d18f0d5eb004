/** Somebody, or a script, in front of a world in memory. */

import type { Context, Outcome, Runnable } from '../../cli/command.js';
import { exitCodeOf } from '../../cli/exit-codes.js';
import { describeFailure } from '../../cli/failures.js';
import { createScreen } from '../../cli/terminal/screen.js';
import { openWorkspace } from '../../control/files/workspace.js';
import type { World } from '../control/world.js';

export interface PersonOptions {
  /** Default: true. A script has none. */
  readonly isTerminal?: boolean;
  /** Columns of the terminal; default: 80. */
  readonly columns?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
  /** What happens before the answer. */
  readonly whileAsked?: () => unknown;
  readonly answer?: boolean;
  /** Where it stands; default: in the project. */
  readonly directory?: string;
}

export interface Person {
  readonly context: Context;
  /** All that was printed, without escapes. */
  shown(): string;
  readonly questions: readonly string[];
  /** Runs a command as the program does; what it printed is in `shown`. */
  types(runnable: Runnable, positional: readonly string[], options?: object): Promise<Ended>;
}

export interface Ended {
  readonly exitCode: number;
  readonly data: unknown;
  readonly failure: unknown;
}

export function personAt(world: World, options: PersonOptions = {}): Person {
  const {
    isTerminal = true,
    columns = 80,
    whileAsked,
    answer = true,
    directory = world.project.root,
  } = options;
  let shown = '';
  const questions: string[] = [];
  const output = { isTTY: isTerminal, columns, write: (text: string) => (shown += text) };
  const context: Context = {
    screen: createScreen(output, { NO_COLOR: '1' }),
    json: options.json === true,
    yes: options.yes === true,
    home: async () => ({ name: 'main' }),
    directory,
    environment: {},
    signal: new AbortController().signal,
    cloud: async () => world.cloud,
    workspace: () => openWorkspace(directory),
    author: () => 'anna',
    async confirm(question) {
      questions.push(question);
      await whileAsked?.();
      return answer;
    },
  };
  return {
    context,
    questions,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one.
    shown: () => shown.replace(/\u001B\[[0-9;?]*[A-Za-z]/g, ''),
    types: (runnable, positional, given = {}) =>
      run(context, runnable, { positional, options: { ...given } }),
  };
}

async function run(context: Context, runnable: Runnable, raw: Parameters<Runnable>[1]): Promise<Ended> {
  try {
    const outcome = await runnable(context, raw);
    print(context, outcome);
    return { exitCode: exitCodeOf(outcome.failure), data: outcome.data, failure: outcome.failure };
  } catch (failure) {
    for (const line of describeFailure(failure, context.screen.paint, context.screen.columns))
      context.screen.line(line);
    return { exitCode: exitCodeOf(failure), data: undefined, failure };
  }
}

function print({ screen }: Context, { data, lines }: Outcome): void {
  if (data === undefined) return;
  for (const line of lines(screen.paint, screen)) screen.line(line);
}
