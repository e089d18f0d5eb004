/** Runs one command in its world, prints what comes back, and says how it ended. */

import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { explainFailure } from '../control/failures.js';
import { openWorkspace } from '../control/files/workspace.js';
import { once } from '../control/values/once.js';
import type { Address } from '../core/addresses.js';
import { widthFor } from './act/marked-lines.js';
import type { Context, Outcome, Runnable } from './command.js';
import { exitCodeOf } from './exit-codes.js';
import { describeFailure, failureAsJson } from './failures.js';
import { homeFor, openCloud, stagesAt } from './home.js';
import type { RawArguments } from './parse-arguments.js';
import { createScreen, type Output } from './terminal/screen.js';

/** What a process is given: where it prints, its variables, where it stands. */
export interface World {
  readonly output: Output;
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
}

/** @returns the exit code. */
export async function execute(runnable: Runnable, raw: RawArguments, world: World): Promise<number> {
  const interruption = createInterruption();
  const context = createContext(raw, world, interruption);
  try {
    const outcome = await runnable(context, raw);
    show(outcome, context);
    return exitCodeOf(outcome.failure);
  } catch (error) {
    const failure = explainFailure(error);
    showFailure(failure, context);
    return exitCodeOf(failure);
  } finally {
    context.screen.settle();
    interruption.end();
  }
}

/** Ctrl-C, a polite kill, a terminal that is closed. */
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell says of a process that Ctrl-C ended. */
const interruptedExitCode = 130;

interface Interruption {
  /** From the first look on, an interruption is the command's business; a second one ends the process at once. */
  signal(): AbortSignal;
  end(): void;
}

/** A command that never looks at the signal ends at Ctrl-C as any process does. */
function createInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    controller.abort();
  };
  let isHeard = false;
  return {
    signal() {
      if (!isHeard) for (const name of interruptions) process.on(name, interrupt);
      isHeard = true;
      return controller.signal;
    },
    end() {
      for (const name of interruptions) process.off(name, interrupt);
    },
  };
}

function createContext(raw: RawArguments, world: World, interruption: Interruption): Context {
  const { directory, environment, output } = world;
  const { options } = raw;
  const stages = once(() => stagesAt(directory));
  const home = async (address?: Address) => homeFor(await stages(), raw, address);
  return {
    screen: createScreen(output, environment),
    json: options.json === true,
    yes: options.yes === true,
    home,
    directory,
    environment,
    get signal() {
      return interruption.signal();
    },
    cloud: async (purpose = 'look') => openCloud(await home(), world, purpose),
    confirm: async (question) =>
      (await import('./terminal/confirm.js')).confirm(question, interruption.signal()),
    workspace: () => openWorkspace(directory),
    author: () => authorName(directory),
  };
}

function show({ data, lines, failure }: Outcome, { json, screen }: Context): void {
  if (data === undefined) return;
  if (json) screen.json(failure === undefined ? data : { ...data, ...failureAsJson(failure) });
  else for (const line of lines(screen.paint, screen)) screen.line(line);
}

function showFailure(failure: unknown, { json, screen }: Context): void {
  if (json) screen.json(failureAsJson(failure));
  else for (const line of describeFailure(failure, screen.paint, widthFor(screen))) screen.line(line);
}

/** As commits are signed: git's name, or else the account's. */
function authorName(directory: string): string {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    if (name !== '') return name.slice(0, authorMaxChars);
  } catch {
    // No git, or no name: the account has one.
  }
  return userInfo().username;
}

/** The publish function takes so many characters (core, `publishRequestSchema`). */
const authorMaxChars = 100;
