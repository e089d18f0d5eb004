/** From words on a command line to an exit code: commander reads them, one place runs, prints and maps what comes back. */

import { Command as Commander, CommanderError } from 'commander';
import { UsageError } from '../core/errors.js';
import type { Runnable } from './command.js';
import type { World } from './execute.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import type { RawArguments } from './parse-arguments.js';
import { createScreen } from './terminal/screen.js';
import type { Verb } from './verbs/verb.js';
import { commonOptions, verbs } from './verbs.js';
import { version } from './version.js';

/** Help is read in terminals of this width. */
const helpColumns = 80;

interface Chosen {
  readonly runnable: Runnable;
  readonly raw: RawArguments;
}

/** Runs one command line. @returns the exit code; everything was printed. */
export async function runCommandLine(words: readonly string[], world: World): Promise<number> {
  let chosen: Chosen | undefined;
  const program = createProgram(world, async (load, raw) => {
    chosen = { runnable: await load(), raw };
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    return await report(usageOf(error, program), words, world);
  }
  if (chosen === undefined) return exitCodes.ok;
  const { execute } = await import('./execute.js');
  return execute(chosen.runnable, chosen.raw, world);
}

type Choose = (load: () => Promise<Runnable>, raw: RawArguments) => Promise<void>;

function createProgram(world: World, choose: Choose): Commander {
  const program = configure(new Commander('veltrix'), world)
    .description('Configuration for a fleet: typed, checked, rolled out step by step, undoable.')
    .version(version(), '--version', 'print the version');
  for (const verb of verbs) program.addCommand(createVerb(verb, world, choose));
  return program.addHelpText('after', '\n`veltrix <command> --help` shows examples of each.');
}

function createVerb(verb: Verb, world: World, choose: Choose): Commander {
  const command = configure(new Commander(verb.name), world).description(verb.summary);
  for (const inner of verb.verbs ?? []) command.addCommand(createVerb(inner, world, choose));
  for (const [name, about] of verb.arguments ?? []) command.argument(name, about);
  const { load } = verb;
  if (load) {
    for (const [flags, about] of [...(verb.options ?? []), ...commonOptions]) command.option(flags, about);
    // A verb that has verbs of its own takes their common options for its own.
    command.action(() => choose(load, { positional: command.args, options: command.optsWithGlobals() }));
  }
  return command.addHelpText('after', examplesOf(verb));
}

function configure(command: Commander, { output }: World): Commander {
  const write = (text: string) => void output.write(text);
  return command
    .exitOverride()
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .configureHelp({ helpWidth: helpColumns })
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined });
}

function examplesOf({ examples }: Verb): string {
  const lines = examples.flatMap(([command, about]) => [`  $ ${command}`, `      ${about}`]);
  return ['', 'Examples:', ...lines].join('\n');
}

/** What commander could not read, as a usage error; asking for help or the version is none. */
function usageOf(error: unknown, program: Commander): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') {
    return new UsageError('Which command?', { hint: 'They are listed above.' });
  }
  const [what = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\(|\)$/g, '') ?? `See \`${program.name()} --help\`.`;
  return new UsageError(what, { hint });
}

async function report(failure: unknown, words: readonly string[], world: World): Promise<number> {
  if (failure === undefined) return exitCodes.ok;
  const { describeFailure, failureAsJson } = await import('./failures.js');
  const screen = createScreen(world.output, world.environment);
  if (words.includes('--json')) screen.json(failureAsJson(failure));
  else for (const line of describeFailure(failure, screen.paint)) screen.line(line);
  return exitCodeOf(failure);
}
